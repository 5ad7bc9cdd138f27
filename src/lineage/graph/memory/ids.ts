import { WordTable } from './word-table.js';

const COMMA = 0x2c;
const HEX = new Uint8Array(128);
for (let value = 0; value < 16; value++) {
  HEX[value.toString(16).charCodeAt(0)] = value;
  HEX[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}
/** Where each of the four words of a UUID has its digits. */
const DIGITS = [
  [0, 1, 2, 3, 4, 5, 6, 7],
  [9, 10, 11, 12, 14, 15, 16, 17],
  [19, 20, 21, 22, 24, 25, 26, 27],
  [28, 29, 30, 31, 32, 33, 34, 35],
];

/** Numbers of UUIDs. */
export class Ids {
  private readonly table = new WordTable(4);
  private readonly key = new Int32Array(4);
  private readonly raw = Buffer.alloc(16);

  get size(): number {
    return this.table.size;
  }

  get bytes(): number {
    return this.table.bytes;
  }

  /** @returns -1 for one that has none */
  find(uuid: string): number {
    return this.table.find(this.keyOf(uuid));
  }

  add(uuid: string): number {
    return this.table.add(this.keyOf(uuid));
  }

  textOf(id: number): string {
    for (let at = 0; at < 4; at++) this.raw.writeInt32BE(this.table.word(id, at), at * 4);
    const hex = this.raw.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** UUIDs as PostgreSQL reads an array of them. */
  listOf(ids: readonly number[]): string {
    const raw = Buffer.allocUnsafe(ids.length * 16);
    for (const [i, id] of ids.entries())
      for (let at = 0; at < 4; at++) raw.writeInt32BE(this.table.word(id, at), i * 16 + at * 4);
    const hex = raw.toString('hex');
    const list = Buffer.allocUnsafe(ids.length * 33);
    for (let i = 0; i < ids.length; i++) {
      list.write(hex.slice(i * 32, i * 32 + 32), i * 33, 'latin1');
      list[i * 33 + 32] = COMMA;
    }
    return `{${list.toString('latin1', 0, Math.max(0, list.length - 1))}}`;
  }

  /** In the order of the UUIDs, as PostgreSQL has it. */
  compare(a: number, b: number): number {
    if (a === b) return 0;
    for (let at = 0; at < 4; at++) {
      const difference = (this.table.word(a, at) >>> 0) - (this.table.word(b, at) >>> 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  private keyOf(uuid: string): Int32Array {
    for (let at = 0; at < 4; at++) {
      let word = 0;
      for (const digit of DIGITS[at]!) word = (word << 4) | HEX[uuid.charCodeAt(digit)]!;
      this.key[at] = word;
    }
    return this.key;
  }
}
