import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  assertOutsideTransaction,
  InvalidInputError,
  LeaseLostError,
  Leases,
} from '../../src/platform/index.js';
import { openTestDatabase, type OpenDatabase } from '../support/platform.js';

let open: OpenDatabase;
beforeAll(async () => {
  open = await openTestDatabase();
  await open.database.query('CREATE TABLE counter (id int PRIMARY KEY, value int NOT NULL)');
});
afterAll(() => open.close());
beforeEach(() => open.database.query('TRUNCATE counter'));

test.each(['text', 'jsonb'])('a NUL in %s is bad input, not a failure of the service', async (type) => {
  const value = type === 'text' ? 'a\0b' : JSON.stringify({ a: '\0' });
  const looked = open.database.query(`SELECT $1::${type} AS value`, [value]);
  await expect(looked).rejects.toThrow(new InvalidInputError('text', 'must not have a NUL'));
});

describe('transactions', () => {
  test('queries below a service take part in its transaction', async () => {
    const work = open.database.run(async () => {
      await open.database.query('INSERT INTO counter VALUES (1, 1)');
      await open.database.run(() => open.database.query('INSERT INTO counter VALUES (2, 1)'));
      throw new RangeError('rolled back');
    });
    await expect(work).rejects.toThrow('rolled back');
    expect(await open.database.query('SELECT * FROM counter')).toEqual([]);
  });

  test('what was left for after the commit runs after it, and not after a rollback', async () => {
    const seen: number[] = [];
    const inside = (fail: boolean) =>
      open.database.run(async () => {
        await open.database.query('INSERT INTO counter VALUES ($1, 1)', [fail ? 1 : 2]);
        open.database.afterCommit(() => seen.push(fail ? 1 : 2));
        if (fail) throw new RangeError('rolled back');
      });
    await expect(inside(true)).rejects.toThrow();
    await inside(false);
    expect(seen).toEqual([2]);
  });

  test('a deadlock is tried again, and both transactions land', async () => {
    await open.database.query('INSERT INTO counter VALUES (1, 0), (2, 0)');
    const add = (first: number, second: number) =>
      open.database.run(async () => {
        await open.database.query('UPDATE counter SET value = value + 1 WHERE id = $1', [first]);
        await open.database.query('SELECT pg_sleep(0.05)');
        await open.database.query('UPDATE counter SET value = value + 1 WHERE id = $1', [second]);
      });
    await Promise.all([add(1, 2), add(2, 1)]);
    expect(await open.database.query('SELECT value FROM counter')).toEqual([{ value: 2 }, { value: 2 }]);
  });

  test('leaving the database inside a transaction is refused', async () => {
    await expect(open.database.run(async () => assertOutsideTransaction('the object store'))).rejects.toThrow(
      'the object store was called inside a database transaction',
    );
    expect(() => assertOutsideTransaction('the object store')).not.toThrow();
  });
});

describe('leases', () => {
  const aProcess = () => new Leases(open.database);

  test('of many processes that want a lease at once one gets it', async () => {
    const taken = await Promise.all(Array.from({ length: 8 }, () => aProcess().acquire('one', 60_000)));
    expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  test('a holder renews in the same epoch; a successor gets the next, and the first can write no more', async () => {
    const [leases, others] = [aProcess(), aProcess()];
    const first = (await leases.acquire('two', 60_000))!;
    expect(await leases.acquire('two', 60_000)).toEqual(first);
    expect(await others.acquire('two', 60_000)).toBeUndefined();
    await leases.release('two');
    const second = (await others.acquire('two', 60_000))!;
    expect(Number(second.epoch)).toBe(Number(first.epoch) + 1);
    await expect(open.database.run(() => leases.assertHeld(first))).rejects.toThrow(LeaseLostError);
    await expect(open.database.run(() => leases.assertHeld(second))).resolves.toBeUndefined();
  });
});
