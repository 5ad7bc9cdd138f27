import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { dataSourceOptions } from './data-source.js';
import { Database } from './database.js';
import { prepared } from './prepared.js';

let target: TestDatabase;
let dataSource: DataSource;
let database: Database;

/** All on one connection. */
async function opened(url: string): Promise<DataSource> {
  return new DataSource(dataSourceOptions(url, [], 1)).initialize();
}

beforeAll(async () => {
  target = await createTestDatabase();
  dataSource = await opened(target.url);
  database = new Database(dataSource);
  await database.query('CREATE TABLE entry (place int GENERATED ALWAYS AS IDENTITY, name text NOT NULL)');
});
afterEach(async () => {
  jest.restoreAllMocks();
  await database.query('DELETE FROM entry');
});
afterAll(async () => {
  await dataSource.destroy();
  await target.drop();
});

const add = (name: string | null) => database.query(prepared('INSERT INTO entry (name) VALUES ($1)'), [name]);
const names = async () =>
  (await database.query<{ name: string }>('SELECT name FROM entry ORDER BY place')).map(({ name }) => name);

/** Lets no answer through from the moment that `first` is sent until `last` is: who waits for the one before the other waits for ever. */
async function answeringOnlyAfter(first: string, last: string, upstream: URL) {
  let isHeld = false;
  const server = createServer((client) => {
    const up = connect(Number(upstream.port), upstream.hostname);
    const held: Buffer[] = [];
    client.on('data', (bytes) => {
      if (bytes.includes(first)) isHeld = true;
      if (bytes.includes(last)) {
        isHeld = false;
        for (const each of held.splice(0)) client.write(each);
      }
      up.write(bytes);
    });
    up.on('data', (bytes) => (isHeld ? held.push(bytes) : client.write(bytes)));
    for (const socket of [client, up])
      socket.on('error', () => undefined).on('close', () => [client, up].forEach((one) => one.destroy()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(upstream);
  url.port = String((server.address() as AddressInfo).port);
  return { url: url.href, close: () => server.close() };
}

describe('a connection of the pool', () => {
  it('is sent the statements of a transaction without waiting for answers, from its start on', async () => {
    const proxy = await answeringOnlyAfter('START TRANSACTION', 'SELECT 3', new URL(target.url));
    const through = await opened(proxy.url);
    try {
      const other = new Database(through);
      const rows = await other.run(() =>
        Promise.all([1, 2, 3].map((n) => other.query<{ n: number }>(`SELECT ${n} AS n`))),
      );
      expect(rows).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]]);
    } finally {
      await through.destroy();
      proxy.close();
    }
  });

  it('carries them out in the order in which they were given, also where it plans anew in between', async () => {
    const expected = Array.from({ length: 40 }, (_, at) => `name ${at}`);
    await database.run(async () => {
      await add('before');
      const now = Date.now();
      let asked = 0;
      jest.spyOn(Date, 'now').mockImplementation(() => now + 3_000 * asked++);
      await Promise.all(
        expected.map((name, at) =>
          at % 3 === 0 ? database.query(`INSERT INTO entry (name) VALUES ('${name}')`) : add(name),
        ),
      );
    });
    expect(await names()).toEqual(['before', ...expected]);
  });

  it('keeps nothing of a transaction of which one statement fails, and goes on', async () => {
    await expect(database.run(() => Promise.all([add('one'), add(null), add('three')]))).rejects.toThrow(
      'violates not-null constraint',
    );
    expect(await names()).toEqual([]);
    await database.run(() => Promise.all([add('four'), add('five')]));
    expect(await names()).toEqual(['four', 'five']);
  });

  it('keeps nothing when the work itself fails while statements are under way', async () => {
    const failing = database.run(async () => {
      void add('one').catch(() => undefined);
      throw new Error('no more of this');
    });
    await expect(failing).rejects.toThrow('no more of this');
    expect(await names()).toEqual([]);
  });

  it('can be used for COPY between transactions', async () => {
    await database.run(() => add('one'));
    const copied: unknown[] = [];
    for await (const rows of database.copy('SELECT name FROM entry')) copied.push(...rows);
    expect(copied).toEqual([['one']]);
    await expect(database.run(() => add(null))).rejects.toThrow('violates not-null constraint');
    for await (const rows of database.copy('SELECT name FROM entry')) expect(rows).toEqual([['one']]);
    await database.run(() => add('two'));
    expect(await names()).toEqual(['one', 'two']);
  });

  it('fails what it was sent when it is cut off, and a new one takes its place', async () => {
    const cut = database.run(() =>
      Promise.all([add('one'), database.query('SELECT pg_terminate_backend(pg_backend_pid())'), add('two')]),
    );
    await expect(cut).rejects.toMatchObject({ kind: 'unavailable' });
    await database.run(() => add('three'));
    expect(await names()).toEqual(['three']);
  });
});
