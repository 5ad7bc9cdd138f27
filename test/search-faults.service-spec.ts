import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '@elastic/elasticsearch';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { startFaultProxy } from './support/fault-proxy.js';
import { serviceEnvironment } from './support/services.js';

const node = serviceEnvironment('elasticsearch')['ELASTICSEARCH_URL']!;
const client = new Client({ node });
let prefix: string;
let database: TestDatabase;
let cairn: TestCairn | undefined;

beforeEach(async () => {
  prefix = `cairn-${randomUUID().slice(0, 8)}`;
  database = await createTestDatabase();
});
afterEach(async () => {
  await cairn?.stop();
  cairn = undefined;
  await database.drop();
  await client.indices.delete({ index: `${prefix}-*` });
});

/** Starts a service in place of the one before. @param url of Elasticsearch; none: without */
async function start(url: string | undefined, databaseUrl = database.url): Promise<void> {
  await cairn?.stop();
  const elasticsearch: Record<string, string> =
    url === undefined ? {} : { ELASTICSEARCH_URL: url, ELASTICSEARCH_INDEX_PREFIX: prefix };
  cairn = await startTestCairn({ ...elasticsearch, DATABASE_URL: databaseUrl });
}
const create = (name: string) =>
  cairn!.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
    i: { name, kind: 'dataset', namespace: 'research/penguins' },
  });
const SEARCH = `query($q: String!) { search(query: $q, first: 100) { engine nodes { asset { identityName } } } }`;
const search = async (q: string) => {
  const { search: found } = await cairn!.ask(SEARCH, { q });
  const names: string[] = found.nodes.map(({ asset }: any) => asset.identityName).sort();
  return { engine: found.engine as string, names };
};
const health = async (): Promise<any> =>
  ((await (await cairn!.http('/health/ready')).json()) as any).parts.search;
/** Until exactly these are found, by Elasticsearch; it must never have answered without one of `always`. */
const untilFound = (q: string, names: readonly string[], always: readonly string[] = names) =>
  eventually(async () => {
    const found = await search(q);
    if (found.engine !== 'elasticsearch') return false;
    expect(found.names).toEqual(expect.arrayContaining([...always]));
    return found.names.join() === names.join();
  });
const indices = async () => Object.keys(await client.indices.get({ index: `${prefix}-assets-*` })).sort();

test('a document that Elasticsearch never takes holds up no other', async () => {
  await start(node);
  await create('first_reef');
  await untilFound('reef', ['first_reef'], []);
  const facet = { _producer: 'https://example.com', _schemaURL: 'https://example.com' };
  const event = (name: string, description: string) => ({
    ...{ eventTime: new Date().toISOString(), producer: 'https://example.com' },
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent',
    dataset: { namespace: 'external', name, facets: { documentation: { ...facet, description } } },
  });
  const response = await cairn!.http('/api/v1/lineage/batch', {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify([event('long_reef', 'QUJD'.repeat(10_000)), event('odd_reef', 'odd')]),
  });
  expect(await response.json()).toMatchObject({ status: 'success' });
  // No rule of today's lets in a tag of that length; one that did would not hold up the rest.
  await eventually(async () => (await search('odd_reef')).names.length === 1);
  await cairn!.app
    .get(Database)
    .query(`UPDATE asset SET tags = $1 WHERE identity_name = 'odd_reef'`, [['x'.repeat(40_000)]]);
  await cairn!.app.get(Database).query(`UPDATE search_document SET name = name WHERE name = 'odd_reef'`);
  await create('second_reef');
  await untilFound('reef', ['first_reef', 'long_reef', 'second_reef'], []);
  expect(await health()).toMatchObject({ isDegraded: false, report: { indices: 'current', backlog: 0 } });
  expect(await (await cairn!.http('/metrics')).text()).toMatch(
    /cairn_search_set_aside_total\{what="asset"\} [1-9]/,
  );
});

test('what changed while the service ran without Elasticsearch is found, or PostgreSQL answers', async () => {
  await start(node);
  await create('first_glacier');
  await untilFound('glacier', ['first_glacier'], []);
  await start(undefined);
  await create('second_glacier');
  await eventually(async () => (await search('glacier')).names.length === 2);
  await start(node);
  await untilFound('glacier', ['first_glacier', 'second_glacier'], ['first_glacier']);
});

test('indices of a database that was restored to an earlier time since are built anew', async () => {
  await start(node);
  await create('first_fjord');
  await untilFound('fjord', ['first_fjord'], []);
  await cairn!.stop();
  cairn = undefined;
  const name = `t_${randomUUID().slice(0, 8)}`;
  const asAdmin = async (sql: string) => {
    const admin = new pg.Client({ connectionString: process.env['CAIRN_TEST_POSTGRES_URL']! });
    await admin.connect();
    await admin.query(sql).finally(() => admin.end());
  };
  await asAdmin(`CREATE DATABASE ${name} TEMPLATE ${new URL(database.url).pathname.slice(1)}`);
  try {
    await start(node);
    await create('later_fjord');
    await untilFound('fjord', ['first_fjord', 'later_fjord'], ['first_fjord']);
    const before = await indices();
    await start(node, database.url.replace(/[^/]+$/, name));
    await create('other_fjord');
    await untilFound('fjord', ['first_fjord', 'other_fjord'], ['first_fjord']);
    expect(await indices()).not.toEqual(before);
    await cairn!.stop();
    cairn = undefined;
  } finally {
    await asAdmin(`DROP DATABASE ${name} WITH (FORCE)`);
  }
});

test('indices that vanish while it runs are built anew, and health tells', async () => {
  await start(node);
  await create('first_cape');
  await untilFound('cape', ['first_cape'], []);
  await client.indices.delete({ index: await indices() });
  expect((await search('cape')).engine).toBe('postgres');
  await create('second_cape');
  await untilFound('cape', ['first_cape', 'second_cape'], []);
  expect(await indices()).toHaveLength(5);
  // Of one kind only, while nobody searches or changes anything.
  await client.indices.delete({ index: (await indices()).filter((name) => name.includes('-model-')) });
  await eventually(async () => (await health()).isDegraded);
  await eventually(async () => !(await health()).isDegraded);
  expect(await indices()).toHaveLength(5);
});

test('a rebuild while Elasticsearch is away says what was done, and is made up for', async () => {
  const proxy = await startFaultProxy({ port: Number(new URL(node).port) });
  await start(`http://127.0.0.1:${proxy.port}`);
  await create('first_bay');
  await untilFound('bay', ['first_bay'], []);
  const before = await indices();
  proxy.cut();
  await cairn!.app.get(Database).query('DELETE FROM search_document');
  const { errors } = await cairn!.graphql('mutation { rebuildSearchIndex }');
  expect(errors![0]).toMatchObject({
    message: expect.stringMatching(/^PostgreSQL's index was rebuilt\. Elasticsearch could not follow now/),
    extensions: { code: 'UNAVAILABLE' },
  });
  expect(await search('bay')).toEqual({ engine: 'postgres', names: ['first_bay'] });
  expect((await health()).report.lastError).toMatch(/^\w+Error$/);
  proxy.heal();
  await eventually(async () => (await indices()).join() !== before.join());
  await untilFound('bay', ['first_bay']);
  await proxy.close();
});

test('indices of a newer version are left alone, until an administrator wants this one back', async () => {
  await start(node);
  await create('first_cove');
  await untilFound('cove', ['first_cove'], []);
  const before = await indices();
  await client.indices.putMapping({ index: before, _meta: { version: 1_000, generation: randomUUID() } });
  await eventually(async () => (await health()).report.indices === 'newer');
  await create('second_cove');
  await eventually(async () => (await search('cove')).names.length === 2);
  expect((await search('cove')).engine).toBe('postgres');
  expect(await indices()).toEqual(before);
  await cairn!.ask('mutation { rebuildSearchIndex }');
  await untilFound('cove', ['first_cove', 'second_cove']);
});

test('of two processes one builds and tells, and both let Elasticsearch answer', async () => {
  await start(node);
  const other = await startTestCairn({
    ...{ ELASTICSEARCH_URL: node, ELASTICSEARCH_INDEX_PREFIX: prefix, DATABASE_URL: database.url },
  });
  const token = other.adminToken; // of the process that started last
  try {
    const engineOf = async (one: TestCairn): Promise<string> =>
      (await one.ask(SEARCH, { q: 'anything' }, token)).search.engine;
    await eventually(async () => (await engineOf(cairn!)) === 'elasticsearch');
    await eventually(async () => (await engineOf(other)) === 'elasticsearch');
    const before = await indices();
    expect(before).toHaveLength(5);
    for (const one of [cairn!, other]) await one.ask('mutation { rebuildSearchIndex }', {}, token);
    const after = await indices();
    expect(after).toHaveLength(5);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
    await eventually(async () => (await engineOf(cairn!)) === 'elasticsearch');
    await eventually(async () => (await engineOf(other)) === 'elasticsearch');
    await pause(11_000); // both looked again
    expect(await indices()).toEqual(after);
  } finally {
    await other.stop();
  }
});
