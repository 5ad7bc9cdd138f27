import type { Sha256 } from '../../storage/index.js';
import type { CachedNodes } from './cached-nodes.js';
import { Chunker, type Chunk } from './chunker.js';
import { LevelCursor, lowerBound } from './cursor.js';
import { EditQueue, editsBetween, once } from './edits.js';
import { ItemWriter } from './item-writer.js';
import type { Items } from './items.js';
import { EMPTY_TREE, type TreeNode } from './node.js';
import { NodeSink } from './node-sink.js';
import { prefetchEdited } from './prefetch-edited.js';
import { rootItem } from './root-item.js';

/** How edits are applied. */
interface ApplyOptions {
  /** Of the nodes whose items are edited; 0, the leaves, unless it is said. The tree is at least as high. */
  readonly level?: number;
  /** Nodes that are stored with those that come of the edits. */
  readonly also?: Iterable<{ readonly sha256: Sha256; readonly node: TreeNode }>;
}

/**
 * Edits level by level from the leaves up. On each level the nodes that an edit falls into are cut anew, and the ones
 * after them until an old and a new cut fall together; what that replaces are the edits of the level above. Edits of
 * the leaves are taken as they come; of the levels above, a sixtieth at most, they are held in memory.
 * @param batches ascending by path, each path once
 * @returns the root of the new tree, all of whose nodes are stored
 */
export async function applyEdits(
  nodes: CachedNodes,
  root: Sha256,
  batches: AsyncIterable<Items>,
  { level = 0, also = [] }: ApplyOptions = {},
): Promise<Sha256> {
  const sink = new NodeSink(nodes);
  const edits = new EditQueue(batches, (items) => prefetchEdited(nodes, root, level, items));
  try {
    const edited = await editTree(nodes, sink, root, level, edits);
    for (const { sha256, node } of also) await sink.add(sha256, node);
    await sink.finish();
    return edited;
  } catch (error) {
    await sink.abandon();
    throw error;
  } finally {
    await edits.close();
  }
}

async function editTree(
  nodes: CachedNodes,
  sink: NodeSink,
  root: Sha256,
  lowest: number,
  lowestEdits: EditQueue,
): Promise<Sha256> {
  const { level: height } = await nodes.load(root);
  if (height < lowest) throw new RangeError(`the tree has no nodes of level ${lowest}`);
  let pending = await editLevel(nodes, sink, root, lowest, lowestEdits);
  for (let level = lowest + 1; level <= height && pending.count > 0; level += 1) {
    const edits = new EditQueue(once(pending), (items) => prefetchEdited(nodes, root, level, items));
    pending = await editLevel(nodes, sink, root, level, edits);
  }
  if (pending.count === 0) return root;
  let items = await aboveRoot(nodes, root, pending);
  for (let level = height + 1; ; level += 1) {
    if (items.count === 0) return EMPTY_TREE;
    if (items.count === 1) return lowestRoot(sink, items.sha256(0));
    items = await buildLevel(sink, level, items);
  }
}

/** @returns the edits of the level above; none when nothing changed */
async function editLevel(
  nodes: CachedNodes,
  sink: NodeSink,
  root: Sha256,
  level: number,
  edits: EditQueue,
): Promise<Items> {
  const outcome = new LevelOutcome(sink);
  const cursor = new LevelCursor(nodes, root, level);
  while (edits.isReady || (await edits.more())) {
    await cursor.seek({ key: edits.items.key(edits.at), side: 'before' });
    const chunker = new Chunker(level);
    for (let isFirst = true; ; isFirst = false) {
      const { sha256, node } = cursor.current;
      const { isLast } = cursor;
      outcome.replace(sha256, node.items);
      await mergeNode(node.items, edits, chunker, outcome, { isLast, isFirst });
      if (isLast) await outcome.add(chunker.finish());
      if (chunker.isAtBoundary || isLast) break;
      await cursor.next();
    }
    outcome.endStretch();
  }
  return outcome.finish();
}

/**
 * Hands the items of a node to the chunker, with the edits that fall among them.
 * @param where.isLast whether the edits behind the last item belong to this node too
 * @param where.isFirst whether the chunker begins with this node: then, up to the first edit, nothing is cut
 */
async function mergeNode(
  items: Items,
  edits: EditQueue,
  chunker: Chunker,
  outcome: LevelOutcome,
  where: { readonly isLast: boolean; readonly isFirst: boolean },
): Promise<void> {
  let isUntouched = where.isFirst;
  let at = 0;
  const passTo = async (to: number): Promise<void> => {
    if (isUntouched) {
      const end = Math.min(to, items.count - 1);
      chunker.pushRun(items, at, end);
      at = Math.max(at, end);
    }
    for (; at < to; at += 1) {
      const chunk = chunker.push(items, at);
      if (chunk !== undefined) await outcome.add(chunk);
    }
  };
  while (edits.isReady || (await edits.more())) {
    const { items: edited, at: edit } = edits;
    if (!where.isLast && edited.comparePaths(edit, items, items.count - 1) > 0) break;
    if (at < items.count) {
      const order = items.comparePaths(at, edited, edit);
      if (order < 0) await passTo(lowerBound(items, { key: edited.key(edit), side: 'before' }, at + 1));
      if (at < items.count && items.comparePaths(at, edited, edit) === 0) at += 1;
    }
    isUntouched = false;
    if (!edited.isRemoval(edit)) {
      const chunk = chunker.push(edited, edit);
      if (chunk !== undefined) await outcome.add(chunk);
    }
    edits.at += 1;
  }
  await passTo(items.count);
}

async function buildLevel(sink: NodeSink, level: number, items: Items): Promise<Items> {
  const outcome = new LevelOutcome(sink);
  const chunker = new Chunker(level);
  for (let at = 0; at < items.count; at += 1) await outcome.add(chunker.push(items, at));
  await outcome.add(chunker.finish());
  return outcome.finish();
}

/** A tree that has shrunk may end in nodes with one child; the root is the lowest node that holds everything. */
async function lowestRoot(sink: NodeSink, from: Sha256): Promise<Sha256> {
  let sha256 = from;
  for (;;) {
    const { level, items } = await sink.load(sha256);
    if (level === 0 || items.count > 1) return sha256;
    sha256 = items.sha256(0);
  }
}

/** What becomes of a level: the nodes that went, those that came, and from both the edits of the level above. */
class LevelOutcome {
  private readonly replaced = new ItemWriter();
  private readonly added = new ItemWriter();
  /** Replaced since the last stretch began; a node that comes out as it was needs no writing. */
  private readonly stretch = new Set<Sha256>();

  constructor(private readonly sink: NodeSink) {}

  replace(sha256: Sha256, items: Items): void {
    if (items.count === 0) return;
    this.replaced.writeChild(items, items.count - 1, Buffer.from(sha256, 'hex'), 0, 0);
    this.stretch.add(sha256);
  }

  async add(chunk: Chunk | undefined): Promise<void> {
    if (chunk === undefined) return;
    const { sha256, node, count, sizeBytes } = chunk;
    this.added.writeChild(node.items, node.items.count - 1, Buffer.from(sha256, 'hex'), count, sizeBytes);
    if (!this.stretch.has(sha256)) await this.sink.add(sha256, node);
  }

  endStretch(): void {
    this.stretch.clear();
  }

  finish(): Items {
    return editsBetween(this.replaced.finish(), this.added.finish());
  }
}

/** The items of the level above the old root: the root itself, unless it was replaced or removed, and what was put beside it. */
async function aboveRoot(nodes: CachedNodes, root: Sha256, edits: Items): Promise<Items> {
  const items = new ItemWriter(edits.count + 1);
  const old = root === EMPTY_TREE ? undefined : rootItem(root, await nodes.load(root));
  const oldAt = old === undefined ? -1 : lowerBound(edits, { key: old.items.key(old.at), side: 'before' });
  for (let at = 0; at <= edits.count; at += 1) {
    const isEdit = at < edits.count;
    if (at === oldAt && !(isEdit && edits.comparePaths(at, old!.items, old!.at) === 0))
      items.copy(old!.items, old!.at);
    if (isEdit && !edits.isRemoval(at)) items.copy(edits, at);
  }
  return items.finish();
}
