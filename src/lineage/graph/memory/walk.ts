import { setImmediate } from 'node:timers/promises';
import type { LineageDirection, WalkBounds, Way } from '../traversal.js';
import type { IsEnough, Walked } from '../walk-around.js';
import type { AssetGraph } from './asset-graph.js';

const BOUNDS = { maxPlaces: 1_000_000, maxSteps: 4_000_000 };
/** Places whose neighbours are looked at before others may go on. */
const AT_ONCE = 5_000;

/** Places of a walk that one way has come to: an asset, or a job by the dataset by which it is come to. */
class Seen {
  private readonly plain: Uint8Array;
  private readonly vias = new Map<number, Set<number>>();

  constructor(size: number) {
    this.plain = new Uint8Array(size);
  }

  has(asset: number, via: number): boolean {
    return via < 0 ? this.plain[asset] === 1 : this.vias.get(asset)?.has(via) === true;
  }

  add(asset: number, via: number): void {
    if (via < 0) this.plain[asset] = 1;
    else if (!this.vias.has(asset)) this.vias.set(asset, new Set([via]));
    else this.vias.get(asset)!.add(via);
  }
}

/** A step that may be taken, by numbers. `via` is of the place that it leads to. */
interface Found {
  readonly near: number;
  readonly nearVia: number;
  readonly far: number;
  readonly via: number;
}

interface Frontier {
  readonly assets: number[];
  readonly vias: number[];
}

/** `Graph.around`, by numbers: the same walk as `walkByLevel`. */
export async function walkInMemory(
  graph: AssetGraph,
  assetId: string,
  direction: LineageDirection,
  depth: number,
  asOf: Date,
  bounds: Omit<WalkBounds, 'depth'> = BOUNDS,
  isEnough: IsEnough = async () => false,
): Promise<Walked> {
  const { ids, pairs } = graph;
  const instant = asOf.getTime();
  const start = ids.find(assetId);
  /** Edges that come meanwhile may lead to assets that have no place here: they are not gone to. */
  const size = ids.size;
  const ways: Way[] = direction === 'both' ? ['upstream', 'downstream'] : [direction];
  const seen = new Map(ways.map((way) => [way, new Seen(size)]));
  /** One more than the hops from the start. */
  const distances = new Uint8Array(size);
  const levels: number[][] = [[]];
  const edges = new Map<number, number>();
  let places = 1;
  let isTruncated = false;

  const texts = new Map<number, string>();
  const textOf = (asset: number): string => {
    const known = texts.get(asset) ?? ids.textOf(asset);
    texts.set(asset, known);
    return known;
  };
  const known = (hops: number): Walked => ({
    ...{ hops, isTruncated },
    sizes: Array.from(levels, (level, distance) => (distance === 0 ? 1 : (level?.length ?? 0))),
    idsAt: (distance) => (distance === 0 ? [assetId] : (levels[distance] ?? []).map(textOf)),
    distanceOf: (id) => (id === assetId ? 0 : distances[ids.find(id)]! - 1),
    edgesWithin: (nearest, farthest) => {
      const within = [];
      for (const [key, hop] of edges) {
        const [source, target] = [Math.floor(key / size), key % size];
        const distance = Math.max(distances[source]! - 1, distances[target]! - 1, hop - 1);
        if (distance >= nearest && distance <= farthest)
          within.push({ sourceId: textOf(source), targetId: textOf(target), distance });
      }
      return within;
    },
  });
  if (start < 0) return known(Infinity);
  distances[start] = 1;
  for (const way of ways) seen.get(way)!.add(start, -1);
  const isKnown = (asset: number, via: number) => ways.some((way) => seen.get(way)!.has(asset, via));
  const frontiers = new Map<Way, Frontier>(ways.map((way) => [way, { assets: [start], vias: [-1] }]));

  const stepsOf = async ({ assets, vias }: Frontier, way: Way): Promise<Found[]> => {
    const found: Found[] = [];
    for (const [i, near] of assets.entries()) {
      if (i % AT_ONCE === AT_ONCE - 1) await setImmediate();
      const nearVia = vias[i]!;
      graph.each(near, nearVia, way, instant, (far, isAdded) => {
        const via = !isAdded && pairs.isNarrowed(far, instant) ? near : -1;
        if (far < size) found.push({ near, nearVia, far, via });
      });
    }
    return found;
  };
  /** The order of SQL, so that the same is left out everywhere. */
  const inOrder = (a: Found, b: Found) =>
    ids.compare(a.near, b.near) ||
    ids.compare(a.far, b.far) ||
    (a.nearVia < 0 || b.nearVia < 0 ? b.nearVia - a.nearVia : ids.compare(a.nearVia, b.nearVia));

  for (let distance = 1; distance <= depth; distance++) {
    for (const way of ways) {
      const frontier = frontiers.get(way)!;
      const next: Frontier = { assets: [], vias: [] };
      frontiers.set(way, next);
      const found = await stepsOf(frontier, way);
      const room = bounds.maxSteps - edges.size;
      if (found.length > room || places + found.length > bounds.maxPlaces) found.sort(inOrder);
      if (found.length > room) isTruncated = true;
      for (const { near, far, via } of found.slice(0, room)) {
        if (!isKnown(far, via)) {
          if (places >= bounds.maxPlaces) {
            isTruncated = true;
            continue;
          }
          places++;
          if (distances[far] === 0) {
            distances[far] = distance + 1;
            (levels[distance] ??= []).push(far);
          }
        }
        const key = way === 'downstream' ? near * size + far : far * size + near;
        if (!edges.has(key)) edges.set(key, distance);
        if (seen.get(way)!.has(far, via)) continue;
        seen.get(way)!.add(far, via);
        next.assets.push(far);
        next.vias.push(via);
      }
    }
    if (await isEnough(known(distance))) return known(distance);
    if (ways.every((way) => frontiers.get(way)!.assets.length === 0)) break;
  }
  return known(Infinity);
}
