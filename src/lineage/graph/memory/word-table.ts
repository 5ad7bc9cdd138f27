import { Ints } from './segments.js';

const SHARDS = 256;
const FIRST_SLOTS = 8;

/**
 * Numbers keys of some 32-bit words in the order in which they come, 0, 1, 2 … A hash table in 256 parts, each of which grows by itself:
 * growing never takes long, however many keys there are.
 */
export class WordTable {
  private readonly words = new Ints();
  private readonly slots: Int32Array[] = Array.from({ length: SHARDS }, () => new Int32Array(FIRST_SLOTS));
  private readonly counts = new Int32Array(SHARDS);
  private slotCount = SHARDS * FIRST_SLOTS;
  private rows = 0;

  /** @param width words of each key */
  constructor(private readonly width: number) {}

  get size(): number {
    return this.rows;
  }

  get bytes(): number {
    return this.words.bytes + this.slotCount * 4;
  }

  word(row: number, at: number): number {
    return this.words.get(row * this.width + at);
  }

  /** @returns the key's number; -1 for none */
  find(key: Int32Array): number {
    const hash = hashOf(key, this.width);
    const slots = this.slots[hash >>> 24]!;
    for (let at = hash & (slots.length - 1); ; at = (at + 1) & (slots.length - 1)) {
      const row = slots[at]! - 1;
      if (row < 0 || this.isAt(row, key)) return row;
    }
  }

  /** @returns the key's number, a new one if it has none yet */
  add(key: Int32Array): number {
    const known = this.find(key);
    if (known >= 0) return known;
    const row = this.rows++;
    for (let at = 0; at < this.width; at++) this.words.set(row * this.width + at, key[at]!);
    const hash = hashOf(key, this.width);
    const shard = hash >>> 24;
    place(this.slots[shard]!, hash, row);
    if (++this.counts[shard]! * 3 > this.slots[shard]!.length * 2) this.grow(shard);
    return row;
  }

  private isAt(row: number, key: Int32Array): boolean {
    for (let at = 0; at < this.width; at++)
      if (this.words.get(row * this.width + at) !== key[at]) return false;
    return true;
  }

  private grow(shard: number): void {
    const former = this.slots[shard]!;
    const slots = new Int32Array(former.length * 2);
    const key = new Int32Array(this.width);
    for (const slot of former) {
      if (slot === 0) continue;
      for (let at = 0; at < this.width; at++) key[at] = this.word(slot - 1, at);
      place(slots, hashOf(key, this.width), slot - 1);
    }
    this.slots[shard] = slots;
    this.slotCount += former.length;
  }
}

function place(slots: Int32Array, hash: number, row: number): void {
  let at = hash & (slots.length - 1);
  while (slots[at] !== 0) at = (at + 1) & (slots.length - 1);
  slots[at] = row + 1;
}

function hashOf(key: Int32Array, width: number): number {
  let hash = 0;
  for (let at = 0; at < width; at++) {
    hash = Math.imul(hash ^ key[at]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
