import type { Sha256 } from '../../storage/index.js';
import type { CachedNodes } from './cached-nodes.js';
import { lowerBound } from './cursor.js';
import type { Items } from './items.js';
import type { TreeNode } from './node.js';

/** Nodes fetched at once; what a change needs beyond them is fetched when it comes there. */
const MOST_NODES = 4096;

/** A node, and which of the paths fall into it. */
export interface Stretch {
  readonly node: TreeNode;
  readonly from: number;
  readonly to: number;
  /** Where it is among the children of the node above; nowhere, if it is the root. */
  readonly above: Place | undefined;
}

/** A child of a node. */
export interface Place {
  readonly items: Items;
  readonly at: number;
}

/**
 * Brings the nodes on the ways from the root to paths into the cache, a level at a time instead of a path at a time.
 * @param level the last one to be fetched
 * @returns the nodes of that level, from left to right
 */
export async function prefetch(
  nodes: CachedNodes,
  root: Sha256,
  level: number,
  paths: Items,
): Promise<Stretch[]> {
  const [node] = await nodes.loadMany([root]);
  let stretches: Stretch[] = [{ node: node!, from: 0, to: paths.count, above: undefined }];
  for (let height = node!.level; height > level; height -= 1) {
    const below = stretches.flatMap((stretch) => childrenOf(stretch, paths)).slice(0, MOST_NODES);
    const loaded = await nodes.loadMany(below.map(({ above }) => above.items.sha256(above.at)));
    stretches = below.map((child, i) => ({ ...child, node: loaded[i]! }));
  }
  return stretches;
}

function childrenOf({ node: { items }, from, to }: Stretch, paths: Items) {
  const children: { from: number; to: number; above: Place }[] = [];
  let child = 0;
  for (let at = from; at < to;) {
    child = Math.min(lowerBound(items, { key: paths.key(at), side: 'before' }, child), items.count - 1);
    const end = child === items.count - 1 ? to : firstBehind(paths, at, to, items, child);
    children.push({ from: at, to: end, above: { items, at: child } });
    at = end;
  }
  return children;
}

/** @returns the first of the paths, ascending, that is greater than that of the child */
function firstBehind(paths: Items, from: number, to: number, items: Items, child: number): number {
  let at = from;
  while (at < to && paths.comparePaths(at, items, child) <= 0) at += 1;
  return at;
}
