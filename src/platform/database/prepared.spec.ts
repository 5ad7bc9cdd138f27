import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type OpenDatabase } from '../../../test/support/platform.js';
import { prepared } from './prepared.js';

let open: OpenDatabase;

beforeAll(async () => {
  open = await openTestDatabase();
  await open.database.query('CREATE TABLE thing (id int PRIMARY KEY, name text)');
  await open.database.query("INSERT INTO thing VALUES (1, 'one'), (2, 'two')");
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
});
