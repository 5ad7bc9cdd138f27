import type { Graph } from './graph.js';
import type { AssetStep } from './graph.repository.js';
import { assetOfPlace } from './places.js';
import { type LineageDirection, walkByLevel, type WalkBounds } from './traversal.js';

/** An edge that a walk went along. */
export interface WalkedEdge {
  readonly sourceId: string;
  readonly targetId: string;
  /**
   * The distance of the farther of its ends. Statements may let a walk go on from a job by a way that it comes to later than to both: then
   * the distance of where it went from.
   */
  readonly distance: number;
}

/** What lies around an asset, as far as it was gone. */
export interface Walked {
  /** Assets by distance: how many there are. */
  readonly sizes: readonly number[];
  idsAt(distance: number): readonly string[];
  /** Of an asset that was met. */
  distanceOf(assetId: string): number;
  /** Edges of such distances, each once. */
  edgesWithin(nearest: number, farthest: number): WalkedEdge[];
  /** Hops that were gone: what is nearer has all of its edges. Infinite where there is nothing farther within the depth. */
  readonly hops: number;
  /** Whether some of what is within the hops was left out. */
  readonly isTruncated: boolean;
}

/** All assets that were met, the nearest first. */
export function assetsOf({ sizes, idsAt }: Walked): string[] {
  return sizes.flatMap((_, distance) => idsAt(distance));
}

/** Whether a walk has gone far enough; asked after each hop. */
export type IsEnough = (known: Walked) => Promise<boolean>;

/** A walk by steps, with all of it. */
export interface WalkedBySteps extends Walked {
  /** By asset. */
  readonly distances: ReadonlyMap<string, number>;
  /** By both ends. */
  readonly edges: ReadonlyMap<string, WalkedEdge>;
}

/** A walk from an asset, by assets and no longer by places. */
export async function walkAround(
  graph: Pick<Graph, 'edges'>,
  assetId: string,
  direction: LineageDirection,
  bounds: WalkBounds,
  asOf: Date,
  isEnough: IsEnough = async () => false,
): Promise<WalkedBySteps> {
  const distances = new Map([[assetId, 0]]);
  const levels = [[assetId]];
  const edges = new Map<string, WalkedEdge>();
  let isTruncated = false;
  const known = (hops: number): WalkedBySteps => ({
    ...{ distances, edges, hops, isTruncated },
    sizes: Array.from(levels, (ids) => ids?.length ?? 0),
    idsAt: (distance) => levels[distance] ?? [],
    distanceOf: (id) => distances.get(id)!,
    edgesWithin: (nearest, farthest) =>
      [...edges.values()].filter(({ distance }) => distance >= nearest && distance <= farthest),
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
      if (edges.has(key)) continue;
      const ends = [distances.get(sourceId)!, distances.get(targetId)!];
      edges.set(key, { sourceId, targetId, distance: Math.max(...ends, level.distance - 1) });
    }
    isTruncated ||= level.isTruncated;
    if (await isEnough(known(level.distance))) return known(level.distance);
  }
  return known(Infinity);
}
