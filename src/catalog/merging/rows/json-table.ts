import { isUtf8 } from 'node:buffer';

import { membersOf, type Members } from './json-members.js';
import {
  joinKey,
  MAX_ROW_BYTES,
  MAX_SHOWN,
  Offsets,
  TableFault,
  type Cells,
  type RowTable,
} from './row-table.js';

const LINE_FEED = 0x0a;
const SPACES: ReadonlySet<number> = new Set([0x20, 0x0a, 0x0d, 0x09]);

/** The rows of an array of objects, or of JSON Lines, as places in the file. */
export class JsonTable implements RowTable {
  readonly columns = undefined;
  /** The inside of the array's brackets; of JSON Lines the whole file. */
  inside = { start: 0, end: 0 };
  private readonly starts = new Offsets();
  private readonly ends = new Offsets();
  /** The row that was read last; keys and cells of one are asked for together. */
  private last: { row: number; members: Members } | undefined;

  /** @throws {TableFault} not JSON in UTF-8, or a row that is no object */
  constructor(
    readonly file: Buffer,
    readonly format: 'json' | 'jsonl',
  ) {
    if (!isUtf8(file)) throw new TableFault('is not in UTF-8');
    if (format === 'json') this.splitArray();
    else this.splitLines();
    for (let row = 0; row < this.size; row += 1) this.check(row);
  }

  get size(): number {
    return this.starts.length;
  }

  cells(row: number): Cells {
    return this.members(row).cells;
  }

  members(row: number): Members {
    if (this.last?.row !== row) this.last = { row, members: membersOf(this.text(row)) };
    return this.last.members;
  }

  key(row: number, columns: readonly string[]): string | undefined {
    const { cells } = this.members(row);
    const values: string[] = [];
    for (const name of columns) {
      const value = cells.get(name)?.value;
      if (value === undefined || value === 'null') return undefined;
      values.push(value);
    }
    return joinKey(values);
  }

  bytes(row: number): Buffer {
    return this.file.subarray(this.starts.at(row), this.ends.at(row));
  }

  show(value: string): string {
    return value.slice(0, MAX_SHOWN);
  }

  startOf(row: number): number {
    return this.starts.at(row);
  }

  endOf(row: number): number {
    return this.ends.at(row);
  }

  private text(row: number): string {
    return this.file.toString('utf8', this.starts.at(row), this.ends.at(row));
  }

  private check(row: number): void {
    let value: unknown;
    try {
      value = JSON.parse(this.text(row));
    } catch {
      throw new TableFault(`has a row that is not JSON, row ${row + 1}`);
    }
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      throw new TableFault(`has a row that is no object, row ${row + 1}`);
    }
  }

  private add(from: number, to: number): void {
    let start = from;
    let end = to;
    while (start < end && SPACES.has(this.file[start]!)) start += 1;
    while (end > start && SPACES.has(this.file[end - 1]!)) end -= 1;
    if (end - start > MAX_ROW_BYTES)
      throw new TableFault(`has a row of more than ${MAX_ROW_BYTES} bytes, row ${this.size + 1}`);
    this.starts.push(start);
    this.ends.push(end);
  }

  private splitLines(): void {
    let start = this.skipMark();
    this.inside = { start, end: this.file.length };
    while (start < this.file.length) {
      const found = this.file.indexOf(LINE_FEED, start);
      const end = found < 0 ? this.file.length : found;
      if (!this.isBlank(start, end)) this.add(start, end);
      start = end + 1;
    }
  }

  private isBlank(start: number, end: number): boolean {
    for (let i = start; i < end; i += 1) if (!SPACES.has(this.file[i]!)) return false;
    return true;
  }

  private skipMark(): number {
    return this.file[0] === 0xef && this.file[1] === 0xbb && this.file[2] === 0xbf ? 3 : 0;
  }

  /** Only brackets and quotes are looked at; whether an element is JSON shows when it is checked. */
  private splitArray(): void {
    const { file } = this;
    let at = this.skipMark();
    while (SPACES.has(file[at]!)) at += 1;
    if (file[at] !== 0x5b) throw new TableFault('is no array of objects');
    let depth = 0;
    let start = at + 1;
    this.inside.start = start;
    for (let i = start; i < file.length; i += 1) {
      const byte = file[i]!;
      if (byte === 0x22) {
        for (i += 1; i < file.length && file[i] !== 0x22; i += 1) if (file[i] === 0x5c) i += 1;
      } else if (byte === 0x7b || byte === 0x5b) depth += 1;
      else if (depth > 0 && (byte === 0x7d || byte === 0x5d)) depth -= 1;
      else if (depth === 0 && (byte === 0x2c || byte === 0x5d)) {
        const isEmptyArray = byte === 0x5d && this.size === 0 && this.isBlank(start, i);
        if (!isEmptyArray) this.add(start, i);
        start = i + 1;
        if (byte === 0x5d) {
          this.inside.end = i;
          if (!this.isBlank(i + 1, file.length)) throw new TableFault('has something behind the array');
          return;
        }
      }
    }
    throw new TableFault('is an array that is not closed');
  }
}
