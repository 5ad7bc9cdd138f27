import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Sha256 } from '../../storage/index.js';
import { EMPTY_TREE, Trees } from '../trees/index.js';
import { DigestFilter } from './digest-filter.js';
import { GcRepository } from './gc.repository.js';
import { GcRoots } from './gc-roots.js';

const DIGEST_BYTES = 32;

/** What is reached. May take garbage for reached, never the other way round. */
export interface Marked {
  has(sha256: Sha256): boolean;
}

/** Finds what commits, staged changes and other rooms reach. */
@Injectable()
export class Marker {
  constructor(
    private readonly rows: GcRepository,
    private readonly roots: GcRoots,
    private readonly trees: Trees,
  ) {}

  /**
   * @param isLeftOut whether the trees of a commit, named `repositoryId commitId`, do not count
   * @param onObjects told how many objects were looked at
   */
  async mark(
    isLeftOut: (commit: string) => boolean,
    signal: AbortSignal,
    onObjects: (count: number) => void,
  ): Promise<Marked> {
    const contents = new DigestFilter(await this.rows.objectCount(), randomBytes(16));
    const nodes = new NodeSet();
    let looked = 0;
    const isKnown = (node: Sha256): boolean => node === EMPTY_TREE || nodes.has(node);
    for await (const batch of this.rows.trees()) {
      for (const [commit, tree] of batch) {
        if (isLeftOut(commit!) || isKnown(tree as Sha256)) continue;
        for await (const { kind, digests } of this.trees.reachable(tree as Sha256, isKnown)) {
          signal.throwIfAborted();
          if (kind === 'node') nodes.addAll(digests);
          else contents.addAll(digests);
          looked += digests.length / DIGEST_BYTES;
          onObjects(looked);
        }
      }
    }
    for await (const batch of this.rows.staged())
      contents.addAll(digestsOf(batch.map(([sha256]) => sha256!)));
    for (const provider of this.roots.objects.values())
      for await (const batch of provider()) contents.addAll(digestsOf(batch));
    const packs = new Set<string>();
    for await (const batch of this.rows.packedNodes()) {
      signal.throwIfAborted();
      for (const [pack, node] of batch) if (nodes.has(node as Sha256)) packs.add(pack!);
    }
    return { has: (sha256) => packs.has(sha256) || contents.has(Buffer.from(sha256, 'hex')) };
  }
}

function digestsOf(digests: readonly string[]): Buffer {
  return Buffer.from(digests.join(''), 'hex');
}

/** Exact, as a node that is known is not read again: half of each digest, which no two nodes share by chance. */
class NodeSet {
  private readonly halves = new Set<string>();

  addAll(digests: Buffer): void {
    for (let at = 0; at < digests.length; at += DIGEST_BYTES)
      this.halves.add(digests.toString('latin1', at, at + DIGEST_BYTES / 2));
  }

  has(sha256: Sha256): boolean {
    return this.halves.has(Buffer.from(sha256.slice(0, DIGEST_BYTES), 'hex').toString('latin1'));
  }
}
