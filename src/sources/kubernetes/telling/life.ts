import type { End, Observation, Progress } from '../objects/observation.js';

/** What is known of the life of an object. */
export interface Life {
  readonly startedAt?: string;
  readonly progress?: Progress;
  readonly end?: End;
}

/**
 * The life of an object that was seen, and may be gone since. Where nobody saw how it ended, nothing is made up: a pod's Job may know;
 * otherwise the run is aborted, with that for the reason.
 * @param goneAt since when it is known to be gone
 * @param owner of a pod: its Job as it was last seen
 */
export function lifeOf(observation: Observation, goneAt?: Date, owner?: Observation): Life {
  const { startedAt, progress, end, kind, deletedAt } = observation;
  const life = { ...(startedAt !== undefined && { startedAt }) };
  if (end) return { ...life, end };
  if (goneAt === undefined) return { ...life, ...(progress && { progress }) };
  // Nobody was told of it, so there is nothing to end.
  if (startedAt === undefined && progress === undefined) return {};
  const at = earlier(deletedAt, goneAt);
  if (kind === 'CronJob' || kind === 'Deployment') return { ...life, end: { outcome: 'complete', at } };
  const end_ = (kind === 'Pod' && owner?.kind === 'Job' && endByJob(owner)) || undefined;
  if (end_) return { ...life, end: end_ };
  const message =
    deletedAt === undefined
      ? `The ${kind} is gone, and nobody saw how it ended.`
      : `The ${kind} was deleted before it had ended.`;
  return { ...life, end: { outcome: 'abort', at, message } };
}

/** A Job that ended tells of its pods where all of them ended alike. */
function endByJob({ end, told }: Observation): End | undefined {
  if (end?.outcome === 'complete' && told['failed'] === 0) return { outcome: 'complete', at: end.at };
  if (end?.outcome === 'fail' && told['succeeded'] === 0) {
    const message = `The Pod is gone; its Job failed${end.message === undefined ? '' : `: ${end.message}`}`;
    return { outcome: 'fail', at: end.at, message };
  }
  return undefined;
}

/** A pod may be gone before the time that it was given. */
function earlier(deletedAt: string | undefined, goneAt: Date): string {
  return deletedAt !== undefined && Date.parse(deletedAt) < goneAt.getTime()
    ? deletedAt
    : goneAt.toISOString();
}
