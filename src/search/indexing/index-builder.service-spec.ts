import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '@elastic/elasticsearch';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type OpenDatabase, openTestDatabase } from '../../../test/support/platform.js';
import { serviceEnvironment } from '../../../test/support/services.js';
import { loadConfig } from '../../platform/index.js';
import { Elasticsearch } from '../drivers/elasticsearch/elasticsearch.js';
import type { SearchDocument } from '../search-index.js';
import type { DocumentRepository } from './document.repository.js';
import { GenerationRepository } from './generation.repository.js';
import { IndexBuilder, SearchBuildLostError } from './index-builder.js';
import { PendingRepository } from './pending.repository.js';

const node = serviceEnvironment('elasticsearch')['ELASTICSEARCH_URL']!;
const client = new Client({ node });
let open: OpenDatabase;
let prefix: string;
let elasticsearch: Elasticsearch;
let generations: GenerationRepository;

beforeAll(async () => {
  open = await openTestDatabase();
  generations = new GenerationRepository(open.database);
});
afterAll(() => open.close());
beforeEach(async () => {
  prefix = `test-${randomUUID()}`;
  const env = { ELASTICSEARCH_URL: node, ELASTICSEARCH_INDEX_PREFIX: prefix };
  elasticsearch = await Elasticsearch.open(loadConfig(env), pino({ level: 'silent' }));
});
afterEach(async () => {
  await elasticsearch.onApplicationShutdown();
  await client.indices.delete({ index: `${prefix}-*` });
});

/** A builder over a catalog whose reading takes a while. */
function builder(readMs = 0): IndexBuilder {
  async function* all(): AsyncGenerator<readonly SearchDocument[]> {
    await pause(readMs);
    yield [];
    await pause(readMs);
  }
  const documents: Pick<DocumentRepository, 'all'> = { all };
  const pending = new PendingRepository(open.database);
  return new IndexBuilder(elasticsearch, generations, pending, documents as DocumentRepository);
}
const held = async () => true;
const names = async () => Object.keys(await client.indices.get({ index: `${prefix}-*` })).sort();

it('a building that takes long keeps others from it all the while', async () => {
  let renewals = 0;
  await builder(300).build(async () => ++renewals > 0, 50);
  expect(renewals).toBeGreaterThan(3);
  expect(await builder().standing()).toBe('current');
});

it.each<[string, () => Promise<boolean>]>([
  ['was taken over', async () => false],
  ['could not be kept', () => Promise.reject(new Error('the database is away'))],
])('a building that %s ends, and what stood before stays', async (_, renew) => {
  await builder().build(held);
  const [before, known] = [await names(), await generations.find()];
  await expect(builder(200).build(renew, 50)).rejects.toThrow(SearchBuildLostError);
  expect(await names()).toEqual(before);
  expect(await generations.find()).toEqual(known);
  expect(await builder().standing()).toBe('current');
});

it('a request that comes during a building is not met by it', async () => {
  const first = await generations.request();
  let second: string | undefined;
  await builder(200).build(async () => (second ??= await generations.request()) !== undefined, 50);
  expect(second).not.toBe(first);
  expect((await generations.find())!.due).toBe(second);
  await builder().build(held);
  expect((await generations.find())!.due).toBeNull();
});

it('a batch that was told, or half told, is no reason to build; one that this database knows nothing of is', async () => {
  await builder().build(held);
  const { generation, told } = (await generations.find())!;
  const tell = async (version: number) => elasticsearch.index!.remove([randomUUID()], version);
  await generations.telling(generation!, told + 1);
  expect(await builder().standing()).toBe('current');
  await tell(told + 1);
  expect(await builder().standing()).toBe('current');
  await generations.told(generation!, told + 1);
  expect(await builder().standing()).toBe('current');
  await tell(told + 5);
  expect(await builder().standing()).toBe('other');
});
