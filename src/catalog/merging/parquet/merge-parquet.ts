import path from 'node:path';

import type { RowConflict } from '../../versions/index.js';
import { MAX_CONFLICTS, type RowStrategy } from '../rows/row-plan.js';
import { MAX_SHOWN, TableFault } from '../rows/row-table.js';
import type { RowRule, RowsOutcome, ThreeSides } from '../rows/merge-text.js';
import { ScratchDatabase, type SqlRow } from './duckdb.js';
import { identifier, literal } from './sql-text.js';
import {
  checkKey,
  checkRewritable,
  loadSide,
  naming,
  type ParquetSide,
  readSide,
  reasonOf,
  ROW,
  writeOptions,
} from './parquet-side.js';
import { ParquetJoin } from './parquet-join.js';

/**
 * Merges three versions of a Parquet file by rows, as `mergeText` does text. Schema, logical types, compression and the
 * file's own metadata are those of ours; the rows keep its order, new ones come behind. A file that the writer would not
 * give back as it is, type by type, is not merged.
 * @param result where the merged file is written
 */
export async function mergeParquet(
  files: ThreeSides<string>,
  rule: RowRule,
  strategy: RowStrategy | undefined,
  result: string,
): Promise<RowsOutcome> {
  let database: ScratchDatabase | undefined;
  try {
    const sides = await readSides(files);
    const clash = typeClash(sides);
    if (clash !== undefined) return { kind: 'schema-conflict', reason: clash };
    database = await ScratchDatabase.open(path.dirname(result));
    await ofSides(sides, (side, name) => loadSide(database!, name, side));
    await checkTypes(database, sides, result);
    if ('append' in rule) return await append(database, sides, result);
    return await mergeByKey(database, sides, rule.key, strategy, result);
  } catch (error) {
    if (error instanceof TableFault) return { kind: 'unfit', reason: error.message };
    return { kind: 'unfit', reason: `it cannot be merged: ${reasonOf(error)}` };
  } finally {
    database?.close();
  }
}

async function readSides({ base, ours, theirs }: ThreeSides<string>): Promise<ThreeSides<ParquetSide>> {
  const read = (side: string, file: string) =>
    naming(side, async () => {
      const found = await readSide(file);
      checkRewritable(found);
      return found;
    });
  return {
    ...(base !== undefined && { base: await read('base', base) }),
    ours: await read('ours', ours),
    theirs: await read('theirs', theirs),
  };
}

async function ofSides<T>(
  { base, ours, theirs }: ThreeSides<T>,
  work: (side: T, name: string) => Promise<void>,
): Promise<void> {
  if (base !== undefined) await naming('base', () => work(base, 'base'));
  await naming('ours', () => work(ours, 'ours'));
  await naming('theirs', () => work(theirs, 'theirs'));
}

/** Columns that two versions have with different types. */
function typeClash({ base, ours, theirs }: ThreeSides<ParquetSide>): string | undefined {
  const names = new Set([...ours.types.keys(), ...theirs.types.keys()]);
  const clashes: string[] = [];
  for (const name of names) {
    const types = [base, ours, theirs].map((side) => side?.types.get(name));
    const [was, our, their] = types;
    if (new Set(types.filter((type) => type !== undefined)).size < 2) continue;
    clashes.push(
      `column ${JSON.stringify(name)} is ${was ?? 'absent'} in base, ${our ?? 'absent'} in ours, ${their ?? 'absent'} in theirs`,
    );
  }
  return clashes.length === 0 ? undefined : clashes.slice(0, 10).join('; ');
}

async function mergeByKey(
  database: ScratchDatabase,
  sides: ThreeSides<ParquetSide>,
  key: readonly string[],
  strategy: RowStrategy | undefined,
  result: string,
): Promise<RowsOutcome> {
  await ofSides(sides, (side, name) => checkKey(database, side, name, key));
  let join = new ParquetJoin(sides, key, strategy, new Set());
  const decided = new Set<string>();
  for (const name of join.removedColumns) {
    if (await hasRows(database, `${join.from} WHERE ${join.conflictIn(name)}`)) decided.add(name);
  }
  if (decided.size > 0) {
    if (strategy === undefined) return { kind: 'schema-conflict', reason: removedAndChanged(sides, decided) };
    join = new ParquetJoin(sides, key, strategy, decided);
  }
  const found = await database.one(
    `SELECT count(*) FILTER (${join.isConflict}) AS conflicts, count(*) FILTER (${join.isTaken}) AS taken ${join.from}`,
  );
  const total = Number(found['conflicts']);
  if (strategy === undefined && total > 0) {
    return { kind: 'row-conflict', total, rows: await conflictsOf(database, join, key) };
  }
  await write(database, sides.ours, join.columns, sides, join.select, result);
  return { kind: 'merged', taken: Math.max(Number(found['taken']), join.hasOtherColumns ? 1 : 0) };
}

async function hasRows(database: ScratchDatabase, from: string): Promise<boolean> {
  return (await database.query(`SELECT 1 ${from} LIMIT 1`)).length > 0;
}

function removedAndChanged({ ours }: ThreeSides<ParquetSide>, names: ReadonlySet<string>): string {
  const told = [...names].slice(0, 10).map((name) => {
    const [remover, changer] = ours.types.has(name) ? ['theirs', 'ours'] : ['ours', 'theirs'];
    return `column ${JSON.stringify(name)} was removed by ${remover} and changed by ${changer}`;
  });
  return told.join('; ');
}

async function conflictsOf(
  database: ScratchDatabase,
  join: ParquetJoin,
  key: readonly string[],
): Promise<RowConflict[]> {
  const rows = await database.query(`${join.selectConflicts} LIMIT ${MAX_CONFLICTS}`);
  return rows.map((row) => {
    const columns = join.comparedColumns.filter((_, i) => row[`x${i}`] === true);
    const shown = columns.length > 0 ? columns : join.comparedColumns.slice(0, 50);
    const side = (letter: string): Record<string, string> | undefined =>
      row[`${letter}row`] === null ? undefined : pick(row, letter, shown, join.comparedColumns);
    const known = row['orow'] === null ? 't' : 'o';
    return {
      key: pick(row, known, key, join.comparedColumns),
      columns,
      base: side('b'),
      ours: side('o'),
      theirs: side('t'),
    };
  });
}

function pick(
  row: SqlRow,
  letter: string,
  names: readonly string[],
  all: readonly string[],
): Record<string, string> {
  const pairs = names.map((name) => [name, row[`${letter}${all.indexOf(name)}`]] as const);
  const present = pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return Object.fromEntries(present.map(([name, value]) => [name, value.slice(0, MAX_SHOWN)]));
}

async function append(
  database: ScratchDatabase,
  sides: ThreeSides<ParquetSide>,
  result: string,
): Promise<RowsOutcome> {
  const { base, ours, theirs } = sides;
  const columns = [...ours.types.keys()];
  const known = base === undefined ? 0 : Number(base.metadata.num_rows);
  for (const [name, side] of [
    ['ours', ours],
    ['theirs', theirs],
  ] as const) {
    if (!sameColumns(side, ours) || (base !== undefined && !sameColumns(side, base)))
      throw new TableFault(`${name} has other columns, so it did not only append`);
    if (base === undefined) continue;
    const differs = columns.map(
      (column) => `s.${identifier(column)} IS DISTINCT FROM b.${identifier(column)}`,
    );
    const { row } = await database.one(
      `SELECT min(b.${ROW}) AS row FROM base AS b LEFT JOIN ${name} AS s ON s.${ROW} = b.${ROW}
       WHERE s.${ROW} IS NULL OR ${differs.join(' OR ')}`,
    );
    if (row !== null)
      throw new TableFault(`${name} changed row ${Number(row) + 1}, so it did not only append`);
  }
  const list = columns.map(identifier).join(', ');
  const select = `SELECT ${list} FROM (SELECT 0 AS "#side", * FROM ours
      UNION ALL BY NAME SELECT 1 AS "#side", * FROM theirs WHERE ${ROW} >= ${known}) ORDER BY "#side", ${ROW}`;
  await write(database, ours, columns, sides, select, result);
  return { kind: 'merged', taken: Number(theirs.metadata.num_rows) - known };
}

function sameColumns(a: ParquetSide, b: ParquetSide): boolean {
  return JSON.stringify([...a.types]) === JSON.stringify([...b.types]);
}

/** Finds out on a file without rows, before any work, which types the writer would change. @throws {TableFault} */
async function checkTypes(
  database: ScratchDatabase,
  sides: ThreeSides<ParquetSide>,
  result: string,
): Promise<void> {
  for (const [table, side] of [
    ['ours', sides.ours],
    ['theirs', sides.theirs],
  ] as const) {
    const columns = [...side.types.keys()];
    const select = `SELECT ${columns.map(identifier).join(', ')} FROM ${table} WHERE false`;
    await write(database, side, columns, sides, select, result);
  }
}

/** @throws {TableFault} the file as written has other types than the sides */
async function write(
  database: ScratchDatabase,
  ours: ParquetSide,
  columns: readonly string[],
  sides: ThreeSides<ParquetSide>,
  select: string,
  result: string,
): Promise<void> {
  const isSameSchema = JSON.stringify(columns) === JSON.stringify([...ours.types.keys()]);
  await database.run(`COPY (${select}) TO ${literal(result)} (${writeOptions(ours, isSameSchema)})`);
  const written = await readSide(result);
  for (const name of columns) {
    const wanted = sides.ours.types.get(name) ?? sides.theirs.types.get(name);
    const found = written.types.get(name);
    if (wanted !== found)
      throw new TableFault(
        `it cannot be merged: column ${JSON.stringify(name)} of type ${wanted} would become ${found}`,
      );
  }
}
