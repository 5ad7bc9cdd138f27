import { END_EMERGENCY, REVIEW_EMERGENCY } from '../api/governance.js';
import type { Emergency } from '../api/governance-types.js';
import { useAct } from '../api/use-act.js';
import { linkTo } from '../navigation/use-view.js';
import { when } from '../parts/format.js';
import { Moment } from '../parts/moment.js';
import { ReasonForm, Refused } from '../parts/reason-form.js';
import { listed, searchFor, targetName } from './words.js';

const STANDING = { open: 'open', ended: 'to be reviewed', reviewed: 'reviewed' } as const;

/** An emergency: who broke the glass, for what, until when, and what others think of it. */
export function EmergencyCard({
  emergency,
  me,
}: {
  readonly emergency: Emergency;
  /** Subject of the reader. */
  readonly me: string | undefined;
}) {
  const { id, state, subject, actions, reason, openedAt, until, closedAt, reviewedBy, review } = emergency;
  return (
    <li className="card-row request" aria-label={`Emergency ${id}`}>
      <div className="row-head">
        <span>
          <strong>{subject === me ? 'You' : subject}</strong>{' '}
          <span className="muted">
            broke the glass to <strong>{listed(actions)}</strong>{' '}
            <a {...linkTo(searchFor(emergency))}>{targetName(emergency)}</a>
          </span>
        </span>
        <span className={`standing is-${state}`}>{STANDING[state]}</span>
      </div>
      <p className="breakable">{reason}</p>
      <p className="small muted">
        <code>{id}</code> · <Moment at={openedAt} /> ·{' '}
        {state === 'open' ? `until ${when(until)}` : `ended ${when(closedAt ?? until)}`}
      </p>
      {review !== null && (
        <p className="small breakable">
          Reviewed by {reviewedBy}: {review}
        </p>
      )}
      <Steps emergency={emergency} />
    </li>
  );
}

function Steps({ emergency: { id, steps } }: { readonly emergency: Emergency }) {
  const { act, ...acting } = useAct();
  if (steps.includes('review')) {
    return (
      <ReasonForm
        label="What you think of what was done"
        steps={[{ label: 'Review', isPrimary: true, act: (review) => act(REVIEW_EMERGENCY, { id, review }) }]}
        acting={acting}
      />
    );
  }
  if (!steps.includes('end')) return null;
  return (
    <>
      {acting.error !== undefined && <Refused error={acting.error} />}
      <div className="buttons">
        <button
          type="button"
          className="button"
          disabled={acting.isActing}
          onClick={() => void act(END_EMERGENCY, { id })}
        >
          End it now
        </button>
      </div>
    </>
  );
}
