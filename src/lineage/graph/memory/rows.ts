import { assetClassColumn } from '../../../catalog/index.js';
import type { StatementKind, Transformation } from '../../projection/facts.js';
import type { AssetGraph } from './asset-graph.js';
import type { ColumnGraph } from './column-graph.js';

/** The texts of a row's columns; `undefined` for NULL. */
export type CopiedRow = readonly (string | undefined)[];

/** Tables of which rows are held in memory. */
export const HELD_TABLES = [
  'lineage_edge',
  'lineage_pairing',
  'lineage_edit',
  'asset',
  'lineage_column_edge',
] as const;
export type HeldTable = (typeof HELD_TABLES)[number];

const COLUMNS: Readonly<Record<HeldTable, string>> = {
  asset: `id, ${assetClassColumn('asset')}`,
  lineage_edge: 'source_id, target_id',
  lineage_pairing: 'job_id, output_id, input_id, kind',
  lineage_column_edge:
    'source_id, source_column, target_id, target_column, job_id, kind, transformation, subtype, is_masking',
  lineage_edit: 'id, action, of_source_id, of_target_id',
};

const SECONDS = (instant: string): string => `date_part('epoch', ${instant})`;
const BETWEEN = (bound: string, none: string): string =>
  `coalesce(${SECONDS(`${bound}(r)`)}::text, '${none}')`;

/** When a row holds, as four columns: whether ever, its first beginning, its last end, and all its intervals where there are several. */
const INTERVALS = `isempty(valid), ${SECONDS('lower(valid)')}, ${SECONDS('upper(valid)')},
  CASE WHEN valid <> range_merge(valid)::tstzmultirange THEN (
    SELECT string_agg(${BETWEEN('lower', '-Infinity')} || ' ' || ${BETWEEN('upper', 'Infinity')}, ' ' ORDER BY r) FROM unnest(valid) AS r) END`;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What a snapshot of PostgreSQL looks like as text. */
const SNAPSHOT = /^\d+:\d+:[\d,]*$/;

/**
 * Whether a row was changed by a transaction that the snapshot does not see. What is older than every transaction that was under way
 * then is not looked at.
 * @param snapshot SQL of a text
 */
export function changedSince(table: HeldTable, snapshot: string): string {
  const least = `pg_snapshot_xmin(${snapshot}::pg_snapshot)`;
  // The catalog's entities know of no transaction ids.
  return table === 'asset'
    ? `changed_by >= ${least}::text::bigint AND NOT pg_visible_in_snapshot(changed_by::text::xid8, ${snapshot}::pg_snapshot)`
    : `changed_by >= ${least} AND NOT pg_visible_in_snapshot(changed_by, ${snapshot}::pg_snapshot)`;
}

/** @param since rows that changed since that snapshot; without it all, but for edges that never hold */
export function selectRows(table: HeldTable, since?: string): string {
  if (since !== undefined && !SNAPSHOT.test(since)) throw new RangeError(`${since} is not a snapshot`);
  const isChanged = since === undefined ? 'true' : changedSince(table, `'${since}'`);
  if (table === 'asset') return `SELECT ${COLUMNS.asset} FROM asset WHERE ${isChanged}`;
  const condition = since === undefined ? `valid <> '{}'` : isChanged;
  return `SELECT ${COLUMNS[table]}, ${INTERVALS} FROM ${table} WHERE ${condition}`;
}

/** All rows of a table that hold at some time and have one of these assets at an end. @param column of the table, or SQL of it */
export function selectRowsOf(table: HeldTable, column: string, assetIds: readonly string[]): string {
  if (!assetIds.every((id) => UUID.test(id))) throw new RangeError('not all of these are ids of assets');
  const condition = `${column} = ANY('{${assetIds.join(',')}}'::uuid[])`;
  if (table === 'asset') return `SELECT ${COLUMNS.asset} FROM asset WHERE ${condition}`;
  return `SELECT ${COLUMNS[table]}, ${INTERVALS} FROM ${table} WHERE valid <> '{}' AND ${condition}`;
}

/** What a row was about: the assets whose edges may be others, and when it holds. */
export interface TakenRow {
  readonly assetIds: readonly string[];
  /** See `Validity.set`. */
  readonly intervals: readonly number[];
}

/** Takes a row of {@link selectRows} into memory. */
export function takeRow(
  table: HeldTable,
  row: CopiedRow,
  assets: AssetGraph,
  columns?: ColumnGraph,
): TakenRow {
  switch (table) {
    case 'asset':
      return { assetIds: assets.setClass(row[0]!, row[1]) ? [row[0]!] : [], intervals: [] };
    case 'lineage_edge': {
      const intervals = intervalsOf(row, 2);
      assets.setEdge(row[0]!, row[1]!, intervals);
      return { assetIds: [row[0]!, row[1]!], intervals };
    }
    case 'lineage_pairing': {
      const intervals = intervalsOf(row, 4);
      assets.setPair(row[0]!, row[1]!, row[2]!, row[3] as StatementKind, intervals);
      return { assetIds: [row[0]!, row[1]!, row[2]!], intervals };
    }
    case 'lineage_column_edge': {
      const intervals = intervalsOf(row, 9);
      columns?.setEdge(
        {
          source: { assetId: row[0]!, column: row[1]! },
          target: { assetId: row[2]!, column: row[3]! },
          jobId: row[4]!,
          kind: row[5] as StatementKind,
          transformation: row[6] as Transformation,
          subtype: row[7]!,
          isMasking: row[8] === 't',
        },
        intervals,
      );
      return { assetIds: [row[0]!, row[2]!], intervals };
    }
    case 'lineage_edit': {
      const intervals = intervalsOf(row, 4);
      if (row[1] !== 'confirm')
        assets.setEdit(row[0]!, row[1] as 'add' | 'remove', row[2]!, row[3]!, intervals);
      return { assetIds: [row[2]!, row[3]!], intervals };
    }
  }
}

function intervalsOf(row: CopiedRow, at: number): number[] {
  const [isEmpty, lower, upper, all] = row.slice(at, at + 4);
  if (isEmpty === 't') return [];
  if (all !== undefined) return all.split(' ').map((seconds) => instantOf(Number(seconds)));
  return [
    lower === undefined ? -Infinity : instantOf(Number(lower)),
    upper === undefined ? Infinity : instantOf(Number(upper)),
  ];
}

/**
 * PostgreSQL counts microseconds. Bounds are rounded up to whole milliseconds: no instant that is one is on another side of them then.
 * @param seconds since 1970, with a fraction that is exact to the microsecond
 */
function instantOf(seconds: number): number {
  const micros = Math.round(seconds * 1e6);
  return Number.isSafeInteger(micros) ? Math.ceil(micros / 1e3) : Math.round(seconds * 1e3);
}
