import type { Graph } from './graph.js';
import type { AssetStep } from './graph.repository.js';
import { assetOfPlace } from './places.js';
import { type LineageDirection, walk, type WalkBounds } from './traversal.js';

/** What lies around an asset. */
export interface Walked {
  /** By asset. */
  readonly distances: ReadonlyMap<string, number>;
  /** By both ends. */
  readonly edges: ReadonlyMap<string, AssetStep>;
  readonly isTruncated: boolean;
}

/** A walk from an asset, by assets and no longer by places. */
export async function walkAround(
  graph: Graph,
  assetId: string,
  direction: LineageDirection,
  bounds: WalkBounds,
  asOf: Date,
): Promise<Walked> {
  const found = await walk<AssetStep>([assetId], direction, bounds, (places, way, limit) =>
    graph.edges(places, way, limit, asOf),
  );
  const distances = new Map<string, number>();
  for (const [place, distance] of found.distances) {
    const id = assetOfPlace(place);
    distances.set(id, Math.min(distance, distances.get(id) ?? distance));
  }
  const edges = new Map(found.steps.map((step) => [`${step.sourceId} ${step.targetId}`, step]));
  return { distances, edges, isTruncated: found.isTruncated };
}
