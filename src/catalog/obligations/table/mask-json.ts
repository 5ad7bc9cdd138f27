import { membersOf, type Members } from '../../merging/rows/json-members.js';
import type { JsonTable } from '../../merging/rows/json-table.js';
import type { Sink } from '../../merging/rows/row-writer.js';
import type { Mask } from '../../../policy/index.js';
import { isoTime } from './iso-time.js';
import { constantOf, textMask } from './mask-text.js';
import { type ColumnReader, filteredColumns, missingColumn, passes, TypeFault } from './row-test.js';
import { onlyMask, reachOf, type TableObligations, type TableOutcome } from './table-obligations.js';

type Masks = TableObligations['masks'];

/**
 * Writes what may be seen of an array of objects, or of JSON Lines: the rows that are left, as they are written but for masked members. A
 * member that is `null` or absent is no value.
 * @throws {TableFault} it cannot be filtered, or a row of it cannot be read
 */
export function maskJson(
  table: JsonTable,
  { masks, filters }: TableObligations,
  key: Uint8Array,
  sink: Sink,
): TableOutcome {
  const missing = new Map(filteredColumns(filters));
  const { file, inside, size } = table;
  let isTouched = false;
  const kept: Uint8Array[] = [];
  for (let row = 0; row < size; row += 1) {
    const members = table.members(row);
    const read: ColumnReader = (column, type) => {
      const raw = rawOf(members, column);
      if (raw !== undefined) missing.delete(column);
      return valueOf(raw, column, type);
    };
    if (!passes(filters, read)) isTouched = true;
    else {
      const changed = masked(members, masks, key);
      if (changed !== undefined) isTouched = true;
      kept.push(changed === undefined ? table.bytes(row) : Buffer.from(changed));
    }
  }
  const [absent] = missing;
  if (size > 0 && absent !== undefined) throw missingColumn(absent[1], absent[0]);
  if (!isTouched) return { kind: 'untouched' };

  const isArray = table.format === 'json';
  const gap =
    size > 1 ? file.subarray(table.endOf(0), table.startOf(1)) : Buffer.from(isArray ? ',\n' : '\n');
  sink(file.subarray(0, table.startOf(0)));
  for (const [place, bytes] of kept.entries()) {
    if (place > 0) sink(gap);
    sink(bytes);
  }
  if (kept.length > 0 || isArray) sink(file.subarray(kept.length > 0 ? table.endOf(size - 1) : inside.end));
  return { kind: 'written' };
}

/** The text of an object with some members masked; undefined when none is. */
function masked({ cells, names, layout }: Members, masks: Masks, key: Uint8Array): string | undefined {
  let isTouched = false;
  const texts = [...cells].map(([name, { raw }]) => {
    const reaching = masks.flatMap(({ column, mask }) => {
      const reach = reachOf(column, name);
      return reach === undefined ? [] : [{ mask, reach }];
    });
    if (reaching.length === 0) return `${names.get(name)!}${raw}`;
    isTouched = true;
    const whole = reaching.filter(({ reach }) => reach.kind === 'whole').map(({ mask }) => mask);
    const isWithin = whole.length === 0 && raw.startsWith('{');
    if (!isWithin) {
      const mask = onlyMask(whole.length > 0 ? whole : reaching.map((each) => each.mask))!;
      return `${names.get(name)!}${maskedValue(raw, mask, key)}`;
    }
    const within = reaching.map(({ mask, reach }) => ({ mask, column: (reach as { path: string }).path }));
    return `${names.get(name)!}${masked(membersOf(raw), within, key) ?? raw}`;
  });
  return isTouched ? `{${layout.open}${texts.join(layout.between)}${layout.close}}` : undefined;
}

/** Lists and objects have no text: of them only a constant or nothing is left. */
function maskedValue(raw: string, mask: Mask, key: Uint8Array): string {
  const constant = constantOf(mask);
  if (constant !== undefined) return JSON.stringify(constant);
  if (raw.startsWith('{') || raw.startsWith('[')) return 'null';
  const value = raw === 'null' ? undefined : raw.startsWith('"') ? (JSON.parse(raw) as string) : raw;
  const text = textMask(mask, key)(value);
  return text === undefined ? 'null' : JSON.stringify(text);
}

/** The member of that name, or the one that the path leads to through objects. */
function rawOf({ cells }: Members, column: string): string | undefined {
  const own = cells.get(column)?.raw;
  if (own !== undefined) return own;
  for (let dot = column.indexOf('.'); dot > 0; dot = column.indexOf('.', dot + 1)) {
    const outer = cells.get(column.slice(0, dot))?.raw;
    if (outer?.startsWith('{') !== true) continue;
    const inner = rawOf(membersOf(outer), column.slice(dot + 1));
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function valueOf(
  raw: string | undefined,
  column: string,
  type: Parameters<ColumnReader>[1],
): ReturnType<ColumnReader> {
  if (raw === undefined || raw === 'null') return undefined;
  if (type === 'any') return raw;
  if (!raw.startsWith('{') && !raw.startsWith('[')) {
    const value = JSON.parse(raw) as string | number | boolean;
    if (type === 'time') {
      const time = typeof value === 'string' ? isoTime(value) : undefined;
      if (time !== undefined) return time;
    } else if (typeof value === (type === 'text' ? 'string' : type)) return value;
  }
  throw new TypeFault(`its member ${JSON.stringify(column)} has what is no ${type}`);
}
