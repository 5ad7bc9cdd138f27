import { createHash } from 'node:crypto';

import { sha256Of, type Sha256 } from '../../storage/index.js';
import { encodeItem, encodeNode, type ChildItem, type TreeItem, type TreeNode } from './node.js';

/** A node has about this many items: one path in so many ends a node. */
const FAN_OUT = 128;
/** Ends a node however the paths hash, so that chosen paths cannot make one that is slow to edit. */
const MAX_ITEMS = 1024;
const MAX_BYTES = 256 * 1024;

/** A finished node, not yet stored. */
export interface Chunk {
  readonly item: ChildItem;
  readonly bytes: Buffer;
  readonly node: TreeNode;
}

/**
 * Cuts a sequence of items into nodes. Where a node ends depends on the items since the end of the one before and on
 * nothing else: on the hash of (level, path), which cuts most nodes, and on two bounds. So equal content is cut
 * equally, and after a change the cuts fall together with the old ones again at the next common end.
 */
export class Chunker {
  private items: TreeItem[] = [];
  private encoded: string[] = [];
  private bytes = 0;

  constructor(private readonly level: number) {}

  /** Whether the next item starts a node. */
  get isAtBoundary(): boolean {
    return this.items.length === 0;
  }

  /** @returns the node that this item ends, if it does */
  push(item: TreeItem): Chunk | undefined {
    const encoded = encodeItem(item);
    this.items.push(item);
    this.encoded.push(encoded);
    this.bytes += Buffer.byteLength(encoded) + 1;
    // Two children at least, so that every level has half the nodes of the one below, whatever the hashes.
    if (this.level > 0 && this.items.length < 2) return undefined;
    const isFull = this.items.length >= MAX_ITEMS || this.bytes >= MAX_BYTES;
    return isFull || endsNode(this.level, item.path) ? this.finish() : undefined;
  }

  /** Ends the last node of a level. @returns `undefined` when nothing is left */
  finish(): Chunk | undefined {
    const last = this.items.at(-1);
    if (last === undefined) return undefined;
    const bytes = encodeNode(this.level, this.encoded);
    let count = 0;
    let sizeBytes = 0;
    for (const item of this.items) {
      count += 'entry' in item ? 1 : item.count;
      sizeBytes += 'entry' in item ? item.entry.sizeBytes : item.sizeBytes;
    }
    const sha256: Sha256 = sha256Of(bytes);
    const node = { level: this.level, items: this.items } as TreeNode;
    this.items = [];
    this.encoded = [];
    this.bytes = 0;
    return { item: { path: last.path, sha256, count, sizeBytes }, bytes, node };
  }
}

function endsNode(level: number, path: string): boolean {
  return createHash('sha256').update(`${level}:${path}`).digest().readUInt32BE() % FAN_OUT === 0;
}
