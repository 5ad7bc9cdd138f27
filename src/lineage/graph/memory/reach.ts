import { setImmediate } from 'node:timers/promises';
import type { AssetClass } from '../../../catalog/index.js';
import type { Reached } from '../graph.js';
import type { Way } from '../traversal.js';
import type { AssetGraph } from './asset-graph.js';

const MAX_ASSETS = 1_000_000;
/** Assets whose neighbours are looked at before others may go on. */
const AT_ONCE = 10_000;

/** `Graph.reach` over the whole graph, by numbers. */
export async function reachInMemory(
  graph: AssetGraph,
  assetId: string,
  way: Way,
  depth: number,
  asOf: Date,
): Promise<Reached> {
  const { ids, pairs } = graph;
  const instant = asOf.getTime();
  const start = ids.find(assetId);
  const size = ids.size;
  /** One more than the hops from the start. Edges that come meanwhile may lead to assets that have no place here: they are not gone to. */
  const distances = new Uint8Array(size);
  const through = new Int32Array(size);
  const vias = new Map<number, Set<number>>();
  const levels: number[][] = [[start]];
  let frontier = [start];
  let frontierVias = [-1];
  let count = 0;
  if (start >= 0) distances[start] = 1;
  else frontier = [];
  for (let distance = 1; distance <= depth && frontier.length > 0 && count <= MAX_ASSETS; distance++) {
    const reached: number[] = [];
    const next: number[] = [];
    const nextVias: number[] = [];
    for (const [i, near] of frontier.entries()) {
      if (i % AT_ONCE === AT_ONCE - 1) await setImmediate();
      graph.each(near, frontierVias[i]!, way, instant, (far, isAdded) => {
        if (far >= size) return;
        const isNew = distances[far] === 0;
        if (isNew) {
          distances[far] = distance + 1;
          through[far] = near;
          reached.push(far);
        } else if (distances[near]! < distances[far]! && ids.compare(near, through[far]!) < 0) {
          through[far] = near;
        }
        if (!pairs.isNarrowed(far, instant)) {
          if (!isNew) return;
          nextVias.push(-1);
        } else {
          const by = isAdded ? -1 : near;
          const known = vias.get(far);
          if (known?.has(by)) return;
          if (known === undefined) vias.set(far, new Set([by]));
          else known.add(by);
          nextVias.push(by);
        }
        next.push(far);
      });
    }
    if (reached.length > 0) levels[distance] = reached;
    count += reached.length;
    [frontier, frontierVias] = [next, nextVias];
  }
  const all = levels.slice(1).flat();
  const classes = new Map<AssetClass, number>();
  for (const id of all) {
    const of = graph.classes.of(id);
    if (of !== undefined) classes.set(of, (classes.get(of) ?? 0) + 1);
  }
  const wanted = (some: readonly number[], isWanted?: (of: AssetClass) => boolean): readonly number[] => {
    if (isWanted === undefined) return some;
    return some.filter((id) => {
      const of = graph.classes.of(id);
      return of !== undefined && isWanted(of);
    });
  };
  return {
    farthest: levels.length - 1,
    idsAt: (distance, isWanted) =>
      distance === 0 ? [assetId] : wanted(levels[distance] ?? [], isWanted).map((id) => ids.textOf(id)),
    classes,
    throughOf: (id) => {
      const number = ids.find(id);
      return number < 0 || number === start ? assetId : ids.textOf(through[number]!);
    },
    idList: (isWanted) => ids.listOf(wanted(all, isWanted)),
    isTruncated: count > MAX_ASSETS,
  };
}
