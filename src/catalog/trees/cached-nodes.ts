import { LRUCache } from 'lru-cache';

import type { Sha256 } from '../../storage/index.js';
import { decodeNode, EMPTY_NODE, EMPTY_TREE, memoryOf, type TreeNode } from './node.js';
import type { NodeStore, StoredNode } from './node-store.js';

/** What the cache was asked for, and what it had to fetch. */
export interface CacheCounts {
  hits: number;
  misses: number;
}

/**
 * Nodes over a store, the latest used kept in memory, verified once when they come. Nodes never change, so the cache
 * is never wrong. Readers that want the same node at the same time share one read of it.
 */
export class CachedNodes {
  readonly counts: CacheCounts = { hits: 0, misses: 0 };
  private readonly cache: LRUCache<Sha256, TreeNode>;
  private readonly underway = new Map<Sha256, Promise<TreeNode>>();

  /** @param maxBytes memory that nodes may take here */
  constructor(
    private readonly store: NodeStore,
    maxBytes: number,
  ) {
    this.cache = new LRUCache({ maxSize: maxBytes, sizeCalculation: memoryOf });
  }

  /** Bytes of memory that the cache takes now. */
  get sizeBytes(): number {
    return this.cache.calculatedSize;
  }

  /** The node, if it is at hand. */
  peek(sha256: Sha256): TreeNode | undefined {
    if (sha256 === EMPTY_TREE) return EMPTY_NODE;
    const node = this.cache.get(sha256);
    if (node !== undefined) this.counts.hits += 1;
    return node;
  }

  /** @throws {CorruptObjectError} the stored bytes are not the node of that name */
  async load(sha256: Sha256): Promise<TreeNode> {
    return this.peek(sha256) ?? (await this.loadMany([sha256]))[0]!;
  }

  /** @returns the nodes in the order of `names` @throws {CorruptObjectError} */
  async loadMany(names: readonly Sha256[]): Promise<TreeNode[]> {
    const nodes: TreeNode[] = [];
    const waits: Promise<unknown>[] = [];
    /** Each once, with where it is wanted. */
    const missing = new Map<Sha256, number[]>();
    const place = (at: number, coming: Promise<TreeNode>): void => {
      waits.push(coming.then((node) => (nodes[at] = node)));
    };
    for (const [at, sha256] of names.entries()) {
      const wanted = missing.get(sha256);
      if (wanted !== undefined) {
        wanted.push(at);
        continue;
      }
      const node = this.peek(sha256);
      const coming = this.underway.get(sha256);
      if (node !== undefined) nodes[at] = node;
      else if (coming !== undefined) place(at, coming);
      else missing.set(sha256, [at]);
    }
    if (missing.size > 0) {
      this.counts.misses += missing.size;
      const reading = this.fetch([...missing.keys()]);
      let next = 0;
      for (const [sha256, places] of missing) {
        const i = next++;
        const coming = reading.then((fetched) => fetched[i]!);
        this.underway.set(sha256, coming);
        for (const at of places) place(at, coming);
      }
    }
    try {
      await Promise.all(waits);
      return nodes;
    } finally {
      for (const sha256 of missing.keys()) this.underway.delete(sha256);
    }
  }

  /** Like {@link loadMany}, past the cache: for walks over everything, which would empty it of what is used. */
  async readMany(names: readonly Sha256[]): Promise<TreeNode[]> {
    const nodes: TreeNode[] = [];
    await this.store.readMany(names, (at, bytes) => {
      nodes[at] = decodeNode(names[at]!, bytes);
    });
    return nodes;
  }

  /** Stores nodes, and has them at hand from then on. */
  async save(nodes: readonly { readonly sha256: Sha256; readonly node: TreeNode }[]): Promise<void> {
    const stored: StoredNode[] = nodes.map(({ sha256, node }) => ({ sha256, bytes: node.items.bytes }));
    await this.store.writeMany(stored);
    for (const { sha256, node } of nodes) this.cache.set(sha256, node);
  }

  private async fetch(names: readonly Sha256[]): Promise<TreeNode[]> {
    const nodes = await this.readMany(names);
    names.forEach((sha256, i) => this.cache.set(sha256, nodes[i]!));
    return nodes;
  }
}
