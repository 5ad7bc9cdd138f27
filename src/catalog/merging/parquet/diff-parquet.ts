import path from 'node:path';

import {
  MAX_SAMPLE_COLUMNS,
  MAX_SAMPLES,
  type RowChange,
  type RowDiff,
  type RowDiffOutcome,
} from '../rows/row-diff.js';
import { MAX_SHOWN, TableFault } from '../rows/row-table.js';
import { ScratchDatabase, type SqlRow } from './duckdb.js';
import { identifier } from './sql-text.js';
import { checkKey, loadSide, naming, type ParquetSide, readSide, reasonOf, ROW } from './parquet-side.js';

interface Versions {
  readonly before: ParquetSide;
  readonly after: ParquetSide;
  /** Columns that both have. */
  readonly shared: readonly string[];
}

/** Compares two versions of a Parquet file row by row, as `diffText` does text. */
export async function diffParquet(
  files: { readonly before: string; readonly after: string },
  key: readonly string[] | undefined,
): Promise<RowDiffOutcome> {
  let database: ScratchDatabase | undefined;
  try {
    const before = await naming('before', () => readSide(files.before));
    const after = await naming('after', () => readSide(files.after));
    database = await ScratchDatabase.open(path.dirname(files.before));
    await naming('before', () => loadSide(database!, 'before', before));
    await naming('after', () => loadSide(database!, 'after', after));
    const versions = {
      before,
      after,
      shared: [...before.types.keys()].filter((name) => after.types.has(name)),
    };
    return { kind: 'compared', diff: await diff(database, versions, key) };
  } catch (error) {
    if (error instanceof TableFault) return { kind: 'unfit', reason: error.message };
    return { kind: 'unfit', reason: `it cannot be compared: ${reasonOf(error)}` };
  } finally {
    database?.close();
  }
}

async function diff(
  database: ScratchDatabase,
  versions: Versions,
  key: readonly string[] | undefined,
): Promise<RowDiff> {
  if (key === undefined) return diffBags(database, versions);
  try {
    await naming('before', () => checkKey(database, versions.before, 'before', key));
    await naming('after', () => checkKey(database, versions.after, 'after', key));
  } catch (error) {
    if (!(error instanceof TableFault)) throw error;
    return { ...(await diffBags(database, versions)), keyProblem: error.message };
  }
  return diffByKey(database, versions, key);
}

async function diffByKey(
  database: ScratchDatabase,
  versions: Versions,
  key: readonly string[],
): Promise<RowDiff> {
  const values = versions.shared.filter((name) => !key.includes(name));
  const on = key.map((name) => `${value('b', name, versions)} = ${value('a', name, versions)}`).join(' AND ');
  const differs = (name: string) =>
    `${value('b', name, versions)} IS DISTINCT FROM ${value('a', name, versions)}`;
  const isChanged = `(b.${ROW} IS NOT NULL AND a.${ROW} IS NOT NULL AND (${values.map(differs).join(' OR ') || 'false'}))`;
  const from = `FROM before AS b FULL JOIN after AS a ON ${on}`;
  const counts = await database.one(
    `SELECT count(*) FILTER (b.${ROW} IS NULL) AS added, count(*) FILTER (a.${ROW} IS NULL) AS removed,
            count(*) FILTER (${isChanged}) AS changed ${from}`,
  );
  const shown = [...key, ...values].slice(0, key.length + MAX_SAMPLE_COLUMNS);
  const columns = shown.flatMap((name, i) => [
    `${text('b', name)} AS b${i}`,
    `${text('a', name)} AS a${i}`,
    `${differs(name)} AS x${i}`,
  ]);
  const rows = await database.query(
    `SELECT b.${ROW} AS brow, a.${ROW} AS arow, ${columns.join(', ')} ${from}
     WHERE b.${ROW} IS NULL OR a.${ROW} IS NULL OR ${isChanged}
     ORDER BY b.${ROW} NULLS LAST, a.${ROW} LIMIT ${MAX_SAMPLES}`,
  );
  return { key, ...numbers(counts), samples: rows.map((row) => changeOf(row, shown, key)) };
}

function changeOf(row: SqlRow, names: readonly string[], key: readonly string[]): RowChange {
  if (row['brow'] === null) return { kind: 'added', columns: [], after: pick(row, 'a', names, names) };
  if (row['arow'] === null) return { kind: 'removed', columns: [], before: pick(row, 'b', names, names) };
  const columns = names.filter((name, i) => !key.includes(name) && row[`x${i}`] === true);
  const told = [...key, ...columns];
  return {
    kind: 'changed',
    columns,
    before: pick(row, 'b', names, told),
    after: pick(row, 'a', names, told),
  };
}

async function diffBags(database: ScratchDatabase, versions: Versions): Promise<RowDiff> {
  const list = (side: 'a' | 'b', table: string): string =>
    `SELECT ${versions.shared.map((name) => `${value(side, name, versions)} AS ${identifier(name)}`).join(', ') || '1'} FROM ${table} AS ${side}`;
  const [before, after] = [list('b', 'before'), list('a', 'after')];
  const removed = `(${before} EXCEPT ALL ${after})`;
  const added = `(${after} EXCEPT ALL ${before})`;
  const counts = await database.one(
    `SELECT (SELECT count(*) FROM ${added}) AS added, (SELECT count(*) FROM ${removed}) AS removed, 0 AS changed`,
  );
  const shown = versions.shared.slice(0, MAX_SAMPLE_COLUMNS);
  const sample = async (from: string, kind: 'added' | 'removed', limit: number): Promise<RowChange[]> => {
    const columns = shown.map((name, i) => `${identifier(name)}::VARCHAR AS c${i}`).join(', ') || '1';
    const rows = await database.query(`SELECT ${columns} FROM ${from} ORDER BY ALL LIMIT ${limit}`);
    return rows.map((row) => {
      const values = pick(row, 'c', shown, shown);
      return { kind, columns: [], ...(kind === 'added' ? { after: values } : { before: values }) };
    });
  };
  const gone = await sample(removed, 'removed', MAX_SAMPLES);
  const fresh = await sample(added, 'added', MAX_SAMPLES - gone.length);
  return { ...numbers(counts), samples: [...gone, ...fresh] };
}

/** A cell to be compared: as text where the versions have it in different types. */
function value(side: 'a' | 'b', name: string, { before, after }: Versions): string {
  return before.types.get(name) === after.types.get(name) ? `${side}.${identifier(name)}` : text(side, name);
}

function text(side: 'a' | 'b', name: string): string {
  return `${side}.${identifier(name)}::VARCHAR`;
}

function numbers(row: SqlRow): { added: number; removed: number; changed: number } {
  return { added: Number(row['added']), removed: Number(row['removed']), changed: Number(row['changed']) };
}

function pick(
  row: SqlRow,
  letter: string,
  all: readonly string[],
  names: readonly string[],
): Record<string, string> {
  const pairs = names.map((name) => [name, row[`${letter}${all.indexOf(name)}`]] as const);
  const present = pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return Object.fromEntries(present.map(([name, one]) => [name, one.slice(0, MAX_SHOWN)]));
}
