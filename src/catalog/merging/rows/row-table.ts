/** A value of a row. */
export interface Cell {
  /** What is compared: equal texts are equal values. */
  readonly value: string;
  /** What is written: the text as it is in the file, quotes included. */
  readonly raw: string;
}

/** The cells of a row by column, in the order of the file. A column that the row lacks is absent. */
export type Cells = ReadonlyMap<string, Cell>;

/** A file whose rows cannot be told apart or read; the message is a sentence without its subject. */
export class TableFault extends Error {}

/** Says which side of a merge is at fault. */
export function ofSide<T>(side: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TableFault)) throw error;
    throw new TableFault(`${side} ${error.message}`);
  }
}

/** The rows of a text file as ranges of its bytes, so that millions of rows cost their bytes and little more. */
export interface RowTable {
  readonly size: number;
  /** Absent where each row says its own columns, as in JSON. */
  readonly columns: readonly string[] | undefined;
  cells(row: number): Cells;
  /**
   * The values of a row under a key, as one text that no other values make.
   * @returns `undefined` when one of them is missing
   */
  key(row: number, columns: readonly string[]): string | undefined;
  /** The bytes of a row without what separates it from others. */
  bytes(row: number): Buffer;
  /** A value for people, of at most {@link MAX_SHOWN} characters. */
  show(value: string): string;
}

/** Characters of a value in a conflict or a sample. */
export const MAX_SHOWN = 1000;
/** Rows of one file that are merged or compared. */
export const MAX_ROWS = 20_000_000;
/** A row longer than this makes the file an ordinary one. */
export const MAX_ROW_BYTES = 1024 * 1024;

/** A growing list of byte offsets. */
export class Offsets {
  private list = new Uint32Array(1024);
  length = 0;

  push(offset: number): void {
    if (this.length === this.list.length) {
      if (this.length >= MAX_ROWS) throw new TableFault(`has more than ${MAX_ROWS} rows`);
      const grown = new Uint32Array(Math.min(this.length * 2, MAX_ROWS));
      grown.set(this.list);
      this.list = grown;
    }
    this.list[this.length] = offset;
    this.length += 1;
  }

  at(index: number): number {
    return this.list[index]!;
  }
}

/** Joins key values so that different ones differ: `a` `bc` is not `ab` `c`. */
export function joinKey(values: readonly string[]): string {
  return values.length === 1 ? values[0]! : values.map((value) => `${value.length}:${value}`).join('');
}
