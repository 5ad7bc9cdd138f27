import { sniffDelimiter } from '../../profiles/csv.js';
import {
  joinKey,
  MAX_ROW_BYTES,
  MAX_SHOWN,
  Offsets,
  TableFault,
  type Cell,
  type Cells,
  type RowTable,
} from './row-table.js';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const SNIFFED_BYTES = 64 * 1024;
const MAX_COLUMNS = 10_000;

/**
 * The rows of a CSV file by RFC 4180, as `csv-parse` reads them, with the place of every row: what is not merged stays
 * byte for byte. Cells are held as Latin-1 texts of their bytes, so that any encoding without line breaks inside
 * characters passes unchanged.
 */
export class CsvTable implements RowTable {
  readonly columns: readonly string[];
  /** The names as they are written. */
  readonly rawColumns: readonly string[];
  /** Where the header ends, its line break not counted. */
  readonly headEnd: number;
  /** Where the header begins: after a byte order mark. */
  readonly headStart: number;
  /** Of the header's line. */
  readonly lineEnd: string;
  private readonly starts = new Offsets();
  private readonly ends = new Offsets();
  private readonly places: ReadonlyMap<string, number>;

  /**
   * @param delimiter what parts the cells; found out from the first rows when absent
   * @throws {TableFault} not a table of rows of equal length under a header of different names
   */
  constructor(
    readonly file: Buffer,
    readonly delimiter = sniffDelimiter(file.toString('latin1', 0, SNIFFED_BYTES)),
  ) {
    if (
      file.subarray(0, 2).equals(Buffer.from([0xff, 0xfe])) ||
      file.subarray(0, SNIFFED_BYTES).includes(0)
    ) {
      throw new TableFault('is no text of one byte or UTF-8');
    }
    this.headStart = file.subarray(0, 3).equals(BOM) ? 3 : 0;
    let width = 0;
    let header: Cell[] = [];
    let at = this.headStart;
    let headEnd = -1;
    while (at < file.length) {
      const end = this.endOfRow(at);
      if (end > at) {
        if (end - at > MAX_ROW_BYTES)
          throw new TableFault(
            `has a row of more than ${MAX_ROW_BYTES} bytes, row ${headEnd < 0 ? 0 : this.size + 1}`,
          );
        if (headEnd < 0) {
          headEnd = end;
          header = this.split(at, end);
          width = header.length;
          if (width > MAX_COLUMNS) throw new TableFault(`has more than ${MAX_COLUMNS} columns`);
        } else {
          this.starts.push(at);
          this.ends.push(end);
          const found = this.count(at, end);
          if (found !== width) {
            const row = this.starts.length;
            throw new TableFault(`has ${found} cells in row ${row} where the header has ${width}`);
          }
        }
      }
      at = end + this.breakAt(end);
    }
    if (headEnd < 0) throw new TableFault('has no header');
    this.lineEnd = file[headEnd] === RETURN ? (file[headEnd + 1] === LINE_FEED ? '\r\n' : '\r') : '\n';
    this.headEnd = headEnd;
    this.columns = header.map(({ value }) => Buffer.from(value, 'latin1').toString('utf8').trim());
    this.rawColumns = header.map(({ raw }) => raw);
    this.places = new Map(this.columns.map((name, i) => [name, i]));
    if (this.columns.includes('')) throw new TableFault('has a column without a name');
    if (this.places.size !== width) throw new TableFault('has two columns of one name');
  }

  get size(): number {
    return this.starts.length;
  }

  /** The cells of a row in the order of the columns. */
  row(row: number): readonly Cell[] {
    return this.split(this.starts.at(row), this.ends.at(row));
  }

  cells(row: number): Cells {
    return new Map(this.row(row).map((cell, i) => [this.columns[i]!, cell]));
  }

  key(row: number, columns: readonly string[]): string | undefined {
    const wanted = columns.map((name) => this.places.get(name));
    if (wanted.includes(undefined)) return undefined;
    const cells = this.split(this.starts.at(row), this.ends.at(row), Math.max(...(wanted as number[])));
    const values = wanted.map((place) => cells[place!]!.value);
    return values.includes('') ? undefined : joinKey(values);
  }

  bytes(row: number): Buffer {
    return this.file.subarray(this.starts.at(row), this.ends.at(row));
  }

  show(value: string): string {
    return Buffer.from(value, 'latin1').toString('utf8').slice(0, MAX_SHOWN);
  }

  startOf(row: number): number {
    return this.starts.at(row);
  }

  endOf(row: number): number {
    return this.ends.at(row);
  }

  /** The end of the row that begins at `at`, line breaks within quotes not counted. @throws {TableFault} */
  private endOfRow(at: number): number {
    const { file } = this;
    const comma = this.delimiter.charCodeAt(0);
    let i = at;
    while (i < file.length) {
      if (file[i] === QUOTE) {
        i = this.endOfQuoted(i);
        const next = file[i];
        if (next === undefined || next === LINE_FEED || next === RETURN) return i;
        if (next !== comma) throw new TableFault(`has text behind a closing quote, after row ${this.size}`);
        i += 1;
        continue;
      }
      for (; i < file.length && file[i] !== comma; i += 1) {
        const byte = file[i];
        if (byte === LINE_FEED || byte === RETURN) return i;
        if (byte === QUOTE) throw new TableFault(`has a quote within a cell, after row ${this.size}`);
      }
      i += 1;
    }
    return file.length;
  }

  /** Behind the quote that closes the one at `at`. */
  private endOfQuoted(at: number): number {
    for (let i = this.file.indexOf(QUOTE, at + 1); i >= 0; i = this.file.indexOf(QUOTE, i + 2)) {
      if (this.file[i + 1] !== QUOTE) return i + 1;
    }
    throw new TableFault(`has a quoted cell that is not closed, after row ${this.size}`);
  }

  private breakAt(at: number): number {
    return this.file[at] === RETURN && this.file[at + 1] === LINE_FEED ? 2 : 1;
  }

  private count(start: number, end: number): number {
    const comma = this.delimiter.charCodeAt(0);
    let count = 1;
    for (let i = start; i < end; i += 1) {
      if (this.file[i] === comma) count += 1;
      else if (this.file[i] === QUOTE) i = this.endOfQuoted(i) - 1;
    }
    return count;
  }

  /** @param last the last cell that is needed */
  private split(start: number, end: number, last = Infinity): Cell[] {
    const cells: Cell[] = [];
    const text = this.file.toString('latin1', start, end);
    for (let at = 0; cells.length <= last;) {
      if (text.charCodeAt(at) === QUOTE) {
        const close = this.endOfQuoted(start + at) - start;
        const raw = text.slice(at, close);
        cells.push({ value: raw.slice(1, -1).replaceAll('""', '"'), raw });
        at = close;
      } else {
        const comma = text.indexOf(this.delimiter, at);
        const raw = text.slice(at, comma < 0 ? text.length : comma);
        cells.push({ value: raw, raw });
        at = comma < 0 ? text.length : comma;
      }
      if (at >= text.length) break;
      at += 1;
    }
    return cells;
  }
}
