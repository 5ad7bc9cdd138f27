import type { PendingObject } from '../object.repository.js';
import type { Kind } from '../objects/kinds.js';
import { type Life, lifeOf } from './life.js';
import { type Known, type OwnerChain, ownersOf } from './owners.js';

/** Whether an object can be told of now. */
export type Plan =
  | { readonly type: 'tell'; readonly life: Life; readonly chain: OwnerChain }
  /** What it belongs to, or how that ended, is about to be known. */
  | { readonly type: 'wait'; readonly afterMs: number };

/** Kinds come over watches of their own, so an owner may be seen a moment after what it owns. */
const OWNER_LAG_MS = 2_000;
/** The same while the owner's kind is being listed, or cannot be read for a while. */
const OWNER_AWAY_MS = 60_000;
const LOOK_AGAIN_MS = 200;

/** Decides whether to tell of an object, or to wait for what is known of its owners. It never waits for ever. */
export function planOf(
  {
    observation,
    goneAt,
    knownMs,
    goneMs,
  }: Pick<PendingObject, 'observation' | 'goneAt' | 'knownMs' | 'goneMs'>,
  known: Known,
  isCurrent: (kind: Kind) => boolean,
): Plan {
  const chain = ownersOf(observation, known);
  const { missing } = chain;
  if (missing && knownMs < lagOf(missing.kind, isCurrent)) return { type: 'wait', afterMs: LOOK_AGAIN_MS };
  const job = chain.observed.find(({ uid }) => uid === observation.owner?.uid);
  const isUndecided = goneMs !== null && observation.end === undefined && job?.kind === 'Job' && !job.end;
  if (isUndecided && goneMs < lagOf('Job', isCurrent)) return { type: 'wait', afterMs: LOOK_AGAIN_MS };
  return { type: 'tell', chain, life: lifeOf(observation, goneAt ?? undefined, job) };
}

function lagOf(kind: Kind, isCurrent: (kind: Kind) => boolean): number {
  return isCurrent(kind) ? OWNER_LAG_MS : OWNER_AWAY_MS;
}
