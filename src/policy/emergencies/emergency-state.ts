import type { Target } from '../overlay/target.js';
import type { Action } from '../vocabulary.js';

/** An emergency as it is kept. */
export interface Emergency extends Target {
  /** A number; decisions name it `EMERGENCY-` and this. */
  readonly id: string;
  readonly subject: string;
  readonly actions: readonly Action[];
  readonly reason: string;
  readonly openedAt: Date;
  readonly until: Date;
  readonly closedAt: Date | null;
  readonly closedBy: string | null;
  readonly reviewedAt: Date | null;
  readonly reviewedBy: string | null;
  readonly review: string | null;
  /** Classifications of what bears the name there now; null for a namespace. */
  readonly tags: readonly string[] | null;
}

export const EMERGENCY_STATES = ['open', 'ended', 'reviewed'] as const;
export type EmergencyState = (typeof EMERGENCY_STATES)[number];

/** What can be done with an emergency. */
export type EmergencyStep = 'end' | 'review';

/** Where it stands at an instant: what has ended waits to be reviewed by somebody else. */
export function stateOf({ closedAt, until, reviewedAt }: Emergency, now: Date): EmergencyState {
  if (reviewedAt !== null) return 'reviewed';
  return closedAt === null && until > now ? 'open' : 'ended';
}
