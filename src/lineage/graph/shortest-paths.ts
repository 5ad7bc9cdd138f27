import type { Step } from './traversal.js';

/**
 * The shortest ways from one place to any of some others, along steps of a walk that went downstream from it; the first so many in the
 * order of their places. No place is met twice on a way.
 * @param distances of all places, hops from `from`
 * @returns each way from `from` to its end; empty when there is none
 */
export function shortestPaths(
  distances: ReadonlyMap<string, number>,
  steps: readonly Step[],
  ends: readonly string[],
  limit: number,
): string[][] {
  const near = Math.min(...ends.map((end) => distances.get(end) ?? Infinity));
  if (near === Infinity) return [];
  const before = new Map<string, string[]>();
  for (const { from, to } of steps)
    if (distances.get(from)! + 1 === distances.get(to)) before.set(to, [...(before.get(to) ?? []), from]);
  const found: string[][] = [];
  const go = (place: string, behind: readonly string[]): void => {
    if (found.length === limit) return;
    const path = [place, ...behind];
    if (distances.get(place) === 0) found.push(path);
    else for (const earlier of (before.get(place) ?? []).sort()) go(earlier, path);
  };
  for (const end of ends.filter((one) => distances.get(one) === near).sort()) go(end, []);
  return found;
}
