import type { CsvTable } from '../../merging/rows/csv-table.js';
import { TableFault } from '../../merging/rows/row-table.js';
import type { Sink } from '../../merging/rows/row-writer.js';
import { isoTime } from './iso-time.js';
import { type TextMask, textMask } from './mask-text.js';
import { type ColumnReader, filteredColumns, missingColumn, passes, TypeFault } from './row-test.js';
import {
  onlyMask,
  plainName,
  reachOf,
  type TableObligations,
  type TableOutcome,
} from './table-obligations.js';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Writes what may be seen of a CSV file: the header, and the rows that are left, as they are written but for the masked cells. An empty
 * cell is no value.
 * @throws {TableFault} it cannot be filtered, or its columns are not clear
 */
export function maskCsv(
  table: CsvTable,
  { masks, filters }: TableObligations,
  key: Uint8Array,
  sink: Sink,
): TableOutcome {
  const changes = table.columns.map((column) => {
    const mask = onlyMask(masks.filter((each) => reachOf(each.column, column)).map((each) => each.mask));
    return mask && textMask(mask, key);
  });
  checkHeader(table, masks);
  const places = new Map(table.columns.map((name, place) => [name, place]));
  for (const [column, rule] of filteredColumns(filters))
    if (!places.has(column)) throw missingColumn(rule, column);
  const isMasked = changes.some((change) => change !== undefined);
  if (!isMasked && filters.length === 0) return { kind: 'untouched' };

  const lineEnd = Buffer.from(table.lineEnd);
  sink(table.file.subarray(0, table.headEnd));
  for (let row = 0; row < table.size; row += 1) {
    const cells = table.row(row);
    const read: ColumnReader = (column, type) => valueOf(cells[places.get(column)!]!.value, column, type);
    if (!passes(filters, read)) continue;
    sink(lineEnd);
    if (!isMasked) sink(table.bytes(row));
    else {
      const texts = cells.map(({ value, raw }, place) => {
        const change = changes[place];
        return change === undefined ? raw : rewritten(value, raw, change, table.delimiter);
      });
      sink(Buffer.from(texts.join(table.delimiter), 'latin1'));
    }
  }
  const last = table.file.at(-1);
  if (last === 0x0a || last === 0x0d) sink(lineEnd);
  return { kind: 'written' };
}

/** A header that other readers would cut at another place may hide a column that is to be masked. */
function checkHeader(table: CsvTable, masks: TableObligations['masks']): void {
  const header = plainName(table.file.toString('utf8', table.headStart, table.headEnd));
  for (const { column } of masks) {
    if (table.columns.some((name) => reachOf(column, name))) continue;
    const name = plainName(column).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    if (new RegExp(`(?<![\\p{L}\\p{N}_])${name}(?![\\p{L}\\p{N}_])`, 'u').test(header))
      throw new TableFault(`has ${JSON.stringify(column)} in its header, and no column of that name`);
  }
}

function rewritten(value: string, raw: string, change: TextMask, delimiter: string): string {
  const masked = change(value === '' ? undefined : Buffer.from(value, 'latin1').toString('utf8'));
  if (masked === undefined) return '';
  const text = Buffer.from(masked).toString('latin1');
  const isQuoted = raw.startsWith('"') || text.includes(delimiter) || /["\r\n]/.test(text);
  return isQuoted ? `"${text.replaceAll('"', '""')}"` : text;
}

function valueOf(bytes: string, column: string, type: Parameters<ColumnReader>[1]): ReturnType<ColumnReader> {
  if (bytes === '') return undefined;
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  switch (type) {
    case 'any':
    case 'text':
      return text;
    case 'number':
      if (NUMBER.test(text.trim())) return Number(text);
      break;
    case 'boolean':
      if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
      break;
    case 'time': {
      const time = isoTime(text);
      if (time !== undefined) return time;
    }
  }
  throw new TypeFault(`its column ${JSON.stringify(column)} has what is no ${type}`);
}
