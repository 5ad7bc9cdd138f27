import type { Sha256 } from '../../storage/index.js';
import { applyEdits } from './apply.js';
import { type CacheCounts, CachedNodes } from './cached-nodes.js';
import { LevelCursor, lowerBound, type Position } from './cursor.js';
import { diffLeaves, diffTrees, type TreeChange } from './diff.js';
import { copiedEdits } from './copied-edits.js';
import { DraftNodes } from './draft-nodes.js';
import { inOrder, once, sortedEdits, type TreeEdit, writtenEdits } from './edits.js';
import { type TreeEntry, entryOf } from './entry.js';
import { applyGrafts } from './graft.js';
import { ItemWriter } from './item-writer.js';
import { listTree, walkTree, type ListPage, type ListQuery, type TreeRange } from './list.js';
import { EMPTY_TREE, type LeafItem } from './node.js';
import type { NodeStore } from './node-store.js';
import { comparePaths, isWellFormed, MAX_PATH_BYTES } from './paths.js';
import { prefetch } from './prefetch.js';
import { reachableFrom, type ReachableObjects } from './reachable.js';
import { totalsOf } from './root-item.js';
import { type Split, splitTrees } from './three-way.js';

export interface TreeStats {
  readonly count: number;
  /**
   * The sum of the sizes of all entries; the same bytes at two paths count twice. It stops at
   * `Number.MAX_SAFE_INTEGER`.
   */
  readonly sizeBytes: number;
}

const DEFAULT_CACHE_BYTES = 256 * 1024 * 1024;

/**
 * Trees as values: a tree is named by its root, and every change gives another root that shares what did not change.
 * The same paths with the same entries have the same root, whatever the order of edits that led there. Start from
 * `EMPTY_TREE`. Reading and editing cost as many nodes as the tree is high, not as many as it has. A path and a path
 * below it may both be there (`a` and `a/b`), as in a bucket.
 *
 * All methods throw {@link CorruptObjectError} when a node is damaged or missing.
 */
export class Trees {
  private readonly nodes: CachedNodes;

  /** @param options.cacheBytes memory for nodes that were used lately. Default 256 MiB. */
  constructor(store: NodeStore | CachedNodes, options: { readonly cacheBytes?: number } = {}) {
    this.nodes =
      store instanceof CachedNodes
        ? store
        : new CachedNodes(store, options.cacheBytes ?? DEFAULT_CACHE_BYTES);
  }

  /** How the cache of nodes does: since the start, and the memory that it takes now. */
  get cache(): Readonly<CacheCounts> & { readonly sizeBytes: number } {
    return { ...this.nodes.counts, sizeBytes: this.nodes.sizeBytes };
  }

  async get(root: Sha256, path: string): Promise<TreeEntry | undefined> {
    if (!canExist(path)) return undefined;
    const cursor = new LevelCursor(this.nodes, root, 0);
    const position: Position = { key: Buffer.from(path), side: 'before' };
    await cursor.seek(position);
    const { items } = cursor.current.node;
    const at = lowerBound(items, position);
    if (at === items.count || items.compareToKey(at, position.key) !== 0) return undefined;
    return entryOf(items, at);
  }

  /** Reads the nodes of all paths together. @returns what is there, in the order of `paths` */
  async getMany(root: Sha256, paths: readonly string[]): Promise<(TreeEntry | undefined)[]> {
    const writer = new ItemWriter(paths.length);
    const sorted = paths.filter(canExist).sort(comparePaths);
    for (const path of sorted) writer.writeRemoval(path);
    await prefetch(this.nodes, root, 0, writer.finish());
    const found: (TreeEntry | undefined)[] = [];
    for (const path of paths) found.push(await this.get(root, path));
    return found;
  }

  /** @throws {InvalidInputError} prefix, after or limit out of bounds */
  list(root: Sha256, query: ListQuery = {}): Promise<ListPage> {
    return listTree(this.nodes, root, query);
  }

  /** Every entry under a prefix, in order. @throws {InvalidInputError} prefix or after out of bounds */
  walk(root: Sha256, query: TreeRange = {}): AsyncIterable<LeafItem> {
    return walkTree(this.nodes, root, query);
  }

  /**
   * @param edits in any order; of several for one path the last counts; removing what is not there changes nothing
   * @returns the new root; all nodes it needs are stored
   * @throws {InvalidInputError} a path or an entry breaks its rules; nothing was written
   */
  async apply(root: Sha256, edits: Iterable<TreeEdit>): Promise<Sha256> {
    const sorted = sortedEdits(edits);
    return sorted.count === 0 ? root : applyEdits(this.nodes, root, once(sorted));
  }

  /**
   * {@link apply} for edits without end: takes them as they come, while nodes are stored, and holds some batches of
   * edits, some packs of nodes and the nodes' names.
   * @param batches of edits that ascend by path over all batches, each path once; a thousand in a batch is a good size
   * @returns the new root; all nodes it needs are stored
   * @throws {InvalidInputError} a path or an entry breaks its rules, or the order; some nodes were stored, which no tree has
   */
  build(
    root: Sha256,
    batches: AsyncIterable<readonly TreeEdit[]> | Iterable<readonly TreeEdit[]>,
  ): Promise<Sha256> {
    return applyEdits(this.nodes, root, inOrder(writtenEdits(batches)));
  }

  /**
   * {@link build} from what `COPY (SELECT path, sha256, size_bytes, content_type, metadata … ORDER BY path COLLATE "C") TO STDOUT` sends,
   * twice as fast as from edits. A row whose SHA-256 is NULL removes its path.
   * @param chunks bytes of whole rows, cut anywhere
   */
  buildCopied(root: Sha256, chunks: AsyncIterable<Buffer>): Promise<Sha256> {
    return applyEdits(this.nodes, root, inOrder(copiedEdits(chunks)));
  }

  /**
   * Begins several changes whose nodes are stored together: none of the new trees is to be relied on before.
   * @param before a draft of these trees that is stored first, whose new trees are changed further
   */
  draft(before?: TreesDraft): TreesDraft {
    return new TreesDraft(this.nodes, before);
  }

  /**
   * What differs, ascending by path. Reads only the parts of the two trees that differ, and of these only what `range`
   * wants: a page begins as fast anywhere.
   * @throws {InvalidInputError} prefix or after out of bounds
   */
  diff(before: Sha256, after: Sha256, range: TreeRange = {}): AsyncIterable<TreeChange> {
    return diffTrees(this.nodes, before, after, range);
  }

  /**
   * Begins a merge of what two trees changed since a third. Whole sub-trees that one side alone changed are merged already, without
   * a look into them; what both sides changed is for the caller to decide.
   */
  async threeWay(base: Sha256, ours: Sha256, theirs: Sha256): Promise<ThreeWay> {
    return new ThreeWay(this.nodes, await splitTrees(this.nodes, [base, ours, theirs]));
  }

  /** Read from the root alone. */
  async stats(root: Sha256): Promise<TreeStats> {
    return totalsOf(await this.nodes.load(root));
  }

  /**
   * Every object that must exist for the tree to be whole, for garbage collection. Reads past the cache.
   * @param isKnown tells nodes whose whole sub-tree is known already and need not be read again
   */
  reachable(root: Sha256, isKnown: (node: Sha256) => boolean = () => false): AsyncIterable<ReachableObjects> {
    return reachableFrom(this.nodes, root, (node) => node === EMPTY_TREE || isKnown(node));
  }
}

/** Half a surrogate pair has no bytes, and would be looked for as another character. */
function canExist(path: string): boolean {
  return path.length <= MAX_PATH_BYTES && isWellFormed(path);
}

/** A merge under way. See {@link Trees.threeWay}. */
export class ThreeWay {
  constructor(
    private readonly nodes: CachedNodes,
    private readonly split: Split,
  ) {}

  /** What a side changed where the other may have changed something too, ascending by path. */
  changes(side: 'ours' | 'theirs'): AsyncIterable<TreeChange> {
    const [base, ours, theirs] = this.split.contested;
    return diffLeaves(this.nodes, base, side === 'ours' ? ours : theirs);
  }

  /**
   * @param edits of ours, for paths out of {@link changes} alone, in any order
   * @returns the root of the merged tree; all nodes it needs are stored
   * @throws {InvalidInputError} a path or an entry breaks its rules; nothing was written
   */
  apply(edits: Iterable<TreeEdit>): Promise<Sha256> {
    const { start, grafts } = this.split;
    return applyGrafts(this.nodes, start, grafts, sortedEdits(edits));
  }
}

/** Changes under way whose nodes are not stored yet. See {@link Trees.draft}. */
export class TreesDraft {
  /** Reads what is stored and what was changed here; changes are kept here. */
  readonly trees: Trees;
  private readonly nodes: DraftNodes;

  constructor(stored: CachedNodes, before?: TreesDraft) {
    this.nodes = new DraftNodes(stored, before?.nodes);
    this.trees = new Trees(this.nodes);
  }

  /** Stores all new nodes. */
  store(): Promise<void> {
    return this.nodes.finish();
  }
}
