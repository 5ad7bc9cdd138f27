import { hashOf } from './key-index.js';

/** Rows by their whole text, with how many there are of each; holds numbers only, as `KeyIndex` does. */
export class RowBag {
  private readonly slots: Int32Array;
  private readonly hashes: Int32Array;
  private readonly counts: Int32Array;

  /** @param textOf what makes two rows equal */
  constructor(
    size: number,
    private readonly textOf: (row: number) => string,
  ) {
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(size * 2 + 2)));
    this.hashes = new Int32Array(size);
    this.counts = new Int32Array(size);
    for (let row = 0; row < size; row += 1) {
      const text = textOf(row);
      const hash = hashOf(text);
      const slot = this.slotOf(text, hash);
      const first = this.slots[slot]! - 1;
      if (first >= 0) this.counts[first]! += 1;
      else {
        this.slots[slot] = row + 1;
        this.hashes[row] = hash;
        this.counts[row] = 1;
      }
    }
  }

  /** Takes one of these rows out. @returns whether there was one */
  take(text: string): boolean {
    const row = this.slots[this.slotOf(text, hashOf(text))]! - 1;
    if (row < 0 || this.counts[row] === 0) return false;
    this.counts[row]! -= 1;
    return true;
  }

  private slotOf(text: string, hash: number): number {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let row = this.slots[slot]! - 1; row >= 0; row = this.slots[slot]! - 1) {
      if (this.hashes[row] === hash && this.textOf(row) === text) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
