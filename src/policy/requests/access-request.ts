import type { Grant } from '../overlay/grant.js';
import type { Target } from '../overlay/target.js';
import type { Action } from '../vocabulary.js';

/** A request for access, with what came of it. */
export interface AccessRequest extends Target {
  /** A number; the grant that it becomes is `GRANT-` and this. */
  readonly id: string;
  readonly requester: string;
  /** None when a role is asked for. */
  readonly actions: readonly Action[];
  readonly role: string | null;
  readonly reason: string;
  readonly wantedUntil: Date;
  readonly createdAt: Date;
  readonly decision: 'approved' | 'denied' | 'withdrawn' | null;
  readonly decidedAt: Date | null;
  readonly decidedBy: string | null;
  readonly decisionReason: string | null;
  readonly grantedUntil: Date | null;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
  readonly revocationReason: string | null;
  /** Classifications of what bears the name there now; undefined for a namespace. */
  readonly tags: readonly string[] | null;
}

/** Where a request stands. Only of one that is `granted` anything holds. */
export const REQUEST_STATES = ['open', 'granted', 'denied', 'withdrawn', 'expired', 'revoked'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** What can be done with a request. */
export type RequestStep = 'approve' | 'deny' | 'withdraw' | 'revoke';

/** Where it stands at an instant. One that nobody decided until its wanted end has expired. */
export function stateOf(request: AccessRequest, now: Date): RequestState {
  const { decision, revokedAt, grantedUntil, wantedUntil } = request;
  if (decision === 'denied' || decision === 'withdrawn') return decision;
  if (revokedAt !== null) return 'revoked';
  return (grantedUntil ?? wantedUntil) > now ? (decision === null ? 'open' : 'granted') : 'expired';
}

/** What an approved request grants. */
export function grantOf(request: AccessRequest): Grant | undefined {
  const { id, requester, namespace, kind, name, actions, role, decidedAt, grantedUntil, revokedAt } = request;
  if (decidedAt === null || grantedUntil === null) return undefined;
  return {
    ...{ id: `GRANT-${id}`, subject: requester, target: { namespace, kind, name }, actions, role },
    ...{ from: decidedAt, until: revokedAt ?? grantedUntil },
  };
}
