import { TableFault, type RowTable } from './row-table.js';

const { imul } = Math;

/** A number for a text, spread evenly. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5 ^ text.length;
  for (let i = 0; i < text.length; i += 1) hash = imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = imul(hash ^ (hash >>> 15), 2246822507);
  return hash ^ (hash >>> 13);
}

/**
 * Finds rows by their key. Holds numbers only: a `Map` of texts would need ten times the memory and ends at 2^24 rows.
 * Keys that were made to collide cost time, which the task's limit bounds.
 */
export class KeyIndex {
  private readonly slots: Int32Array;
  private readonly hashes: Int32Array;

  /** @throws {TableFault} a key is missing or comes twice */
  constructor(
    private readonly table: RowTable,
    private readonly columns: readonly string[],
  ) {
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(table.size * 2 + 2)));
    this.hashes = new Int32Array(table.size);
    for (let row = 0; row < table.size; row += 1) this.add(row);
  }

  /** @returns the row, or -1 */
  find(key: string): number {
    const slot = this.slotOf(key, hashOf(key));
    return this.slots[slot]! - 1;
  }

  private add(row: number): void {
    const key = this.table.key(row, this.columns);
    if (key === undefined) {
      throw new TableFault(`has no value for the key (${this.columns.join(', ')}) in row ${row + 1}`);
    }
    const hash = hashOf(key);
    const slot = this.slotOf(key, hash);
    const other = this.slots[slot]! - 1;
    if (other >= 0) throw new TableFault(`has one key twice, in rows ${other + 1} and ${row + 1}`);
    this.slots[slot] = row + 1;
    this.hashes[row] = hash;
  }

  /** Where the key is, or the free slot where it would be. */
  private slotOf(key: string, hash: number): number {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let row = this.slots[slot]! - 1; row >= 0; row = this.slots[slot]! - 1) {
      if (this.hashes[row] === hash && this.table.key(row, this.columns) === key) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
