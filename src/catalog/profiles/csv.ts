import { Readable } from 'node:stream';

import { parse, type Options } from 'csv-parse';
import { parse as parseNow } from 'csv-parse/sync';

import { ColumnStats } from './column-stats.js';
import type { ContentReader } from './content-reader.js';
import {
  MAX_COLUMNS,
  MAX_NAME_LENGTH,
  MAX_ROW_BYTES,
  type ContentProfile,
  type Problems,
} from './profile.js';
import { decodeText } from './text.js';

const DELIMITERS = [',', ';', '\t', '|'];
const SNIFFED_ROWS = 20;
const SNIFFED_CHARACTERS = 64 * 1024;

const INTEGER = /^[+-]?(?:0|[1-9]\d{0,37})$/;
const NUMBER =
  /^(?:[+-]?(?:(?:0|[1-9]\d{0,37})(?:\.\d{0,60})?|\.\d{1,60})(?:e[+-]?\d{1,3})?|nan|[+-]?inf(?:inity)?)$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?$/;

/** The type of one cell. Leading zeros make text: they are of postcodes and article numbers, not of numbers. */
export function typeOfCell(cell: string): string {
  if (INTEGER.test(cell)) return 'integer';
  if (NUMBER.test(cell)) return 'number';
  if (/^(?:true|false)$/i.test(cell)) return 'boolean';
  if (DATE.test(cell) && isDay(cell)) return 'date';
  if (TIMESTAMP.test(cell) && isDay(cell.slice(0, 10)) && !Number.isNaN(Date.parse(cell))) return 'timestamp';
  return 'string';
}

/** `Date` takes 30 February for the first of March. */
function isDay(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function columnType(types: ReadonlySet<string>): string {
  const within = (...allowed: string[]): boolean => [...types].every((type) => allowed.includes(type));
  if (types.size === 0) return 'null';
  if (types.size === 1) return [...types][0]!;
  if (within('integer', 'number')) return 'number';
  return within('date', 'timestamp') ? 'timestamp' : 'string';
}

/** The delimiter that cuts the first rows into most columns of equal number; a comma when none does. */
export function sniffDelimiter(head: string): string {
  let best = ',';
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const rows = firstRows(head.slice(0, SNIFFED_CHARACTERS), delimiter);
    const width = rows[0]?.length ?? 0;
    if (width < 2) continue;
    const score = (rows.filter((row) => row.length === width).length / rows.length) * (1 + width / 1000);
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}

function firstRows(head: string, delimiter: string): string[][] {
  try {
    return parseNow(head, { ...optionsFor(delimiter), relax_quotes: true, to: SNIFFED_ROWS });
  } catch {
    // Quotes that do not close within the head; another delimiter may read it.
    return [];
  }
}

const optionsFor = (delimiter: string) =>
  ({
    delimiter,
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
  }) satisfies Options;

/** RFC 4180, with any of four delimiters; the first row is the header, an empty cell is none. */
export async function profileCsv(
  reader: ContentReader,
  maxScanBytes: number,
  problems: Problems,
): Promise<Omit<ContentProfile, 'problems'>> {
  const text = await decodeText(reader, problems, maxScanBytes);
  if (text === undefined) return { format: 'csv', columns: [] };
  const parser = parse(optionsFor(sniffDelimiter(text.head)));
  const source = Readable.from(text.chunks, { objectMode: false });
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let header: string[] | undefined;
  let columns: ColumnStats[] = [];
  let rows = 0;
  let isWhole = !text.isSampled;
  try {
    for await (const row of parser as AsyncIterable<string[]>) {
      if (header === undefined) {
        header = headerOf(row, problems);
        columns = header.map(() => new ColumnStats());
        continue;
      }
      rows += 1;
      // A row that the sample cuts counts as it came: one cell in all.
      if (row.length !== header.length && (row.length < header.length || header.length < MAX_COLUMNS)) {
        problems.count(
          'row length',
          `row ${rows} has ${row.length} cells where the header has ${header.length}`,
        );
      }
      columns.forEach((column, i) => {
        const cell = row[i]?.slice(0, MAX_ROW_BYTES);
        if (cell === undefined || cell === '') return;
        // One text makes the column text; the others need no look.
        column.add(column.types.has('string') ? 'string' : typeOfCell(cell.trim()), cell);
      });
    }
  } catch (error) {
    if (!isCsvError(error)) throw error;
    // The sample may end within quotes; that is no fault of the file.
    if (!(text.isSampled && error.code === 'CSV_QUOTE_NOT_CLOSED')) {
      isWhole = false;
      problems.add(`csv syntax: ${rule(error.code)} after row ${rows}; the rows before are profiled`);
    }
  } finally {
    source.destroy();
  }
  if (header === undefined && isWhole) problems.add('header: the file is empty, so it has no header row');
  return {
    format: 'csv',
    columns: columns.map((column, i) => column.profile(header![i]!, rows, columnType(column.types))),
    ...(isWhole && { rowCount: rows }),
    ...(text.isSampled && { sampled: true as const }),
  };
}

function headerOf(row: readonly string[], problems: Problems): string[] {
  if (row.length > MAX_COLUMNS) {
    problems.add(`columns: only the first ${MAX_COLUMNS} of ${row.length} are profiled`);
  }
  const seen = new Set<string>();
  return row.slice(0, MAX_COLUMNS).map((cell, i) => {
    const name = cell.trim().slice(0, MAX_NAME_LENGTH);
    if (name === '') problems.count('header', `column ${i + 1} has no name`);
    else if (seen.has(name)) problems.count('header', `the name ${JSON.stringify(name)} comes twice`);
    else {
      seen.add(name);
      return name;
    }
    const made = `${name}#${i + 1}`;
    seen.add(made);
    return made;
  });
}

/** By code: one of them is without the prefix that the others have. */
function isCsvError(error: unknown): error is { code: string } {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && (code.startsWith('CSV_') || code === 'INVALID_OPENING_QUOTE');
}

function rule(code: string): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a quoted cell is not closed';
  if (code === 'CSV_MAX_RECORD_SIZE') return `a row has more than ${MAX_ROW_BYTES} bytes`;
  if (code === 'CSV_INVALID_CLOSING_QUOTE') return 'text follows a closing quote';
  if (code === 'INVALID_OPENING_QUOTE') return 'a quote opens within a cell';
  return code;
}
