import { useState } from 'react';
import { APPROVE, DENY, REVOKE, WITHDRAW } from '../api/governance.js';
import type { AccessRequest } from '../api/governance-types.js';
import { useAct } from '../api/use-act.js';
import { linkTo } from '../navigation/use-view.js';
import { when } from '../parts/format.js';
import { Moment } from '../parts/moment.js';
import { ReasonForm, Refused } from '../parts/reason-form.js';
import { askedFor, searchFor, targetName } from './words.js';

interface RequestCardProps {
  readonly request: AccessRequest;
  /** Subject of the reader. */
  readonly me: string | undefined;
  /** Whether it stands on the page of what it is about. */
  readonly isOnAsset?: boolean;
}

/** A request for access: who asks for what and why, what came of it, and what the reader may do with it. */
export function RequestCard({ request, me, isOnAsset = false }: RequestCardProps) {
  const { id, state, requester, reason, createdAt, wantedUntil, grantedUntil } = request;
  return (
    <li className="card-row request" aria-label={`Request ${id}`}>
      <div className="row-head">
        <span>
          <strong>{requester === me ? 'You' : requester}</strong>{' '}
          <span className="muted">
            {requester === me ? 'ask' : 'asks'} {request.role === null ? 'to' : 'for'}{' '}
            <strong>{askedFor(request)}</strong>
            {!isOnAsset && (
              <>
                {' '}
                {request.role !== null && 'in '}
                <a {...linkTo(searchFor(request))}>{targetName(request)}</a>
              </>
            )}
          </span>
        </span>
        <span className={`standing is-${state}`}>{state}</span>
      </div>
      <p className="breakable">{reason}</p>
      <p className="small muted">
        <code>{id}</code> · <Moment at={createdAt} /> ·{' '}
        {grantedUntil === null ? `until ${when(wantedUntil)}` : `granted until ${when(grantedUntil)}`}
        {!isOnAsset && request.name !== null && ` · ${request.namespace}`}
      </p>
      <Outcome request={request} />
      <Steps request={request} isOwn={requester === me} />
    </li>
  );
}

function Outcome({
  request: { state, decidedBy, decisionReason, revokedAt, revokedBy, revocationReason },
}: {
  readonly request: AccessRequest;
}) {
  if (revokedAt !== null) {
    return (
      <p className="small breakable">
        Revoked by {revokedBy}: {revocationReason}
      </p>
    );
  }
  if (decidedBy === null || state === 'withdrawn') return null;
  return (
    <p className="small breakable">
      {state === 'denied' ? 'Denied' : 'Granted'} by {decidedBy}: {decisionReason}
    </p>
  );
}

function Steps({
  request: { id, steps },
  isOwn,
}: {
  readonly request: AccessRequest;
  readonly isOwn: boolean;
}) {
  const { act, ...acting } = useAct();
  const [isOpen, setOpen] = useState(false);
  if (steps.includes('deny')) {
    const deny = { label: 'Deny', act: (reason: string) => act(DENY, { id, reason }) };
    const approve = {
      ...{ label: 'Approve', isPrimary: true },
      act: (reason: string) => act(APPROVE, { id, reason }),
    };
    return (
      <ReasonForm
        label="What you decide, and why"
        steps={steps.includes('approve') ? [approve, deny] : [deny]}
        acting={acting}
      />
    );
  }
  if (steps.includes('withdraw')) {
    return (
      <>
        {acting.error !== undefined && <Refused error={acting.error} />}
        <div className="buttons">
          <button
            type="button"
            className="button"
            disabled={acting.isActing}
            onClick={() => void act(WITHDRAW, { id })}
          >
            Take it back
          </button>
        </div>
      </>
    );
  }
  if (!steps.includes('revoke')) return null;
  if (!isOpen) {
    return (
      <div className="buttons">
        <button type="button" className="button" onClick={() => setOpen(true)}>
          {isOwn ? 'Give it back …' : 'Revoke …'}
        </button>
      </div>
    );
  }
  return (
    <ReasonForm
      label="Why it ends now"
      steps={[{ label: isOwn ? 'Give it back' : 'Revoke', act: (reason) => act(REVOKE, { id, reason }) }]}
      acting={acting}
    />
  );
}
