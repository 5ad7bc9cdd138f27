import type { Sha256 } from '../../storage/index.js';
import { Chunker, type Chunk } from './chunker.js';
import { LevelCursor } from './cursor.js';
import { EMPTY_TREE, type ChildItem, type LeafItem, type TreeItem } from './node.js';
import type { CachedNodes } from './node-store.js';
import { comparePaths } from './paths.js';

/** Puts `item` at its path, or removes what is there. */
export interface ItemEdit<T extends TreeItem> {
  readonly path: string;
  readonly item: T | undefined;
}

/** How many nodes are written at once: a store's latency then counts once for all of them. */
const WRITES_AT_ONCE = 16;

/**
 * Edits level by level from the leaves up. On each level the nodes that an edit falls into are cut anew, and the ones
 * after them until an old and a new cut fall together; what that replaces are the edits of the level above.
 * @param edits ascending by path, each path once
 * @returns the root of the new tree, all of whose nodes are stored
 */
export async function applyEdits(
  nodes: CachedNodes,
  root: Sha256,
  edits: readonly ItemEdit<LeafItem>[],
): Promise<Sha256> {
  let pending: readonly ItemEdit<TreeItem>[] = edits;
  let level = 0;
  if (root !== EMPTY_TREE) {
    const { level: height } = await nodes.load(root);
    for (; level <= height; level += 1) {
      pending = await editLevel(nodes, root, level, pending);
      if (pending.length === 0) return root;
    }
  }
  // Above the old root there was nothing: what was put there are the items of the next level.
  let items = pending.flatMap(({ item }) => (item === undefined ? [] : [item]));
  for (; ; level += 1) {
    const [first] = items;
    if (first === undefined) return EMPTY_TREE;
    if (level > 0 && items.length === 1) return lowestRoot(nodes, (first as ChildItem).sha256);
    items = await buildLevel(nodes, level, items);
  }
}

/** @returns the edits of the level above; none when nothing changed */
async function editLevel(
  nodes: CachedNodes,
  root: Sha256,
  level: number,
  edits: readonly ItemEdit<TreeItem>[],
): Promise<ItemEdit<ChildItem>[]> {
  const replaced = new Map<string, Sha256>();
  const writer = new NodeWriter(nodes, (chunk) => replaced.get(chunk.item.path) === chunk.item.sha256);
  const cursor = new LevelCursor(nodes, root, level);
  let next = 0;
  while (next < edits.length) {
    const target = edits[next]!.path;
    await cursor.seek((path) => comparePaths(path, target) < 0);
    const chunker = new Chunker(level);
    for (;;) {
      const { sha256, node } = cursor.current;
      replaced.set(node.items.at(-1)!.path, sha256);
      const isLast = cursor.isLast;
      const merged = mergeItems(node.items, edits, next, isLast);
      next = merged.next;
      for (const item of merged.items) await writer.add(chunker.push(item));
      if (isLast) await writer.add(chunker.finish());
      if (chunker.isAtBoundary || isLast) break;
      await cursor.next();
    }
  }
  const added = await writer.finish();
  const above = new Map<string, ItemEdit<ChildItem>>();
  for (const path of replaced.keys()) above.set(path, { path, item: undefined });
  for (const item of added) {
    if (replaced.get(item.path) === item.sha256) above.delete(item.path);
    else above.set(item.path, { path: item.path, item });
  }
  return [...above.values()].sort((a, b) => comparePaths(a.path, b.path));
}

/**
 * @param isLast whether the edits behind the last item belong to these items too
 * @returns the items after the edits from `next` on that fall among them, and the first edit that does not
 */
function mergeItems(
  items: readonly TreeItem[],
  edits: readonly ItemEdit<TreeItem>[],
  start: number,
  isLast: boolean,
): { items: TreeItem[]; next: number } {
  const merged: TreeItem[] = [];
  let next = start;
  const take = (): void => {
    const { item } = edits[next]!;
    if (item !== undefined) merged.push(item);
    next += 1;
  };
  for (const item of items) {
    while (next < edits.length && comparePaths(edits[next]!.path, item.path) < 0) take();
    if (edits[next]?.path === item.path) take();
    else merged.push(item);
  }
  while (isLast && next < edits.length) take();
  return { items: merged, next };
}

async function buildLevel(
  nodes: CachedNodes,
  level: number,
  items: readonly TreeItem[],
): Promise<ChildItem[]> {
  const writer = new NodeWriter(nodes, () => false);
  const chunker = new Chunker(level);
  for (const item of items) await writer.add(chunker.push(item));
  await writer.add(chunker.finish());
  return writer.finish();
}

/** A tree that has shrunk may end in nodes with one child; the root is the lowest node that holds everything. */
async function lowestRoot(nodes: CachedNodes, from: Sha256): Promise<Sha256> {
  let sha256 = from;
  for (;;) {
    const node = await nodes.load(sha256);
    const [first, second] = node.items;
    if (first === undefined || 'entry' in first || second !== undefined) return sha256;
    sha256 = first.sha256;
  }
}

/** Stores finished nodes, some at a time. */
class NodeWriter {
  private readonly written: ChildItem[] = [];
  private batch: Chunk[] = [];

  /** @param isStored tells nodes that need no writing because they came out as they were */
  constructor(
    private readonly nodes: CachedNodes,
    private readonly isStored: (chunk: Chunk) => boolean,
  ) {}

  async add(chunk: Chunk | undefined): Promise<void> {
    if (chunk === undefined) return;
    this.written.push(chunk.item);
    if (!this.isStored(chunk)) this.batch.push(chunk);
    if (this.batch.length >= WRITES_AT_ONCE) await this.flush();
  }

  /** @returns all nodes in the order they came, once they are stored */
  async finish(): Promise<ChildItem[]> {
    await this.flush();
    return this.written;
  }

  private async flush(): Promise<void> {
    const batch = this.batch;
    this.batch = [];
    await Promise.all(batch.map(({ item, bytes, node }) => this.nodes.save(item.sha256, bytes, node)));
  }
}
