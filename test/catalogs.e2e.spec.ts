import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { OutboxWorker } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

let cairn: TestCairn;
let source: TestDatabase;
let url: URL;
let engineer: string;
const credentials = mkdtempSync(path.join(os.tmpdir(), 'cairn-credentials-'));

beforeAll(async () => {
  source = await createTestDatabase();
  url = new URL(source.url);
  mkdirSync(path.join(credentials, 'shop'));
  writeFileSync(path.join(credentials, 'shop', 'username'), `${decodeURIComponent(url.username)}\n`);
  writeFileSync(path.join(credentials, 'shop', 'password'), `${decodeURIComponent(url.password)}\n`);
  cairn = await startTestCairn({ CAIRN_CREDENTIALS_DIR: credentials });
  engineer = await cairn.tokenFor('user:pia.engineer');
  await run('CREATE SCHEMA shop', 'CREATE TABLE shop.orders (id bigint NOT NULL, note text)');
  await run(`COMMENT ON TABLE shop.orders IS 'What people bought'`, 'INSERT INTO shop.orders VALUES (1)');
}, 60_000);
afterAll(async () => {
  await cairn.stop();
  await source.drop();
  rmSync(credentials, { recursive: true });
});

async function run(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: source.url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const CONNECT = 'mutation($i: CreateCatalogConnectionInput!) { createCatalogConnection(input: $i) { name } }';
const settings = () => ({
  ...{ host: url.hostname, port: Number(url.port), database: url.pathname.slice(1), tls: false },
});
const FIELDS = 'tables succeededAt staleSince problem';

async function connection(name = 'shop'): Promise<any> {
  const query = `query($n: String!) { catalogConnection(name: $n) { ${FIELDS} } }`;
  return (await cairn.ask(query, { n: name })).catalogConnection;
}

/** Scans until something is true of the connection. */
async function scanUntil(isDone: (connection: any) => boolean, name = 'shop'): Promise<any> {
  const before = (await connection(name)).succeededAt;
  await cairn.ask('mutation($n: String!) { scanCatalogConnection(name: $n) { name } }', { n: name });
  return eventually(
    () => connection(name),
    (now) => isDone(now) && (now.succeededAt !== before || now.staleSince !== null),
  );
}
const isWhole = ({ staleSince, succeededAt }: any) => staleSince === null && succeededAt !== null;

async function orders(token?: string): Promise<any> {
  await cairn.app.get(OutboxWorker).drain();
  const { assetByName } = await cairn.ask(
    `query($ns: String!, $n: String!) { assetByName(kind: dataset, identityNamespace: $ns, identityName: $n) {
      description columns { name type } externalEntries { connection removedAt staleSince statistics { rowCount sizeBytes } }
      externalChanges { diff } } }`,
    { ns: `postgres://${url.hostname}:${url.port}`, n: `${url.pathname.slice(1)}.shop.orders` },
    token,
  );
  return assetByName;
}

describe('an external source', () => {
  test('is in the catalog once it is connected, with schema and statistics', async () => {
    await cairn.ask(CONNECT, {
      i: { name: 'shop', type: 'postgres', credentials: 'shop', settings: settings() },
    });
    await scanUntil(isWhole);
    const asset = await orders();
    expect(asset.columns).toEqual([
      { name: 'id', type: 'bigint' },
      { name: 'note', type: 'text' },
    ]);
    expect(asset.externalEntries).toMatchObject([{ connection: 'shop', removedAt: null, staleSince: null }]);
    expect(Number(asset.externalEntries[0].statistics.sizeBytes)).toBeGreaterThan(0);
    expect(asset.externalChanges).toMatchObject([{ diff: { type: 'added', addedColumns: ['id', 'note'] } }]);
  });

  test('adds nothing while nothing changes', async () => {
    await scanUntil(isWhole);
    expect((await orders()).externalChanges).toHaveLength(1);
  });

  test('shows a change as a diff and as an event of lineage', async () => {
    await run('ALTER TABLE shop.orders ADD total numeric(12,2), DROP note, ALTER id TYPE integer');
    await scanUntil(isWhole);
    const asset = await orders();
    expect(asset.externalChanges[0].diff).toEqual({
      ...{ type: 'changed', addedColumns: ['total'], removedColumns: ['note'] },
      changedColumns: [{ name: 'id', before: 'bigint NOT NULL', after: 'integer NOT NULL' }],
      ...{ isDescriptionChanged: false, isContentChanged: false },
    });
    expect(asset.columns.map(({ name }: { name: string }) => name)).toEqual(['id', 'total']);
    const { lineageEvents } = await cairn.ask('{ lineageEvents(first: 1) { nodes { body } } }');
    expect(lineageEvents.nodes[0].body.dataset).toMatchObject({
      name: `${url.pathname.slice(1)}.shop.orders`,
      facets: { schema: { fields: [{ name: 'id', type: 'integer' }, { name: 'total' }] } },
    });
  });

  test('that is away marks what is known of it as old, and is whole again when it is back', async () => {
    const name = url.pathname.slice(1);
    const administer = async (sql: string) => {
      const client = new pg.Client({ connectionString: source.url.replace(/\/[^/]*$/, '/postgres') });
      await client.connect();
      await client.query(sql);
      await client.end();
    };
    await administer(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    const stale = await scanUntil(({ staleSince }) => staleSince !== null);
    expect(stale.problem).toMatch(/cannot be read: .*not currently accepting connections/);
    expect((await orders()).externalEntries[0].staleSince).toBe(stale.staleSince);
    const health: any = await (await cairn.http('/health/ready')).json();
    expect(health.parts.catalogs).toMatchObject({ isReady: true, isDegraded: true, report: { stale: 1 } });
    await administer(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await scanUntil(isWhole);
    const asset = await orders();
    expect([asset.externalEntries[0].staleSince, asset.externalChanges.length]).toEqual([null, 2]);
  });

  test('shows that a table is gone, and that it came back', async () => {
    await run('DROP TABLE shop.orders');
    await scanUntil(isWhole);
    const gone = await orders();
    expect(gone.externalEntries[0].removedAt).not.toBeNull();
    expect(gone.externalChanges[0].diff).toMatchObject({ type: 'removed', removedColumns: ['id', 'total'] });
    await run('CREATE TABLE shop.orders (id bigint)');
    await scanUntil(isWhole);
    const back = await orders();
    expect([back.externalEntries[0].removedAt, back.externalChanges[0].diff.type]).toEqual([null, 'added']);
  });

  test('with credentials that are not there says which file is missing', async () => {
    await cairn.ask(CONNECT, {
      i: { name: 'nobody', type: 'postgres', credentials: 'nobody', settings: settings() },
    });
    const { problem } = await scanUntil(({ staleSince }) => staleSince !== null, 'nobody');
    expect(problem).toContain(path.join(credentials, 'nobody', 'username'));
    await cairn.ask('mutation { removeCatalogConnection(name: "nobody") { name } }');
  });
});

describe('connecting', () => {
  test.each([
    ['input.name', { name: 'Shop', type: 'postgres', settings: {} }],
    ['input.settings.host', { name: 'x', type: 'postgres', settings: { database: 'd' } }],
    [
      'input.settings',
      { name: 'x', type: 'postgres', settings: { host: 'h', database: 'd', password: 'p' } },
    ],
    ['input.settings.prefix', { name: 'x', type: 's3', settings: { bucket: 'abc', prefix: 'a' } }],
    [
      'input.settings.endpoint',
      { name: 'x', type: 's3', settings: { bucket: 'abc', endpoint: 'file:///etc' } },
    ],
    ['input.credentials', { name: 'x', type: 's3', credentials: '../x', settings: { bucket: 'abc' } }],
    ['input.intervalSeconds', { name: 'x', type: 's3', intervalSeconds: 1, settings: { bucket: 'abc' } }],
  ])('is refused for a bad %s', async (field, i) => {
    const { errors } = await cairn.graphql(CONNECT, { i });
    expect(errors?.[0]?.message).toContain(field);
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  });

  test('under a name that is taken is refused', async () => {
    const i = { name: 'shop', type: 's3', settings: { bucket: 'abc' } };
    expect((await cairn.graphql(CONNECT, { i })).errors?.[0]?.extensions['code']).toBe('ALREADY_EXISTS');
  });

  test('and looking at connections is for administrators', async () => {
    const i = { name: 'y', type: 's3', settings: { bucket: 'abc' } };
    const refused = await cairn.graphql(CONNECT, { i }, engineer);
    expect(refused.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    const list = await cairn.graphql('{ catalogConnections { nodes { name } } }', {}, engineer);
    expect(list.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });
});
