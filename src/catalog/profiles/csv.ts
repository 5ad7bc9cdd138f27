import { parse, type Options } from 'csv-parse/sync';

import { ColumnStats } from './column-stats.js';
import type { ContentReader } from './content-reader.js';
import { CsvFault, CsvRows } from './csv-rows.js';
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

/** How a number, a boolean or a time begins. */
const MAY_BE_OTHER = /^[0-9+\-.tfni]/i;
const INTEGER = /^[+-]?(?:0|[1-9]\d{0,37})$/;
const NUMBER =
  /^(?:[+-]?(?:(?:0|[1-9]\d{0,37})(?:\.\d{0,60})?|\.\d{1,60})(?:e[+-]?\d{1,3})?|nan|[+-]?inf(?:inity)?)$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?$/;

/** The type of one cell. Leading zeros make text: they are of postcodes and article numbers, not of numbers. */
export function typeOfCell(cell: string): string {
  // Most cells are told by how they begin; the patterns cost ten times as much.
  if (!MAY_BE_OTHER.test(cell)) return 'string';
  if (INTEGER.test(cell)) return 'integer';
  if (NUMBER.test(cell)) return 'number';
  if (/^(?:true|false)$/i.test(cell)) return 'boolean';
  if (DATE.test(cell) && isDay(cell)) return 'date';
  if (TIMESTAMP.test(cell) && isDay(cell) && isInstant(cell)) return 'timestamp';
  return 'string';
}

const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a text of the form `YYYY-MM-DD…` begins with a day of the calendar; `Date` takes 30 February for the first of March. */
function isDay(text: string): boolean {
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  if (day < 1 || day > (MONTH_DAYS[month - 1] ?? 0)) return false;
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
}

/** Whether the time of a text of the form `YYYY-MM-DD hh:mm…` is one; the rare ones `Date` decides. */
function isInstant(text: string): boolean {
  const isPlain =
    text.length <= 19 && text.slice(11, 13) < '24' && text[14]! < '6' && (text[17] ?? '0') < '6';
  return (isPlain && !/[Z+-]/.test(text.slice(11))) || !Number.isNaN(Date.parse(text));
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
    return parse(head, { ...optionsFor(delimiter), relax_quotes: true, to: SNIFFED_ROWS });
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
  const found: Found = { header: undefined, columns: [], rows: 0 };
  let isWhole = !text.isSampled;
  try {
    const rows = new CsvRows(sniffDelimiter(text.head));
    const onRow = (cells: readonly string[]): void => addRow(found, cells, problems);
    for await (const chunk of text.chunks) rows.push(chunk, false, onRow);
    rows.push('', true, onRow);
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    // The sample may end within quotes; that is no fault of the file.
    if (!(text.isSampled && error.isUnclosed)) {
      isWhole = false;
      problems.add(`csv syntax: ${error.message} after row ${found.rows}; the rows before are profiled`);
    }
  }
  const { header, columns, rows } = found;
  if (header === undefined && isWhole) problems.add('header: the file is empty, so it has no header row');
  return {
    format: 'csv',
    columns: columns.map((column, i) => column.profile(header![i]!, rows, columnType(column.types))),
    ...(isWhole && { rowCount: rows }),
    ...(text.isSampled && { sampled: true as const }),
  };
}

/** What is gathered on the way through the rows. */
interface Found {
  header: string[] | undefined;
  columns: ColumnStats[];
  rows: number;
}

function addRow(found: Found, row: readonly string[], problems: Problems): void {
  if (found.header === undefined) {
    found.header = headerOf(row, problems);
    found.columns = found.header.map(() => new ColumnStats());
    return;
  }
  const { header, columns } = found;
  found.rows += 1;
  // A row that the sample cuts counts as it came: one cell in all.
  if (row.length !== header.length && (row.length < header.length || header.length < MAX_COLUMNS)) {
    problems.count(
      'row length',
      `row ${found.rows} has ${row.length} cells where the header has ${header.length}`,
    );
  }
  for (let i = 0; i < columns.length; i += 1) {
    const cell = row[i];
    if (cell === undefined || cell === '') continue;
    const column = columns[i]!;
    // One text makes the column text; the others need no look.
    column.add(column.types.has('string') ? 'string' : typeOfCell(cell.trim()), cell);
  }
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
