import { ColumnStats } from './column-stats.js';
import type { ContentReader } from './content-reader.js';
import { splitArray, splitLines } from './json-rows.js';
import { MAX_COLUMNS, MAX_ROW_BYTES, type ContentProfile, type Problems } from './profile.js';
import { decodeText } from './text.js';

/** JSON as an array of objects, or JSON Lines. Columns are the keys, in the order they were first seen. */
export async function profileJson(
  reader: ContentReader,
  format: 'json' | 'jsonl',
  maxScanBytes: number,
  problems: Problems,
): Promise<Omit<ContentProfile, 'problems'>> {
  const text = await decodeText(reader, problems, maxScanBytes);
  if (text === undefined) return { format, columns: [] };
  const columns = new Map<string, ColumnStats>();
  let rows = 0;
  let position = 0;
  let isWhole = !text.isSampled;
  const split = format === 'json' ? splitArray : splitLines;
  for await (const row of split(text.chunks, text.isSampled)) {
    position += 1;
    if ('fault' in row) {
      isWhole = false;
      const limit = row.fault.endsWith('too long') ? ` (more than ${MAX_ROW_BYTES} characters)` : '';
      problems.count('json syntax', `${row.fault}${limit}, at row ${position}`);
      continue;
    }
    const value = parseRow(row.text);
    if (value === undefined) {
      isWhole = false;
      problems.count('json syntax', `row ${position} is not JSON`);
    } else if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      isWhole = false;
      problems.count('json rows', `row ${position} is not an object`);
    } else {
      rows += 1;
      addRow(columns, value, problems);
    }
  }
  if (position === 0 && isWhole && reader.sizeBytes === 0) problems.add('json syntax: the file is empty');
  return {
    format,
    columns: [...columns].map(([name, column]) => column.profile(name, rows, columnType(column.types))),
    ...(isWhole && { rowCount: rows }),
    ...(text.isSampled && { sampled: true as const }),
  };
}

/** @returns `undefined` when it is not JSON, which no JSON text stands for */
function parseRow(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function addRow(columns: Map<string, ColumnStats>, row: object, problems: Problems): void {
  for (const [key, value] of Object.entries(row) as [string, unknown][]) {
    let column = columns.get(key);
    if (column === undefined) {
      if (columns.size >= MAX_COLUMNS) {
        problems.count('columns', `only the first ${MAX_COLUMNS} keys are profiled`);
        continue;
      }
      column = new ColumnStats();
      columns.set(key, column);
    }
    if (value !== null) column.add(typeOf(value), typeof value === 'string' ? value : JSON.stringify(value));
  }
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'number') return typeof value;
  // Beyond, the parsed number need not be the written one, and its text is not that of an integer.
  return Number.isSafeInteger(value) ? 'integer' : 'number';
}

function columnType(types: ReadonlySet<string>): string {
  if (types.size === 0) return 'null';
  const distinct = types.has('number') ? [...types].filter((type) => type !== 'integer') : [...types];
  return distinct.sort().join('|');
}
