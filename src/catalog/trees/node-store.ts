import { LRUCache } from 'lru-cache';

import { sha256Of, type ObjectStore, type Sha256 } from '../../storage/index.js';
import { decodeNode, EMPTY_NODE, EMPTY_TREE, MAX_NODE_BYTES, type TreeNode } from './node.js';

/** Where the bytes of tree nodes are kept. */
export interface NodeStore {
  /** @throws when there is no node of that name */
  read(sha256: Sha256): Promise<Uint8Array>;
  /** Durable when it resolves; writing what is there succeeds. @returns the SHA-256 of the bytes */
  write(bytes: Uint8Array): Promise<Sha256>;
}

/** Nodes as objects beside the content they point to. */
export function objectNodeStore(store: ObjectStore): NodeStore {
  return {
    read: (sha256) => store.read(sha256, MAX_NODE_BYTES),
    write: async (bytes) => (await store.put(bytes)).sha256,
  };
}

/** Decoded nodes over a store, the latest used kept in memory. Nodes never change, so the cache is never wrong. */
export class CachedNodes {
  private readonly cache: LRUCache<Sha256, TreeNode>;

  /** @param maxBytes what the cache may hold, counted in encoded bytes; the decoded nodes take about three times it */
  constructor(
    private readonly store: NodeStore,
    maxBytes: number,
  ) {
    this.cache = new LRUCache({ maxSize: maxBytes });
  }

  /** @throws {CorruptObjectError} the stored bytes are not the node of that name */
  async load(sha256: Sha256): Promise<TreeNode> {
    if (sha256 === EMPTY_TREE) return EMPTY_NODE;
    const cached = this.cache.get(sha256);
    if (cached !== undefined) return cached;
    const bytes = await this.store.read(sha256);
    const node = decodeNode(sha256, bytes);
    this.cache.set(sha256, node, { size: bytes.byteLength });
    return node;
  }

  /** @param sha256 the digest of `bytes`, which encode `node` */
  async save(sha256: Sha256, bytes: Uint8Array, node: TreeNode): Promise<void> {
    await this.store.write(bytes);
    this.cache.set(sha256, node, { size: bytes.byteLength });
  }
}

/** A node store in memory, for tests and for trees that are only computed. */
export class MemoryNodeStore implements NodeStore {
  readonly nodes = new Map<Sha256, Uint8Array>();

  async read(sha256: Sha256): Promise<Uint8Array> {
    const bytes = this.nodes.get(sha256);
    if (bytes === undefined) throw new ReferenceError(`no node ${sha256}`);
    return bytes;
  }

  async write(bytes: Uint8Array): Promise<Sha256> {
    const sha256 = sha256Of(bytes);
    this.nodes.set(sha256, bytes);
    return sha256;
  }
}
