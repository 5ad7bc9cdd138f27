import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FaultProxy, startFaultProxy } from '../../../../test/support/fault-proxy.js';
import { serviceEnvironment } from '../../../../test/support/services.js';
import { type Glob, parseGlob } from '../../../policy/glob/glob.js';
import type { SearchDocument, SearchRequest } from '../../search-index.js';
import type { SetAside } from './bulk.js';
import { ElasticsearchSearchIndex } from './elasticsearch-search-index.js';
import { ElasticsearchIndexMissingError, reasonOf } from './errors.js';

const node = serviceEnvironment('elasticsearch')['ELASTICSEARCH_URL']!;
const client = new Client({ node });
let prefix: string;
let index: ElasticsearchSearchIndex;
let setAside: SetAside[];

beforeEach(() => {
  prefix = `test-${randomUUID()}`;
  setAside = [];
  index = new ElasticsearchSearchIndex(client, prefix, (all) => void setAside.push(...all));
});
afterEach(() => client.indices.delete({ index: `${prefix}-*` }));

const document = (n: number, rest: Partial<SearchDocument> = {}): SearchDocument => ({
  ...{
    assetId: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    kind: 'dataset',
    name: `orders_${n}`,
  },
  ...{ identityNamespace: 'postgres://db:5432', namespace: 'research', tags: ['unclassified'] },
  ...{ description: '', columns: [], otherNames: [], ...rest },
});
async function* all(...documents: SearchDocument[]) {
  yield documents;
}
const request = (text: string, rest: Partial<SearchRequest> = {}): SearchRequest => ({
  ...{ text, filter: {}, visible: { kind: 'all' }, first: 10, ...rest },
});
const found = async (text: string): Promise<string[]> => {
  await client.indices.refresh({ index: `${prefix}-*` });
  return (await index.search(request(text))).hits.map(({ assetId }) => assetId);
};
const names = async () => Object.keys(await client.indices.get({ index: `${prefix}-*` })).sort();

describe('documents', () => {
  it.each<[string, Partial<SearchDocument>]>([
    ['a description', { description: 'QUJD'.repeat(10_000) }],
    ['a column', { columns: ['ü'.repeat(33_000)] }],
  ])('with a word of 40,000 characters in %s are found by others of their words', async (_, rest) => {
    await index.replaceAll(all(document(1, rest)), 1);
    await index.upsert([document(2, rest), document(3)], 2);
    expect(setAside).toEqual([]);
    expect((await found('orders')).sort()).toEqual([1, 2, 3].map((n) => document(n).assetId));
  });

  it('that are never taken are set aside: the others are, and what they were before is not shown', async () => {
    const tags = ['x'.repeat(40_000)];
    await index.replaceAll(all(document(1), document(2), document(4, { tags })), 1);
    expect((await found('orders')).sort()).toEqual([1, 2].map((n) => document(n).assetId));
    await index.upsert([document(2, { tags }), document(3)], 2);
    expect((await found('orders')).sort()).toEqual([1, 3].map((n) => document(n).assetId));
    expect(setAside.map(({ id, reason }) => [id, reason])).toEqual(
      [4, 2].map((n) => [document(n).assetId, '400 document_parsing_exception']),
    );
  });

  it('with names in full-width letters are found by those of the keyboard, and policy sees them as they are', async () => {
    await index.replaceAll(
      all(document(1, { name: 'ＦＵＬＬ_table' }), document(2, { name: 'FULL_table' })),
      1,
    );
    expect(await found('full')).toHaveLength(2);
    const glob = parseGlob('ＦＵＬＬ_table') as Glob;
    const visible = { kind: 'nameGlob', glob } as const;
    const { hits } = await index.search(request('full', { visible }));
    expect(hits.map(({ assetId }) => assetId)).toEqual([document(1).assetId]);
  });
});

describe('indices', () => {
  /** The driver behind a way that a test breaks. */
  async function behindProxy(): Promise<{
    proxy: FaultProxy;
    fragile: ElasticsearchSearchIndex;
    client: Client;
  }> {
    const proxy = await startFaultProxy({ port: Number(new URL(node).port) });
    const through = new Client({
      node: `http://127.0.0.1:${proxy.port}`,
      maxRetries: 0,
      requestTimeout: 2_000,
    });
    return { proxy, client: through, fragile: new ElasticsearchSearchIndex(through, prefix) };
  }

  it('that were swapped in stay when removing the others fails', async () => {
    await index.replaceAll(all(document(1)), 1);
    const { proxy, fragile, client: through } = await behindProxy();
    // The way breaks once the aliases moved.
    through.diagnostic.on('response', (_, result) => {
      if (result?.meta.request.params.path === '/_aliases') proxy.cut();
    });
    await fragile.replaceAll(all(document(1), document(2)), 2);
    await through.close();
    await proxy.close();
    expect(await found('orders')).toHaveLength(2);
    expect((await index.indices.standing()).is).toBe('built');
  });

  it('stay when the answer to the swap is lost, whether it happened or not', async () => {
    await index.replaceAll(all(document(1)), 1);
    const { proxy, fragile, client: through } = await behindProxy();
    through.diagnostic.on('request', (_, result) => {
      if (result?.meta.request.params.path === '/_aliases') proxy.stall();
    });
    await expect(fragile.replaceAll(all(document(1), document(2)), 2)).rejects.toThrow();
    await through.close();
    await proxy.close();
    expect(await found('orders')).not.toEqual([]);
    expect((await index.indices.standing()).is).toBe('built');
  });

  it('that are not there are no place to write to: nothing is lost quietly', async () => {
    await expect(index.upsert([document(1)], 1)).rejects.toThrow(ElasticsearchIndexMissingError);
    await expect(index.remove([document(1).assetId], 1)).rejects.toThrow(ElasticsearchIndexMissingError);
    await index.replaceAll(all(document(1)), 2);
    await client.indices.delete({ index: (await names()).filter((name) => name.includes('-model-')) });
    await expect(index.upsert([document(1)], 3)).rejects.toThrow(ElasticsearchIndexMissingError);
    expect(await index.indices.standing()).toEqual({ is: 'missing' });
  });

  it.each<[string, (late: ElasticsearchSearchIndex) => Promise<void>]>([
    ['a write', (late) => late.upsert([document(1)], 3)],
    ['a removal', (late) => late.remove([document(1).assetId], 3)],
  ])('that were just replaced are not made again by %s that comes late', async (_, write) => {
    await index.replaceAll(all(document(1)), 1);
    const late = new ElasticsearchSearchIndex(client, prefix);
    const before = await late.indices.targets();
    late.indices.targets = async () => before;
    await index.replaceAll(all(document(1)), 2);
    const after = await names();
    await expect(write(late)).rejects.toThrow(ElasticsearchIndexMissingError);
    expect(await names()).toEqual(after);
  });

  it('of a newer mapping are said to be so, and are not written to', async () => {
    await index.replaceAll(all(document(1)), 1);
    const [model] = (await names()).filter((name) => name.includes('-model-'));
    await client.indices.putMapping({ index: model!, _meta: { version: 1_000, generation: 'x' } });
    expect(await index.indices.standing()).toEqual({ is: 'newer' });
    await expect(index.upsert([document(2)], 2)).rejects.toThrow(ElasticsearchIndexMissingError);
  });
});

it('what is said of a failure holds nothing of what it was about', async () => {
  await index.replaceAll(all(document(1)), 1);
  const error = await client
    .search({ index: `${prefix}-assets-dataset`, query: { regexp: { name: 'secret[' } } })
    .catch((thrown: unknown) => thrown);
  expect(reasonOf(error)).toBe('ResponseError 400 search_phase_execution_exception');
  expect(reasonOf(new RangeError('secret'))).toBe('RangeError');
});
