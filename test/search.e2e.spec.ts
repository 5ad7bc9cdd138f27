import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Database, OutboxWorker } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { recordedEvents } from './support/recorded-events.js';

let cairn: TestCairn;
/** Sees `external`, not `vault`. */
let ada: string;
/** Sees everything. */
let max: string;

beforeAll(async () => {
  cairn = await startTestCairn({ CAIRN_POLICY_DIR: path.resolve('test/fixtures/lineage-policies') });
  ada = await cairn.tokenFor('user:ada');
  max = await cairn.tokenFor('user:max');
  await send([...recordedEvents('dbt-duckdb').slice(0, 150), hiddenEvent('2026-11-23T10:00:00Z', 'salary')]);
}, 60_000);
afterAll(() => cairn.stop());

const hiddenEvent = (eventTime: string, column: string) => ({
  eventTime,
  producer: 'https://example.com',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent',
  dataset: {
    namespace: 'vault',
    name: 'hidden.orders',
    facets: {
      schema: {
        _producer: 'https://example.com',
        _schemaURL: 'https://example.com',
        fields: [{ name: column }],
      },
    },
  },
});

/** Posts events and waits until the index has followed. */
async function send(events: unknown[]): Promise<void> {
  const response = await cairn.http('/api/v1/lineage/batch', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(events),
    token: max,
  });
  expect(await response.json()).toMatchObject({ status: 'success' });
  await followed();
}

async function followed(): Promise<void> {
  const waiting = `SELECT count(*)::int AS count FROM outbox_message WHERE dead_at IS NULL`;
  do await cairn.app.get(OutboxWorker).drain();
  while ((await cairn.app.get(Database).query<{ count: number }>(waiting))[0]!.count > 0);
}

const SEARCH = `query($q: String!, $f: SearchFilterInput, $n: Int, $a: String) { search(query: $q, filter: $f, first: $n, after: $a) {
  nodes { score highlight asset { id identityName kind } } facets { name values { value count } } pageInfo { hasNextPage endCursor } } }`;
const search = async (
  q: string,
  { f, n, a, token = max }: { f?: object; n?: number; a?: string; token?: string } = {},
) => (await cairn.ask(SEARCH, { q, f, n, a }, token)).search;
const names = (found: any): string[] => found.nodes.map((node: any) => node.asset.identityName);

describe('search', () => {
  test('finds what events told of, by name, by column and misspelt', async () => {
    expect(names(await search('stg_customers'))).toContain('shop.main_staging.stg_customers');
    const byColumn = await search('signed_up_at', { f: { kinds: ['dataset'] } });
    expect(names(byColumn)).toEqual(['shop.main_staging.stg_customers']);
    expect(byColumn.nodes[0].highlight).toContain('«signed»_«up»_«at»');
    expect(names(await search('custommers'))).toContain('shop.raw.customers');
  });

  test('what a caller may not see is absent, from counts too', async () => {
    expect(names(await search('hidden'))).toEqual(['hidden.orders']);
    expect(await search('hidden', { token: ada })).toMatchObject({
      nodes: [],
      pageInfo: { hasNextPage: false },
    });
    const countOf = (found: any, value: string) =>
      found.facets.find((facet: any) => facet.name === 'namespace').values.find((v: any) => v.value === value)
        ?.count;
    expect(countOf(await search('orders'), 'vault')).toBe(1);
    expect(countOf(await search('orders', { token: ada }), 'vault')).toBeUndefined();
    expect((await search('salary', { token: ada })).nodes).toEqual([]);
  });

  test('follows the catalog: edited descriptions and tags, columns of later events', async () => {
    const { nodes } = await search('hidden');
    const { id } = nodes[0].asset;
    await cairn.ask('mutation($id: ID!, $i: EditAssetInput!) { editAsset(id: $id, input: $i) { id } }', {
      id,
      i: { description: 'Kept under the stairs.', tags: ['secretive'] },
    });
    await send([hiddenEvent('2026-11-24T10:00:00Z', 'wage')]);
    for (const word of ['stairs', 'secretive', 'wage'])
      expect(names(await search(word))).toEqual(['hidden.orders']);
    expect((await search('salary')).nodes).toEqual([]);
  });

  test('pages follow each other', async () => {
    const all = names(await search('shop', { n: 200 }));
    const paged: string[] = [];
    for (let a: string | undefined; ;) {
      const found = await search('shop', { n: 7, a });
      paged.push(...names(found));
      if (!found.pageInfo.hasNextPage) break;
      a = found.pageInfo.endCursor;
    }
    expect(paged).toEqual(all);
    expect(all.length).toBeGreaterThan(14);
  });

  test.each<[string, object, string]>([
    ['an empty query', { q: '  ' }, 'query'],
    ['a query of 201 characters', { q: 'x'.repeat(201) }, 'query'],
    ['a cursor of something else', { q: 'x', a: Buffer.from('["x","y"]').toString('base64url') }, 'after'],
    ['a page of 201', { q: 'x', n: 201 }, 'first'],
  ])('%s is refused by name', async (_, variables, field) => {
    const answer = await cairn.graphql(SEARCH, variables as Record<string, unknown>);
    expect(answer.errors?.[0]).toMatchObject({
      message: expect.stringContaining(field),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  test('an administrator builds the index anew, nobody else does', async () => {
    const database = cairn.app.get(Database);
    await database.query('DELETE FROM search_document');
    expect((await search('stg_customers')).nodes).toEqual([]);
    const refused = await cairn.graphql('mutation { rebuildSearchIndex }', {}, max);
    expect(refused.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    const { rebuildSearchIndex } = await cairn.ask('mutation { rebuildSearchIndex }');
    const [assets] = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM asset');
    expect(rebuildSearchIndex).toBe(assets!.count);
    expect(names(await search('stg_customers'))).toContain('shop.main_staging.stg_customers');
  });
});
