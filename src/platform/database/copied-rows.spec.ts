import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type OpenDatabase, openTestDatabase } from '../../../test/support/platform.js';
import { copiedRows } from './copied-rows.js';

async function collect(rows: AsyncIterable<(string | undefined)[][]>): Promise<(string | undefined)[][]> {
  const collected: (string | undefined)[][] = [];
  for await (const batch of rows) collected.push(...batch);
  return collected;
}

describe('copied rows', () => {
  let open: OpenDatabase;
  beforeAll(async () => {
    open = await openTestDatabase();
  });
  afterAll(() => open.close());

  it('any text comes as it was stored, and NULL as nothing', async () => {
    const text = fc.option(
      fc.string({ unit: fc.constantFrom('a', '\\', 'N', '\n', '\t', '\r', '\v', 'ü', '😀', '.') }),
      { nil: undefined },
    );
    const table = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 20 });
    await open.database.query('CREATE TABLE copied (id int, a text, b text)');
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        await open.database.query('TRUNCATE copied');
        for (const [at, [a, b]] of rows.entries()) {
          await open.database.query('INSERT INTO copied VALUES ($1, $2, $3)', [at, a ?? null, b ?? null]);
        }
        expect(await collect(open.database.copy('SELECT a, b FROM copied ORDER BY id'))).toEqual(rows);
      }),
      { numRuns: 20 },
    );
  });

  it('chunks may end anywhere', async () => {
    const bytes = Buffer.from('a\tü😀\n\\N\tb\\nc\n\\\\N\t\n');
    for (let size = 1; size <= bytes.length; size += 1) {
      async function* chunks() {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      }
      expect(await collect(copiedRows(chunks()))).toEqual([
        ['a', 'ü😀'],
        [undefined, 'b\nc'],
        ['\\N', ''],
      ]);
    }
  });

  it('more copies that are given up than there are connections leave the database usable', async () => {
    for (let i = 0; i < 12; i += 1) {
      for await (const [row] of open.database.copy('SELECT generate_series(1, 1000000)')) {
        expect(row).toEqual(['1']);
        break;
      }
    }
    expect(await open.database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('a failure in the middle is thrown', async () => {
    const failing = open.database.copy('SELECT 1 / (5000 - i) FROM generate_series(1, 10000) AS i');
    await expect(collect(failing)).rejects.toThrow('division by zero');
    expect(await open.database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
