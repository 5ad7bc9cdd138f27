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
import { type PackedNodes, PackRepository } from './pack.repository.js';
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
  async readMany(names: readonly Sha256[], take: (at: number, bytes: Buffer) => void): Promise<void> {
    assertOutsideTransaction('reading nodes of a tree');
    const packs = await this.packs.find(names);
    checkPlaces(names, packs);
    const limit = pLimit(PACKS_AT_ONCE);
    await Promise.all(
      packs.map(({ pack, nodes }) =>
        limit(async () => {
          const parts = partsOf(nodes);
          await this.readParts(pack, parts, names, (i, bytes) => {
            const { start: from, nodes: within } = parts[i]!;
            for (const { at, start, sizeBytes } of within)
              take(at, bytes.subarray(start - from, start - from + sizeBytes));
          });
        }),
      ),
    );
    nodesRead.inc(names.length);
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

  private async readParts(
    pack: Sha256,
    parts: readonly PackPart[],
    names: readonly Sha256[],
    take: (part: number, bytes: Buffer) => void,
  ): Promise<void> {
    try {
      partsRead.inc(parts.length);
      await this.objects.readParts(pack, parts, take);
    } catch (error) {
      if (!(error instanceof ObjectNotFoundError)) throw error;
      const reason = `the pack ${pack} that holds this tree node is not in the store`;
      throw new CorruptObjectError(names[parts[0]!.nodes[0]!.at]!, reason, { cause: error });
    }
  }
}

/** @throws {CorruptObjectError} a node is nowhere, or where nothing can be */
function checkPlaces(names: readonly Sha256[], packs: readonly PackedNodes[]): void {
  const isFound = new Uint8Array(names.length);
  for (const { pack, nodes } of packs) {
    for (const { at, start, sizeBytes } of nodes) {
      isFound[at] = 1;
      if (start < 0 || sizeBytes < 0 || sizeBytes > MAX_NODE_BYTES)
        throw new CorruptObjectError(names[at]!, `its place in the pack ${pack} cannot be one`);
    }
  }
  const missing = isFound.indexOf(0);
  if (missing >= 0) throw new CorruptObjectError(names[missing]!, 'no pack is known to hold this tree node');
}
