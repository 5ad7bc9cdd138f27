import type { Sha256 } from '../../storage/index.js';
import { applyEdits, type ItemEdit } from './apply.js';
import { LevelCursor, lowerBound } from './cursor.js';
import { diffTrees, type TreeChange } from './diff.js';
import { parseEntry, type TreeEntry } from './entry.js';
import { listTree, walkTree, type ListPage, type ListQuery } from './list.js';
import { isLeaf, type LeafItem } from './node.js';
import { CachedNodes, type NodeStore } from './node-store.js';
import { comparePaths, parsePath } from './paths.js';

/** Puts `entry` at `path`, or removes what is there when it is `undefined`. */
export interface TreeEdit {
  readonly path: string;
  readonly entry: TreeEntry | undefined;
}

export interface TreeStats {
  readonly count: number;
  /** The sum of the sizes of all entries; the same bytes at two paths count twice. */
  readonly sizeBytes: number;
}

/** Something a tree needs: one of its nodes, or the bytes of an entry. */
export interface ReachableObject {
  readonly kind: 'node' | 'content';
  readonly sha256: Sha256;
}

const DEFAULT_CACHE_BYTES = 32 * 1024 * 1024;

/**
 * Trees as values: a tree is named by its root, and every change gives another root that shares what did not change.
 * The same paths with the same entries have the same root, whatever the order of edits that led there. Start from
 * `EMPTY_TREE`. Reading and editing cost as many nodes as the tree is high, not as many as it has.
 *
 * All methods throw {@link CorruptObjectError} when a node is damaged, and what the store throws when one is missing.
 */
export class Trees {
  private readonly nodes: CachedNodes;

  /** @param options.cacheBytes encoded bytes of nodes to keep in memory. Default 32 MiB. */
  constructor(store: NodeStore, options: { readonly cacheBytes?: number } = {}) {
    this.nodes = new CachedNodes(store, options.cacheBytes ?? DEFAULT_CACHE_BYTES);
  }

  async get(root: Sha256, path: string): Promise<TreeEntry | undefined> {
    const cursor = new LevelCursor(this.nodes, root, 0);
    const passed = (other: string): boolean => comparePaths(other, path) < 0;
    await cursor.seek(passed);
    const { items } = cursor.current.node;
    const item = items[lowerBound(items, passed)];
    return item?.path === path ? (item as LeafItem).entry : undefined;
  }

  /** @throws {InvalidInputError} prefix, after or limit out of bounds */
  list(root: Sha256, query: ListQuery = {}): Promise<ListPage> {
    return listTree(this.nodes, root, query);
  }

  /** Every entry under a prefix, in order. @throws {InvalidInputError} prefix or after out of bounds */
  walk(root: Sha256, query: Pick<ListQuery, 'prefix' | 'after'> = {}): AsyncIterable<LeafItem> {
    return walkTree(this.nodes, root, query);
  }

  /**
   * @param edits in any order; of several for one path the last counts; removing what is not there changes nothing
   * @returns the new root; all nodes it needs are stored
   * @throws {InvalidInputError} a path or an entry breaks its rules; nothing was written
   */
  async apply(root: Sha256, edits: Iterable<TreeEdit>): Promise<Sha256> {
    const byPath = new Map<string, ItemEdit<LeafItem>>();
    for (const edit of edits) {
      const path = parsePath(edit.path);
      const item = edit.entry === undefined ? undefined : { path, entry: parseEntry(edit.entry) };
      byPath.set(path, { path, item });
    }
    const sorted = [...byPath.values()].sort((a, b) => comparePaths(a.path, b.path));
    return sorted.length === 0 ? root : applyEdits(this.nodes, root, sorted);
  }

  /** Like {@link apply} for edits that come in the order of their paths, each path once. */
  async build(root: Sha256, edits: AsyncIterable<TreeEdit>): Promise<Sha256> {
    const all: TreeEdit[] = [];
    for await (const edit of edits) all.push(edit);
    return this.apply(root, all);
  }

  /** Does several edits whose nodes are stored together, before it resolves. */
  together<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  /** What differs, ascending by path. Reads only the parts of the two trees that differ. */
  async *diff(
    before: Sha256,
    after: Sha256,
    query: Pick<ListQuery, 'prefix' | 'after'> = {},
  ): AsyncIterable<TreeChange> {
    for await (const change of diffTrees(this.nodes, before, after)) {
      if (query.prefix !== undefined && !change.path.startsWith(query.prefix)) continue;
      if (query.after !== undefined && comparePaths(change.path, query.after) <= 0) continue;
      yield change;
    }
  }

  /** Read from the root alone. */
  async stats(root: Sha256): Promise<TreeStats> {
    let count = 0;
    let sizeBytes = 0;
    for (const item of (await this.nodes.load(root)).items) {
      count += 'entry' in item ? 1 : item.count;
      sizeBytes += 'entry' in item ? item.entry.sizeBytes : item.sizeBytes;
    }
    return { count, sizeBytes };
  }

  /**
   * Every object that must exist for the tree to be whole, for garbage collection. Content at several paths comes
   * several times.
   * @param isKnown tells nodes whose whole sub-tree is known already and need not be read again
   */
  async *reachable(
    root: Sha256,
    isKnown: (node: Sha256) => boolean = () => false,
  ): AsyncIterable<ReachableObject> {
    const pending = [root];
    for (let sha256 = pending.pop(); sha256 !== undefined; sha256 = pending.pop()) {
      if (isKnown(sha256)) continue;
      const node = await this.nodes.load(sha256);
      yield { kind: 'node', sha256 };
      if (isLeaf(node)) for (const { entry } of node.items) yield { kind: 'content', sha256: entry.sha256 };
      else for (const item of node.items) pending.push((item as { sha256: Sha256 }).sha256);
    }
  }
}
