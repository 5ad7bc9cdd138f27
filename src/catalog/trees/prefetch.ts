import type { Sha256 } from '../../storage/index.js';
import type { CachedNodes } from './cached-nodes.js';
import { lowerBound } from './cursor.js';
import type { Items } from './items.js';

/** Nodes fetched at once; what a change needs beyond them is fetched when it comes there. */
const MOST_NODES = 4096;

/** A sub-tree, and which of the paths fall into it. */
interface Stretch {
  readonly sha256: Sha256;
  readonly from: number;
  readonly to: number;
}

/** Brings the nodes on the ways from the root to paths into the cache, a level at a time instead of a path at a time. */
export async function prefetch(nodes: CachedNodes, root: Sha256, paths: Items): Promise<void> {
  let stretches: Stretch[] = [{ sha256: root, from: 0, to: paths.count }];
  while (stretches.length > 0) {
    const loaded = await nodes.loadMany(stretches.map(({ sha256 }) => sha256));
    const below: Stretch[] = [];
    for (const [i, { level, items }] of loaded.entries()) {
      if (level === 0) continue;
      let { from } = stretches[i]!;
      const { to } = stretches[i]!;
      for (let child = 0; from < to && below.length < MOST_NODES; child += 1) {
        child = lowerBound(items, { key: paths.key(from), side: 'before' }, child);
        const end = child >= items.count - 1 ? to : firstBehind(paths, from, to, items, child);
        below.push({ sha256: items.sha256(Math.min(child, items.count - 1)), from, to: end });
        from = end;
      }
    }
    stretches = below;
  }
}

/** @returns the first of the paths, ascending, that is greater than that of the child */
function firstBehind(paths: Items, from: number, to: number, items: Items, child: number): number {
  let at = from;
  while (at < to && paths.comparePaths(at, items, child) <= 0) at += 1;
  return at;
}
