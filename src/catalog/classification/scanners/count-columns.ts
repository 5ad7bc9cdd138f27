import path from 'node:path';

import { sniffDelimiter } from '../../profiles/csv.js';
import type { ContentReader } from '../../profiles/content-reader.js';
import { CsvFault, CsvRows } from '../../profiles/csv-rows.js';
import { splitArray, splitLines } from '../../profiles/json-rows.js';
import { Problems } from '../../profiles/profile.js';
import { type DecodedText, decodeText } from '../../profiles/text.js';
import { ScratchDatabase } from '../../merging/parquet/duckdb.js';
import { literal } from '../../merging/parquet/sql-text.js';
import type { ColumnCounts } from './confidence.js';
import { MAX_HEAD_BYTES, type ScannedFormat } from './scanned-formats.js';
import { MAX_VALUE, SCANNERS } from './scanners.js';

/** Rows that are looked at, columns, values of a list, and how deep structs are gone into. */
const MAX_ROWS = 2_000;
const MAX_COLUMNS = 1_000;
const MAX_ELEMENTS = 20;
const MAX_DEPTH = 6;

interface Counted {
  values: number;
  readonly matches: Record<string, number>;
}

/** Counts, of the columns of a file, which values scanners take for theirs. The values stay here. */
class Counter {
  rows = 0;
  private readonly columns = new Map<string, Counted>();

  add(column: string, value: unknown, depth = 0): void {
    if (Array.isArray(value))
      for (const element of value.slice(0, MAX_ELEMENTS)) this.add(column, element, depth + 1);
    else if (isStruct(value)) {
      if (depth < MAX_DEPTH)
        for (const [key, field] of Object.entries(value)) this.add(`${column}.${key}`, field, depth + 1);
    } else this.count(column, textOf(value));
  }

  counts(): ColumnCounts[] {
    return [...this.columns].map(([name, counted]) => ({ name, ...counted }));
  }

  private count(column: string, value: string): void {
    let counted = this.columns.get(column);
    if (counted === undefined) {
      if (this.columns.size >= MAX_COLUMNS) return;
      counted = { values: 0, matches: {} };
      this.columns.set(column, counted);
    }
    if (value === '') return;
    counted.values += 1;
    if (value.length > MAX_VALUE) return;
    for (const { name, matches } of SCANNERS)
      if (matches?.(value) === true) counted.matches[name] = (counted.matches[name] ?? 0) + 1;
  }
}

function isStruct(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && !(value instanceof Date) && !(value instanceof Uint8Array)
  );
}

/** Empty where there is no value, or none that a scanner could know. */
function textOf(value: unknown): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  return ['string', 'number', 'bigint'].includes(typeof value) ? String(value).trim() : '';
}

/**
 * Looks at a bounded part of a file's rows. Runs in a child process.
 * @param file in a folder of its own
 * @param reader of the same file, of text perhaps the beginning only
 * @throws when the file cannot be read as what it says it is
 */
export async function countColumns(
  format: ScannedFormat,
  file: string,
  reader: ContentReader,
): Promise<ColumnCounts[]> {
  const counter = new Counter();
  if (format === 'parquet') await countParquet(counter, file);
  else await countText(counter, format, reader);
  return counter.counts();
}

async function countParquet(counter: Counter, file: string): Promise<void> {
  const database = await ScratchDatabase.open(path.dirname(file));
  try {
    const rows = await database.query(
      `SELECT * FROM read_parquet(${literal(file)}) USING SAMPLE reservoir(${MAX_ROWS} ROWS) REPEATABLE (1)`,
    );
    for (const row of rows) for (const [column, value] of Object.entries(row)) counter.add(column, value);
    if (rows.length === 0)
      for (const { column_name: column } of await database.query(
        `DESCRIBE SELECT * FROM read_parquet(${literal(file)})`,
      ))
        counter.add(String(column), null);
  } finally {
    database.close();
  }
}

async function countText(
  counter: Counter,
  format: Exclude<ScannedFormat, 'parquet'>,
  reader: ContentReader,
): Promise<void> {
  const text = await decodeText(reader, new Problems(), MAX_HEAD_BYTES);
  if (text === undefined) throw new Error('the file is not text');
  if (format === 'csv') return countCsv(counter, text);
  const rows = (format === 'json' ? splitArray : splitLines)(text.chunks, text.isSampled);
  for await (const row of rows) {
    if (counter.rows++ >= MAX_ROWS) break;
    if ('fault' in row) throw new Error(row.fault);
    const value: unknown = JSON.parse(row.text);
    if (!isStruct(value)) throw new Error('a row is not an object');
    for (const [column, field] of Object.entries(value)) counter.add(column, field);
  }
}

async function countCsv(counter: Counter, text: DecodedText): Promise<void> {
  const rows = new CsvRows(sniffDelimiter(text.head));
  let header: readonly string[] | undefined;
  const onRow = (cells: readonly string[]): void => {
    if (header === undefined) header = cells.map((cell) => cell.trim());
    else if (counter.rows++ >= MAX_ROWS) return;
    for (const [i, name] of header.entries())
      counter.add(name || `#${i + 1}`, cells === header || counter.rows === 0 ? '' : cells[i]);
  };
  try {
    for await (const chunk of text.chunks) {
      rows.push(chunk, false, onRow);
      if (counter.rows >= MAX_ROWS) return;
    }
    rows.push('', true, onRow);
  } catch (error) {
    // A part of a file may end within quotes.
    if (!(error instanceof CsvFault) || !text.isSampled || !error.isUnclosed) throw error;
  }
}
