import { Inject, Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import { assertOutsideTransaction } from '../../platform/index.js';
import {
  CorruptObjectError,
  OBJECT_STORE,
  ObjectNotFoundError,
  type ObjectStore,
  type Sha256,
} from '../../storage/index.js';
import { MAX_NODE_BYTES, type NodeStore, type StoredNode } from '../trees/index.js';
import { nodesRead, nodesWritten, packBytes, packsWritten, partsRead } from './metrics.js';
import { encodePacks } from './pack-format.js';
import { type PackedNode, PackRepository } from './pack.repository.js';
import { type PackPart, partsOf } from './pack-parts.js';

/** Packs that one reader reads at the same time. */
const PACKS_AT_ONCE = 16;

/**
 * Nodes of trees in packs: objects that hold all the nodes of one change, and rows that say where each node is. A pack
 * is stored before its rows are; one without rows is garbage, and what it holds is written again with the next change
 * that needs it.
 */
@Injectable()
export class PackedNodeStore implements NodeStore {
  constructor(
    private readonly packs: PackRepository,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  /** What is not a node's bytes is found by its digest, which the caller computes. */
  async readMany(names: readonly Sha256[]): Promise<Buffer[]> {
    assertOutsideTransaction('reading nodes of a tree');
    const found = new Map<Sha256, PackedNode>();
    for (const node of await this.packs.find(names)) found.set(node.sha256, node);
    for (const sha256 of names) {
      const node = found.get(sha256);
      if (node === undefined) throw new CorruptObjectError(sha256, 'no pack is known to hold this tree node');
      if (node.start < 0 || node.sizeBytes < 0 || node.sizeBytes > MAX_NODE_BYTES) {
        throw new CorruptObjectError(sha256, `its place in the pack ${node.pack} cannot be one`);
      }
    }
    const bytes = new Map<Sha256, Buffer>();
    const limit = pLimit(PACKS_AT_ONCE);
    await Promise.all(
      [...partsOf([...found.values()])].map(([pack, parts]) =>
        limit(async () => {
          const read = await this.readParts(pack, parts);
          for (const [i, { start: from, nodes }] of parts.entries()) {
            for (const { sha256, start, sizeBytes } of nodes) {
              bytes.set(sha256, read[i]!.subarray(start - from, start - from + sizeBytes));
            }
          }
        }),
      ),
    );
    nodesRead.inc(names.length);
    return names.map((sha256) => bytes.get(sha256)!);
  }

  async writeMany(nodes: readonly StoredNode[]): Promise<void> {
    assertOutsideTransaction('storing nodes of a tree');
    const known = await this.packs.use(nodes.map(({ sha256 }) => sha256));
    const missing = new Map<Sha256, StoredNode>();
    for (const node of nodes) if (!known.has(node.sha256)) missing.set(node.sha256, node);
    for (const { bytes, places } of encodePacks([...missing.values()])) {
      const { sha256, sizeBytes } = await this.objects.put(bytes);
      await this.packs.insert(sha256, sizeBytes, places);
      packsWritten.inc();
      packBytes.inc(sizeBytes);
      nodesWritten.inc(places.length);
    }
  }

  private async readParts(pack: Sha256, parts: readonly PackPart[]): Promise<Buffer[]> {
    try {
      partsRead.inc(parts.length);
      return await this.objects.readParts(pack, parts);
    } catch (error) {
      if (!(error instanceof ObjectNotFoundError)) throw error;
      const reason = `the pack ${pack} that holds this tree node is not in the store`;
      throw new CorruptObjectError(parts[0]!.nodes[0]!.sha256, reason, { cause: error });
    }
  }
}
