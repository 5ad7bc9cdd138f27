import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openTestDatabase, type OpenDatabase } from '../../../test/support/platform.js';
import { prepared } from './prepared.js';

let open: OpenDatabase;

beforeAll(async () => {
  open = await openTestDatabase();
  await open.database.query('CREATE TABLE thing (id int PRIMARY KEY, name text)');
  await open.database.query("INSERT INTO thing VALUES (1, 'one'), (2, 'two')");
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => open.close());

const nameOf = (id: unknown) =>
  open.database.query<{ name: string }>(prepared('SELECT name FROM thing WHERE id = $1'), [id]);
const preparedHere = () =>
  open.database.query<{ statement: string; name: string }>(
    'SELECT name, statement FROM pg_prepared_statements ORDER BY statement',
  );

describe('a prepared statement', () => {
  it('is parsed once by a connection, under one name', async () => {
    await open.database.run(async () => {
      for (let i = 0; i < 8; i++)
        expect(await nameOf(1 + (i % 2))).toEqual([{ name: i % 2 ? 'two' : 'one' }]);
      expect(await open.database.query('SELECT name FROM thing WHERE id = $1 ', [1])).toHaveLength(1);
      expect(await preparedHere()).toEqual([
        {
          statement: 'SELECT name FROM thing WHERE id = $1',
          name: expect.stringMatching(/^cairn_[0-9a-f]{16}$/),
        },
      ]);
    });
  });

  it('has one plan for lists of every length', async () => {
    await open.database.run(async () => {
      const find = (ids: readonly number[]) =>
        open.database.query(prepared('SELECT name FROM thing WHERE id = ANY($1::int[])'), [ids]);
      for (let i = 0; i < 20; i++) expect(await find([1, 2].slice(0, 1 + (i % 2)))).toHaveLength(1 + (i % 2));
      const [counts] = await open.database.query(
        `SELECT custom_plans::int AS custom, generic_plans::int AS generic FROM pg_prepared_statements
         WHERE statement LIKE '%thing WHERE id = ANY%'`,
      );
      expect(counts).toEqual({ custom: 5, generic: 15 });
    });
  });

  it('goes on after it failed, and after its table was changed', async () => {
    await open.database.run(async () => {
      await nameOf(1);
      await open.database.query('SAVEPOINT before');
      await expect(nameOf('no number')).rejects.toThrow('invalid input syntax');
      await open.database.query('ROLLBACK TO SAVEPOINT before');
      await open.database.query('ALTER TABLE thing ADD COLUMN note text');
      expect(await nameOf(2)).toEqual([{ name: 'two' }]);
    });
  });

  it('is planned anew after a while, as its table may have grown', async () => {
    await open.database.run(async () => {
      await open.database.query('CREATE TABLE grown (id int PRIMARY KEY, name text)');
      const find = () =>
        open.database.query(prepared('SELECT name FROM grown WHERE id = ANY($1::int[])'), ['{1,2}']);
      const plan = async () => {
        const [{ name }] = (await open.database.query<{ name: string }>(
          `SELECT name FROM pg_prepared_statements WHERE statement LIKE '%FROM grown%'`,
        )) as [{ name: string }];
        const lines = await open.database.query<Record<string, string>>(`EXPLAIN EXECUTE ${name} ('{1}')`);
        return lines.map((line) => Object.values(line)[0]).join(' ');
      };
      // A table without a page is taken for one of ten; one row and an analysis say that it is small.
      await open.database.query("INSERT INTO grown VALUES (1, 'one')");
      await open.database.query('ANALYZE grown');
      for (let i = 0; i < 6; i++) await find();
      expect(await plan()).toContain('Seq Scan');
      await open.database.query("INSERT INTO grown SELECT i, 'more' FROM generate_series(2, 50000) AS i");
      await find();
      expect(await plan()).toContain('Seq Scan');
      const now = Date.now();
      jest.spyOn(Date, 'now').mockImplementation(() => now + 10_000);
      await find();
      expect(await plan()).toMatch(/Index|Bitmap/);
    });
  });
});
