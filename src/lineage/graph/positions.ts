import type { WalkedEdge } from './walk-around.js';

/** Where something stands in the order of a graph's pages: by hops from the start, then by id as the caller sees it. */
export interface Position {
  readonly distance: number;
  readonly id: string;
}

/** Whether `one` stands behind `other`. */
export function isBehind(one: Position, other: Position): boolean {
  return one.distance > other.distance || (one.distance === other.distance && one.id > other.id);
}

export function byPosition(a: Position, b: Position): number {
  return isBehind(a, b) ? 1 : isBehind(b, a) ? -1 : 0;
}

/** An edge stands where the later of its ends does, or before all nodes of its distance where it is farther than both. */
export function positionOfEdge(
  { sourceId, targetId, distance }: WalkedEdge,
  distanceOf: (assetId: string) => number,
  idOf: (assetId: string) => string,
): Position {
  const ends = [sourceId, targetId].filter((id) => distanceOf(id) === distance).map(idOf);
  return { distance, id: ends.reduce((later, id) => (id > later ? id : later), '') };
}
