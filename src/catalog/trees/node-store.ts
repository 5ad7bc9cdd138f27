import { CorruptObjectError, sha256Of, type Sha256 } from '../../storage/index.js';

/** A node as it is stored. */
export interface StoredNode {
  readonly sha256: Sha256;
  readonly bytes: Uint8Array;
}

/** Where the bytes of tree nodes are kept. Many at a time, as a store's latency then counts once for all of them. */
export interface NodeStore {
  /**
   * Hands out the bytes of each as soon as they are there, so that they are looked at while others are read.
   * @param take given the place in `names`; verifies the bytes, and copies them to keep them, as they may lie in larger memory
   * @throws {CorruptObjectError} there is no node of that name, or it cannot be what was written
   */
  readMany(names: readonly Sha256[], take: (at: number, bytes: Buffer) => void): Promise<void>;
  /** Durable when it resolves; writing what is there succeeds. @param nodes named by their digests */
  writeMany(nodes: readonly StoredNode[]): Promise<void>;
}

/** A node store in memory, for tests and for trees that are only computed. */
export class MemoryNodeStore implements NodeStore {
  readonly nodes = new Map<Sha256, Uint8Array>();

  async readMany(names: readonly Sha256[], take: (at: number, bytes: Buffer) => void): Promise<void> {
    for (const [at, sha256] of names.entries()) {
      const bytes = this.nodes.get(sha256);
      if (bytes === undefined) throw new CorruptObjectError(sha256, 'there is no such tree node');
      take(at, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    }
  }

  async writeMany(nodes: readonly StoredNode[]): Promise<void> {
    for (const { bytes } of nodes) this.nodes.set(sha256Of(bytes), bytes);
  }
}
