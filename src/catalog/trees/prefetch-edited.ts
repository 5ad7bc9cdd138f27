import type { Sha256 } from '../../storage/index.js';
import type { CachedNodes } from './cached-nodes.js';
import { endsNode } from './chunker.js';
import { lowerBound } from './cursor.js';
import type { Items } from './items.js';
import { prefetch, type Stretch } from './prefetch.js';

/** Nodes behind an edited one that are read with it: nearly always the cuts fall together by then. */
const BEHIND = 2;

/**
 * {@link prefetch} for a change: also the nodes behind those it edits, where it will have to go on until an old and a
 * new cut fall together. It would read each of them when it comes there, and wait for each.
 * @param edits of items of that level
 */
export async function prefetchEdited(
  nodes: CachedNodes,
  root: Sha256,
  level: number,
  edits: Items,
): Promise<void> {
  const stretches = await prefetch(nodes, root, level, edits);
  const behind: Sha256[] = [];
  for (const [i, stretch] of stretches.entries()) {
    const { above } = stretch;
    const next = stretches[i + 1]?.above;
    if (above === undefined || above.at === above.items.count - 1) continue;
    if (next !== undefined && next.items === above.items && next.at === above.at + 1) continue;
    if (!movesCuts(stretch, edits) || endsWithCut(level, stretch, edits)) continue;
    const to = Math.min(above.at + BEHIND, above.items.count - 1);
    for (let at = above.at + 1; at <= to; at += 1) behind.push(above.items.sha256(at));
  }
  await nodes.loadMany(behind);
}

/** Whether an edit adds or removes an item: what only changes items leaves the cuts, but for huge ones. */
function movesCuts({ node: { items }, from, to }: Stretch, edits: Items): boolean {
  let at = 0;
  for (let edit = from; edit < to; edit += 1) {
    at = lowerBound(items, { key: edits.key(edit), side: 'before' }, at);
    const isThere = at < items.count && items.comparePaths(at, edits, edit) === 0;
    if (isThere === edits.isRemoval(edit)) return true;
  }
  return false;
}

/** Whether a node that has taken its edits still ends where a cut is. */
function endsWithCut(level: number, { node: { items }, from, to }: Stretch, edits: Items): boolean {
  let count = 0;
  let bytes = 0;
  const pass = (of: Items, at: number): void => {
    count += 1;
    bytes += of.starts[at + 1]! - of.starts[at]!;
    if (endsNode(level, count, bytes, of, at)) count = bytes = 0;
  };
  let at = 0;
  for (let edit = from; edit < to; edit += 1) {
    const end = lowerBound(items, { key: edits.key(edit), side: 'before' }, at);
    for (; at < end; at += 1) pass(items, at);
    if (at < items.count && items.comparePaths(at, edits, edit) === 0) at += 1;
    if (!edits.isRemoval(edit)) pass(edits, edit);
  }
  for (; at < items.count; at += 1) pass(items, at);
  return count === 0;
}
