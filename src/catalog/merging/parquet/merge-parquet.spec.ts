import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';

import type { RowRule, RowsOutcome } from '../rows/merge-text.js';
import type { RowStrategy } from '../rows/row-plan.js';
import { mergeParquet } from './merge-parquet.js';
import { readSide } from './parquet-side.js';

const SHOP = path.join(import.meta.dirname, '../../../../test/fixtures/shop/parquet');
let folder: string;
let duck: DuckDBConnection;
const at = (name: string): string => path.join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'cairn-parquet-'));
  duck = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
});
afterAll(() => {
  duck.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

async function write(name: string, select: string, options = 'COMPRESSION zstd'): Promise<void> {
  await duck.run(`COPY (${select}) TO '${at(name)}' (FORMAT parquet, ${options})`);
}
async function read(name = 'result'): Promise<unknown[]> {
  return (await duck.runAndReadAll(`SELECT * FROM read_parquet('${at(name)}')`)).getRowObjectsJson();
}
const merge = (
  rule: RowRule = { key: ['id'] },
  strategy?: RowStrategy,
  hasBase = true,
): Promise<RowsOutcome> =>
  mergeParquet(
    { ...(hasBase && { base: at('base') }), ours: at('ours'), theirs: at('theirs') },
    rule,
    strategy,
    at('result'),
  );

const values = (rows: readonly string[], names = 'id, a, b'): string =>
  rows.length > 0
    ? `SELECT * FROM (VALUES ${rows.join(', ')}) AS v (${names})`
    : "SELECT 1 AS id, '' AS a, 1.5::DOUBLE AS b WHERE false";

describe('merging Parquet by key', () => {
  it('takes what each side changed, keeps the order of ours, and puts new rows behind', async () => {
    await write('base', values(["(1, 'x', 1.5)", "(2, 'x', 1.5)", "(3, 'x', 1.5)"]));
    await write('ours', values(["(3, 'x', 1.5)", "(1, 'o', 1.5)", "(2, 'x', 1.5)", "(8, 'o', NULL)"]));
    await write('theirs', values(["(1, 'x', 2.5)", "(3, 'x', 1.5)", "(9, 't', 9.5)"]));
    expect(await merge()).toEqual({ kind: 'merged', taken: 3 });
    expect(await read()).toEqual([
      { id: 3, a: 'x', b: '1.5' },
      { id: 1, a: 'o', b: '2.5' },
      { id: 8, a: 'o', b: null },
      { id: 9, a: 't', b: '9.5' },
    ]);
  });

  it('equal inputs give equal bytes', async () => {
    await write('base', 'SELECT i AS id, i % 7 AS a FROM range(5000) AS r (i)');
    await write('ours', 'SELECT i AS id, i % 7 + (i = 9)::INT AS a FROM range(5000) AS r (i)');
    await write('theirs', 'SELECT i AS id, i % 7 AS a FROM range(4, 6000) AS r (i)');
    await merge();
    const first = readFileSync(at('result'));
    await merge();
    expect(readFileSync(at('result')).equals(first)).toBe(true);
  });

  it('types, compression and metadata of the file stay', async () => {
    const columns = `i::INT AS id, i::TINYINT AS t, i::UBIGINT AS u, (i / 4)::DECIMAL(12, 2) AS d, TIMESTAMP_MS '2020-01-01 00:00:00.001' AS ms,
      '2020-01-01 00:00:00.000000001'::TIMESTAMP_NS AS ns, TIMESTAMP '2020-01-01' AS us, TIMESTAMPTZ '2020-01-01 00:00:00+00' AS tz,
      DATE '2020-01-01' AS dt, TIME '10:00:00.5' AS tm, [i, NULL] AS l, {'x': i, 'y': [{'z': 'a'}]} AS s, MAP {'k': i} AS m, 'ü' AS txt, '\\xFF'::BLOB AS bl,
      '9b2e9e4a-7e0b-4f0a-8b7e-6a3f9f6a2b11'::UUID AS uid, 1.5::FLOAT AS f, '{"n": 12345678901234567890}'::JSON AS j`;
    const options = "COMPRESSION snappy, KV_METADATA {owner: 'o''hara'}";
    await write('base', `SELECT ${columns} FROM range(3) AS r (i)`, options);
    await write('ours', `SELECT ${columns} FROM range(4) AS r (i)`, options);
    await write(
      'theirs',
      `SELECT ${columns} FROM range(3) AS r (i) UNION ALL SELECT ${columns} FROM range(7, 9) AS r (i)`,
    );
    expect(await merge()).toEqual({ kind: 'merged', taken: 2 });
    const [ours, result] = [await readSide(at('ours')), await readSide(at('result'))];
    expect(result.types).toEqual(ours.types);
    expect(result.metadata.row_groups[0]?.columns[0]?.meta_data?.codec).toBe('SNAPPY');
    expect(result.metadata.key_value_metadata).toContainEqual({ key: 'owner', value: "o'hara" });
    expect((await read()).slice(0, 4)).toEqual(await read('ours'));
  });

  const id = fc.integer({ min: 1, max: 6 });
  const one = fc.record({ a: fc.constantFrom(null, 'x', 'y'), b: fc.constantFrom(null, 1, 2) });
  type Row = { a: string | null; b: number | null };
  const table = fc
    .uniqueArray(fc.tuple(id, one), { selector: ([key]) => key, maxLength: 6 })
    .map((rows) => new Map<number, Row>(rows));
  const sql = (rows: ReadonlyMap<number, Row>): string =>
    values(
      [...rows].map(
        ([key, { a, b }]) => `(${key}, ${a === null ? 'NULL::VARCHAR' : `'${a}'`}, ${b ?? 'NULL'}::DOUBLE)`,
      ),
    );

  it('the rows are those of a merge of plain maps', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        table,
        table,
        fc.constantFrom(undefined, 'ours' as const, 'theirs' as const),
        async (base, ours, theirs, strategy) => {
          await write('base', sql(base));
          await write('ours', sql(ours));
          await write('theirs', sql(theirs));
          const outcome = await merge(undefined, strategy);
          let conflicts = 0;
          const expected = new Map<number, Row>();
          const differ = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
          for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
            const [was, our, their] = [base.get(key), ours.get(key), theirs.get(key)];
            if (our === undefined || their === undefined) {
              const side = our ?? their!;
              const isConflict = was !== undefined && differ(was, side);
              if (isConflict) conflicts += 1;
              if (was === undefined || (isConflict && (our === undefined) === (strategy === 'theirs')))
                expected.set(key, side);
              continue;
            }
            const joined: Record<string, unknown> = {};
            let isConflict = false;
            for (const name of ['a', 'b'] as const) {
              const [w, o, t] = [was?.[name], our[name], their[name]];
              joined[name] = o === t || w === t ? o : t;
              if (o === t || w === t || w === o) continue;
              isConflict = true;
              joined[name] = strategy === 'theirs' ? t : o;
            }
            if (isConflict) conflicts += 1;
            expected.set(key, joined as unknown as Row);
          }
          if (conflicts > 0 && strategy === undefined) {
            expect(outcome).toMatchObject({ kind: 'row-conflict', total: conflicts });
            return;
          }
          expect(outcome.kind).toBe('merged');
          const rows = (await read()) as { id: number; a: string | null; b: string | null }[];
          const found = rows.map(
            ({ id: key, a, b }) => [key, { a, b: b === null ? null : Number(b) }] as const,
          );
          expect(new Map(found)).toEqual(expected);
          expect(found).toHaveLength(expected.size);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('conflicts name key, columns and the three values', async () => {
    await write('base', values(["(1, 'x', 1.5)", "(2, 'x', 1.5)"]));
    await write('ours', values(["(1, 'o', 1.5)"]));
    await write('theirs', values(["(1, 't', 2.5)", "(2, 'x', 2.5)"]));
    expect(await merge()).toEqual({
      kind: 'row-conflict',
      total: 2,
      rows: [
        { key: { id: '1' }, columns: ['a'], base: { a: 'x' }, ours: { a: 'o' }, theirs: { a: 't' } },
        {
          key: { id: '2' },
          columns: [],
          base: { id: '2', a: 'x', b: '1.5' },
          ours: undefined,
          theirs: { id: '2', a: 'x', b: '2.5' },
        },
      ],
    });
  });

  it('a column added on one side is merged; other types of one column are a conflict', async () => {
    await write('base', values(["(1, 'x', 1.5)", "(2, 'x', 1.5)"]));
    await write('ours', values(["(1, 'o', 1.5)"]));
    await write(
      'theirs',
      values(["(1, 'x', 1.5, 7)", "(2, 'x', 1.5, 8)", "(3, 'n', 1.5, 9)"], 'id, a, b, c'),
    );
    expect(await merge()).toMatchObject({ kind: 'merged' });
    expect(await read()).toEqual([
      { id: 1, a: 'o', b: '1.5', c: 7 },
      { id: 3, a: 'n', b: '1.5', c: 9 },
    ]);
    await write('theirs', values(["(1::BIGINT, 'x', 1.5)"]));
    expect(await merge()).toEqual({
      kind: 'schema-conflict',
      reason: 'column "id" is int32 in base, int32 in ours, int64 in theirs',
    });
  });

  it('a column removed by one side goes, unless the other changed it', async () => {
    await write('base', values(["(1, 'x', 1.5)"]));
    await write('ours', values(["(1, 'x', 2.5)"]));
    await write('theirs', values(['(1, 1.5)'], 'id, b'));
    expect(await merge()).toMatchObject({ kind: 'merged' });
    expect(await read()).toEqual([{ id: 1, b: '2.5' }]);
    await write('ours', values(["(1, 'o', 2.5)"]));
    expect(await merge()).toEqual({
      kind: 'schema-conflict',
      reason: 'column "a" was removed by theirs and changed by ours',
    });
    await merge(undefined, 'ours');
    expect(await read()).toEqual([{ id: 1, a: 'o', b: '2.5' }]);
    await merge(undefined, 'theirs');
    expect(await read()).toEqual([{ id: 1, b: '2.5' }]);
  });

  it('appends without a key: ours, then theirs; and a file that both added', async () => {
    await write('base', values(["(1, 'x', 1.5)"]));
    await write('ours', values(["(1, 'x', 1.5)", "(1, 'o', 1.5)"]));
    await write('theirs', values(["(1, 'x', 1.5)", "(1, 'o', 1.5)"]));
    expect(await merge({ append: true })).toEqual({ kind: 'merged', taken: 1 });
    expect(await read()).toHaveLength(3);
    await write('base', values(["(2, 'x', 1.5)"]));
    expect(await merge({ append: true })).toEqual({
      kind: 'unfit',
      reason: 'ours changed row 1, so it did not only append',
    });
    await write('ours', values(["(2, 'x', 1.5)"]));
    await write('theirs', values(["(3, 'x', 1.5)"]));
    expect(await merge(undefined, undefined, false)).toEqual({ kind: 'merged', taken: 1 });
  });
});

describe('Parquet files that are not merged', () => {
  it('keys that do not tell rows apart', async () => {
    await write('base', values(["(1, 'x', 1.5)"]));
    await write('ours', values(["(1, 'x', 1.5)", "(1, 'x', 1.5)"]));
    await write('theirs', values(["(NULL::INT, 'x', 1.5)"]));
    expect(await merge()).toEqual({ kind: 'unfit', reason: 'ours has one key twice, in rows 1 and 2' });
    expect(await merge({ key: ['z'] })).toEqual({
      kind: 'unfit',
      reason: 'base has no column "z", which the key needs',
    });
    await write('ours', values(["(1, 'x', 1.5)"]));
    expect(await merge()).toEqual({ kind: 'unfit', reason: 'theirs has no value for the key (id) in row 1' });
  });

  it('types that the writer would change', async () => {
    for (const side of ['base', 'ours', 'theirs'])
      copyFileSync(path.join(SHOP, 'edge_types.parquet'), at(side));
    expect(await merge({ append: true })).toEqual({
      kind: 'unfit',
      reason: expect.stringMatching(/^it cannot be merged: column ".+" of type .+ would become .+$/),
    });
  });

  it('a file cut in half, and any flipped bytes, end in a reason or a merge', async () => {
    await write('base', 'SELECT i AS id, i::VARCHAR AS a FROM range(300) AS r (i)');
    await write('ours', 'SELECT i AS id, i::VARCHAR AS a FROM range(310) AS r (i)');
    await write('good', 'SELECT i AS id, i::VARCHAR AS a FROM range(5, 300) AS r (i)');
    copyFileSync(at('good'), at('theirs'));
    truncateSync(at('theirs'), Math.floor(statSync(at('good')).size / 2));
    expect(await merge()).toMatchObject({
      kind: 'unfit',
      reason: expect.stringContaining('theirs has no readable footer'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (flips) => {
          const bytes = Buffer.from(readFileSync(at('good')));
          for (const [place, value] of flips) bytes[place % bytes.length] = value;
          writeFileSync(at('theirs'), bytes);
          expect((await merge()).kind).toBeDefined();
        },
      ),
      { numRuns: 30 },
    );
  });
});
