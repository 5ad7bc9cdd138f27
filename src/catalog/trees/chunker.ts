import { sha256Of, type Sha256 } from '../../storage/index.js';
import { allocateItems, Items } from './items.js';
import { HEAD_BYTES, type TreeNode, writeNodeHead } from './node.js';
import { MAX_BYTES, MAX_ITEMS, MIN_ITEMS, ONE_IN } from './node-bounds.js';

/** A finished node, not yet stored. */
export interface Chunk {
  readonly sha256: Sha256;
  readonly node: TreeNode;
  /** Entries in it or below it. */
  readonly count: number;
  /** The sum of their sizes. */
  readonly sizeBytes: number;
}

/** Items of one list that follow each other. */
interface Run {
  readonly items: Items;
  readonly from: number;
  to: number;
}

/**
 * Cuts a sequence of items into nodes. Where a node ends depends on the items since the end of the one before and on
 * nothing else: on a hash of (level, path), which cuts most nodes, and on bounds. So equal content is cut equally, and
 * after a change the cuts fall together with the old ones again at the next common end. Whoever chooses all paths of a
 * repository can keep them from falling together, and makes its own edits cost what is there; nodes stay bounded.
 */
export class Chunker {
  private runs: Run[] = [];
  private items = 0;
  private bytes = 0;
  private count = 0;
  private sizeBytes = 0;

  constructor(private readonly level: number) {}

  /** Whether the next item starts a node. */
  get isAtBoundary(): boolean {
    return this.items === 0;
  }

  /** @returns the node that this item ends, if it does */
  push(items: Items, at: number): Chunk | undefined {
    this.append(items, at, at + 1);
    return endsNode(this.level, this.items, this.bytes, items, at) ? this.finish() : undefined;
  }

  /** Takes items that are known not to end a node: they did not where they come from, after the same items. */
  pushRun(items: Items, from: number, to: number): void {
    if (from < to) this.append(items, from, to);
  }

  /** Ends the last node of a level. @returns `undefined` when nothing is left */
  finish(): Chunk | undefined {
    if (this.items === 0) return undefined;
    const { bytes, starts } = allocateItems(this.items, HEAD_BYTES + this.bytes);
    writeNodeHead(bytes, this.level, this.items);
    let length = HEAD_BYTES;
    let at = 0;
    for (const { items, from, to } of this.runs) {
      const shift = length - items.starts[from]!;
      for (let i = from; i < to; i += 1) starts[at++] = items.starts[i]! + shift;
      length += items.bytes.copy(bytes, length, items.starts[from]!, items.starts[to]!);
    }
    starts[at] = length;
    const node = { level: this.level, items: new Items(bytes, starts, this.items) };
    const chunk = { sha256: sha256Of(bytes), node, count: this.count, sizeBytes: this.sizeBytes };
    this.runs = [];
    this.items = this.bytes = this.count = this.sizeBytes = 0;
    return chunk;
  }

  private append(items: Items, from: number, to: number): void {
    const last = this.runs.at(-1);
    if (last?.items === items && last.to === from) last.to = to;
    else this.runs.push({ items, from, to });
    this.items += to - from;
    this.bytes += items.starts[to]! - items.starts[from]!;
    for (let at = from; at < to; at += 1) {
      this.count += this.level === 0 ? 1 : items.entryCount(at);
      this.sizeBytes = addSizes(this.sizeBytes, items.sizeBytes(at));
    }
  }
}

/** A sum that stops at the greatest exact number: the same content at many paths may be more than any store holds. */
export function addSizes(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}

/**
 * Whether an item is the last of its node.
 * @param count the items of the node with this one
 * @param bytes what they take
 */
export function endsNode(level: number, count: number, bytes: number, items: Items, at: number): boolean {
  if (count >= MAX_ITEMS || bytes >= MAX_BYTES) return true;
  return count >= MIN_ITEMS && mayEndNode(level, items, at);
}

/** FNV-1a with the finish of MurmurHash3, which its low bits need; another one for each level. */
function mayEndNode(level: number, items: Items, at: number): boolean {
  const { bytes } = items;
  const start = items.pathStart(at);
  const end = start + items.pathLength(at);
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i += 1) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash ^= Math.imul(level + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % ONE_IN === 0;
}
