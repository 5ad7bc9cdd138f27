import type { Graph } from './graph.js';
import type { AssetStep } from './graph.repository.js';
import { assetOfPlace } from './places.js';
import { type LineageDirection, walkByLevel, type WalkBounds } from './traversal.js';

/** An edge that a walk went along. */
export interface WalkedEdge {
  readonly sourceId: string;
  readonly targetId: string;
  /** The hop by which the walk first went along it: of those from the start it is the first. */
  readonly hop: number;
}

/** What lies around an asset. */
export interface Walked {
  /** By asset. */
  readonly distances: ReadonlyMap<string, number>;
  /** Assets by distance, without those where none is. */
  readonly levels: readonly (readonly string[])[];
  /** By both ends. */
  readonly edges: ReadonlyMap<string, WalkedEdge>;
  /** Hops that were gone. */
  readonly hops: number;
  /** Whether there is nothing farther within the depth. */
  readonly isEnded: boolean;
  /** Whether some of what is within the hops was left out. */
  readonly isTruncated: boolean;
}

/**
 * A walk from an asset, by assets and no longer by places.
 * @param isEnough asked after each hop, whether to stop there
 */
export async function walkAround(
  graph: Graph,
  assetId: string,
  direction: LineageDirection,
  bounds: WalkBounds,
  asOf: Date,
  isEnough: (known: Walked) => Promise<boolean> = async () => false,
): Promise<Walked> {
  const distances = new Map([[assetId, 0]]);
  const levels = [[assetId]];
  const edges = new Map<string, WalkedEdge>();
  let isTruncated = false;
  const known = (hops: number, isEnded: boolean): Walked => ({
    ...{ distances, levels, edges, hops, isEnded, isTruncated },
  });
  const neighbours: Parameters<typeof walkByLevel<AssetStep>>[3] = (places, way, limit) =>
    graph.edges(places, way, limit, asOf);
  for await (const level of walkByLevel([assetId], direction, bounds, neighbours)) {
    for (const place of level.reached) {
      const id = assetOfPlace(place);
      if (distances.has(id)) continue;
      distances.set(id, level.distance);
      (levels[level.distance] ??= []).push(id);
    }
    for (const { sourceId, targetId } of level.steps) {
      const key = `${sourceId} ${targetId}`;
      if (!edges.has(key)) edges.set(key, { sourceId, targetId, hop: level.distance });
    }
    isTruncated ||= level.isTruncated;
    if (await isEnough(known(level.distance, false))) return known(level.distance, false);
  }
  return known(levels.length, true);
}
