/** Ranks of events that may fall into one second: the start first, the end last. */
export const START_RANK = 0;
export const MAX_PROGRESS_RANK = 900;
export const END_RANK = 999;

/**
 * An instant of the cluster's as an event has it. The cluster counts whole seconds, so a pod may start and end in one: the rank, in
 * microseconds, keeps its events in order, and is within what the second leaves open.
 * @param at RFC 3339
 * @param rank 0–999
 */
export function eventTimeOf(at: string, rank: number): string {
  const iso = new Date(at).toISOString();
  return `${iso.slice(0, -1)}${String(Math.min(Math.max(rank, 0), END_RANK)).padStart(3, '0')}Z`;
}
