import { MAX_ROW_BYTES } from './profile.js';

/** A row that breaks RFC 4180; the message names the rule. Rows before it are given. */
export class CsvFault extends Error {
  /** @param isUnclosed the text ended within quotes, which a cut text may */
  constructor(
    rule: string,
    readonly isUnclosed = false,
  ) {
    super(rule);
  }
}

/**
 * Splits CSV text into rows as `csv-parse` does, which the tests hold it to, at five times its speed: a line without quotes is
 * split by the engine itself. Rows end where the first one does: at `\r\n`, `\n` or `\r`. Empty lines are no rows.
 */
export class CsvRows {
  private rest = '';
  private lineEnd: string | undefined;

  constructor(private readonly delimiter: string) {}

  /**
   * @param isLast whether this is all
   * @returns rows that are complete by now
   * @throws {CsvFault} after `onRow` was given the rows before
   */
  push(chunk: string, isLast: boolean, onRow: (cells: readonly string[]) => void): void {
    const text = this.rest + chunk;
    let at = 0;
    for (;;) {
      const next = this.row(text, at, isLast, onRow);
      if (next === undefined) break;
      at = next;
    }
    this.rest = text.slice(at);
    if (this.rest.length > MAX_ROW_BYTES) throw tooLong();
  }

  /** Gives the row at `at`. @returns where the next one begins; `undefined` when this one is not complete */
  private row(
    text: string,
    at: number,
    isLast: boolean,
    onRow: (cells: readonly string[]) => void,
  ): number | undefined {
    if (at >= text.length) return undefined;
    const end = this.lineEndAfter(text, at, isLast);
    if (end === undefined && !isLast) return undefined;
    const line = text.slice(at, end ?? text.length);
    if (line.includes('"')) return this.quoted(text, at, isLast, onRow);
    if (line.length > MAX_ROW_BYTES) throw tooLong();
    if (line !== '') onRow(line.split(this.delimiter));
    return end === undefined ? text.length : end + this.lineEnd!.length;
  }

  /** Where the line at `at` ends, quotes not looked at. The first line that ends without any tells how all do. */
  private lineEndAfter(text: string, at: number, isLast: boolean): number | undefined {
    if (this.lineEnd === undefined) {
      const found = /[\r\n]/.exec(at === 0 ? text : text.slice(at));
      if (found === null) return undefined;
      const end = at + found.index;
      // Its second half may be in the next chunk.
      if (text[end] === '\r' && end + 1 === text.length && !isLast) return undefined;
      if (text.slice(at, end).includes('"')) return end;
      this.lineEnd = breakAt(text, end);
      return end;
    }
    const end = text.indexOf(this.lineEnd, at);
    return end < 0 ? undefined : end;
  }

  private quoted(
    text: string,
    start: number,
    isLast: boolean,
    onRow: (cells: readonly string[]) => void,
  ): number | undefined {
    const cells: string[] = [];
    let at = start;
    // Looked for again only behind it: a long row of many cells would else be read once for each.
    let lineEnds: number | undefined = -1;
    for (;;) {
      if (text[at] === '"') {
        const close = closingQuote(text, at);
        if (close === undefined || (close + 1 >= text.length && !isLast)) {
          if (text.length - start > MAX_ROW_BYTES) throw tooLong();
          if (isLast) throw new CsvFault('a quoted cell is not closed', true);
          return undefined;
        }
        cells.push(text.slice(at + 1, close).replaceAll('""', '"'));
        at = close + 1;
      } else {
        if (lineEnds !== undefined && lineEnds < at) lineEnds = this.lineEndFrom(text, at);
        const comma = text.indexOf(this.delimiter, at);
        const end = comma < 0 || (lineEnds ?? Infinity) < comma ? lineEnds : comma;
        if (end === undefined && !isLast) return undefined;
        const cell = text.slice(at, end ?? text.length);
        if (cell.includes('"')) throw new CsvFault('a quote opens within a cell');
        cells.push(cell);
        at = end ?? text.length;
      }
      if (at - start > MAX_ROW_BYTES) throw tooLong();
      if (at >= text.length) {
        if (!isLast) return undefined;
        onRow(cells);
        return at;
      }
      if (text[at] === this.delimiter) {
        at += 1;
        continue;
      }
      const lineEnd = this.lineEnd ?? breakAt(text, at);
      if (lineEnd === '\r' && this.lineEnd === undefined && at + 1 === text.length && !isLast)
        return undefined;
      if (lineEnd === undefined || !text.startsWith(lineEnd, at)) {
        if (lineEnd === '\r\n' && text.slice(at) === '\r' && !isLast) return undefined;
        throw new CsvFault('text follows a closing quote');
      }
      this.lineEnd = lineEnd;
      onRow(cells);
      return at + lineEnd.length;
    }
  }

  private lineEndFrom(text: string, at: number): number | undefined {
    if (this.lineEnd === undefined) {
      const found = text.slice(at).search(/[\r\n]/);
      return found < 0 ? undefined : at + found;
    }
    const end = text.indexOf(this.lineEnd, at);
    return end < 0 ? undefined : end;
  }
}

function breakAt(text: string, at: number): string | undefined {
  if (text[at] === '\n') return '\n';
  if (text[at] !== '\r') return undefined;
  return text[at + 1] === '\n' ? '\r\n' : '\r';
}

/** The quote that closes the one at `at`: the first that is not doubled. */
function closingQuote(text: string, at: number): number | undefined {
  for (let i = text.indexOf('"', at + 1); i >= 0; i = text.indexOf('"', i + 2)) {
    if (text[i + 1] !== '"') return i;
  }
  return undefined;
}

function tooLong(): CsvFault {
  return new CsvFault(`a row has more than ${MAX_ROW_BYTES} bytes`);
}
