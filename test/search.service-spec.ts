import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.js';
import { recordedEvents } from './support/recorded-events.js';
import { killService, runService, serviceEnvironment } from './support/services.js';

const node = serviceEnvironment('elasticsearch')['ELASTICSEARCH_URL']!;
const prefix = `cairn-${randomUUID().slice(0, 8)}`;
const client = new Client({ node });
let cairn: TestCairn;
let proxy: FaultProxy;

beforeAll(async () => {
  proxy = await startFaultProxy({ port: Number(new URL(node).port) });
  cairn = await startTestCairn({
    ...{ ELASTICSEARCH_URL: `http://127.0.0.1:${proxy.port}`, ELASTICSEARCH_INDEX_PREFIX: prefix },
    ELASTICSEARCH_EVENTS: 'true',
  });
}, 60_000);
afterAll(async () => {
  await cairn.stop();
  await proxy.close();
  await client.indices.delete({ index: `${prefix}-*` });
  await client.close();
});

const SEARCH = `query($q: String!, $filter: SearchFilterInput, $first: Int, $after: String) {
  search(query: $q, filter: $filter, first: $first, after: $after) {
    engine isFallback facets { name values { value count } }
    nodes { highlight asset { identityName tags } } pageInfo { hasNextPage endCursor } } }`;
const search = async (q: string, rest: Record<string, unknown> = {}, token?: string): Promise<any> =>
  (await cairn.ask(SEARCH, { q, first: 20, ...rest }, token)).search;
const namesOf = (found: any): string[] => found.nodes.map(({ asset }: any) => asset.identityName).sort();
const create = async (name: string, description?: string) => {
  const i = { name, kind: 'dataset', namespace: 'research/penguins', description };
  await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', { i });
};
const health = async (): Promise<any> => {
  const response = await cairn.http('/health/ready');
  return { status: response.status, ...((await response.json()) as any).parts.search };
};

/** Asks until it holds, for a minute. */ /** Until Elasticsearch itself finds all of these, and answers. */
const untilFound = (q: string, ...names: string[]) =>
  eventually(async () => {
    const found = await search(q, { first: 100 });
    return found.engine === 'elasticsearch' && names.every((name) => namesOf(found).includes(name));
  });

describe('searches with Elasticsearch', () => {
  test('are answered by it, a moment after the change', async () => {
    await create('icebergs.daily_sizes', 'How large the icebergs were.');
    await untilFound('icebergs', 'icebergs.daily_sizes');
    expect(await search('SIZES')).toMatchObject({
      ...{ engine: 'elasticsearch', isFallback: false },
      nodes: [{ highlight: 'icebergs.daily_«sizes»' }],
    });
    expect((await health()).report).toMatchObject({
      ...{
        engine: 'elasticsearch',
        isReachable: true,
        isBehind: false,
        version: expect.stringMatching(/^[89]\./),
      },
    });
    const aliases = await client.indices.getAlias({ name: `${prefix}-assets-*` });
    expect(
      Object.values(aliases)
        .flatMap((one) => Object.keys(one.aliases).filter((alias) => !alias.endsWith('-write')))
        .sort(),
    ).toEqual(['dataset', 'endpoint', 'job', 'model', 'workload'].map((kind) => `${prefix}-assets-${kind}`));
  });

  test('show nobody what they may not see, in hits and in counts', async () => {
    const stranger = await cairn.tokenFor('user:nobody');
    const found = await search('icebergs', {}, stranger);
    expect(found.nodes).toEqual([]);
    expect(found.facets.flatMap(({ values }: any) => values)).toEqual([]);
  });

  test('page on with the engine they were begun on', async () => {
    for (let n = 0; n < 5; n++) await create(`paged-${n}`);
    await untilFound('paged', 'paged-0', 'paged-1', 'paged-2', 'paged-3', 'paged-4');
    const first = await search('paged', { first: 2 });
    const second = await search('paged', { first: 3, after: first.pageInfo.endCursor });
    expect([...namesOf(first), ...namesOf(second)].sort()).toEqual([0, 1, 2, 3, 4].map((n) => `paged-${n}`));
    proxy.cut();
    const { errors } = await cairn.graphql(SEARCH, { q: 'paged', first: 2, after: first.pageInfo.endCursor });
    expect(errors![0]!.message).toMatch(/found by elasticsearch, which cannot answer now/);
    const standIn = await search('paged', { first: 2 });
    expect([standIn.engine, standIn.isFallback]).toEqual(['postgres', true]);
    proxy.heal();
    await untilFound('paged', 'paged-0');
    const goneOn = await search('paged', { first: 3, after: standIn.pageInfo.endCursor });
    expect(goneOn.engine).toBe('postgres');
    expect([...namesOf(standIn), ...namesOf(goneOn)].sort()).toEqual(
      [0, 1, 2, 3, 4].map((n) => `paged-${n}`),
    );
  });

  test('are answered by PostgreSQL, and say so, while it is slow or says nothing', async () => {
    for (const fault of [() => proxy.slow(1_500), () => proxy.stall()]) {
      fault();
      const found = await search('icebergs');
      expect([found.isFallback, namesOf(found)]).toEqual([true, ['icebergs.daily_sizes']]);
      expect((await health()).status).toBe(200);
      proxy.heal();
      await untilFound('icebergs', 'icebergs.daily_sizes');
    }
  });

  test('miss nothing after it was stopped: what changed meanwhile is caught up with, once it is back', async () => {
    await runService('elasticsearch', 'stop');
    const names = Array.from({ length: 30 }, (_, n) => `meanwhile-${n}`);
    for (const name of names) await create(name);
    await eventually(async () => namesOf(await search('meanwhile', { first: 100 })).length === 30);
    expect(await search('meanwhile')).toMatchObject({ engine: 'postgres', isFallback: true });
    expect(await health()).toMatchObject({ status: 200, isDegraded: true, report: { isReachable: false } });
    expect(await cairn.ask('{ deadLetters { id } }')).toEqual({ deadLetters: [] });
    await runService('elasticsearch', 'start');
    await untilFound('meanwhile', ...names);
    await eventually(async () => (await health()).isDegraded === false);
  });

  test('miss nothing after it was killed while it was written to', async () => {
    const names: string[] = [];
    let isOver = false;
    const writing = (async () => {
      while (!isOver) {
        const name = `killed-${names.length}`;
        await create(name);
        names.push(name);
      }
    })();
    await pause(400);
    await killService('elasticsearch');
    await pause(400);
    await runService('elasticsearch', 'start');
    await pause(400);
    isOver = true;
    await writing;
    for (const name of names) await untilFound(name, name);
  });

  test('go on during a rebuild, and what changes meanwhile is in the new index', async () => {
    const before = Object.keys(await client.indices.get({ index: `${prefix}-assets-dataset` }));
    let isOver = false;
    const rebuilding = cairn.ask('mutation { rebuildSearchIndex }').finally(() => (isOver = true));
    const names: string[] = [];
    while (!isOver) {
      names.push(`rebuilt-${names.length}`);
      await create(names.at(-1)!);
      expect((await search('icebergs')).engine).toBe('elasticsearch');
    }
    expect((await rebuilding).rebuildSearchIndex).toBeGreaterThan(30);
    await untilFound('rebuilt', ...names.slice(0, 100));
    const after = Object.keys(await client.indices.get({ index: `${prefix}-assets-dataset` }));
    expect(after).not.toEqual(before);
    expect(Object.keys(await client.indices.get({ index: `${prefix}-assets-*` }))).toHaveLength(5);
  });

  test('have their indices built anew when they are gone', async () => {
    await client.indices.delete({ index: `${prefix}-assets-*` });
    expect((await search('icebergs')).isFallback).toBe(true);
    await cairn.restart();
    await untilFound('icebergs', 'icebergs.daily_sizes');
  });
});

describe('events in Elasticsearch', () => {
  const send = async (events: readonly object[]) => {
    const response = await cairn.http('/api/v1/lineage/batch', {
      ...{ method: 'POST', body: JSON.stringify(events), headers: { 'content-type': 'application/json' } },
    });
    expect(response.ok).toBe(true);
  };
  const copied = async (query: object = { match_all: {} }): Promise<any[]> => {
    await client.indices.refresh({ index: `${prefix}-events` });
    const found = await client.search({ index: `${prefix}-events`, size: 1_000, query });
    return found.hits.hits;
  };
  const logged = async (): Promise<number> => {
    let count = 0;
    for (let after: string | null = null, more = true; more;) {
      const { lineageEvents }: any = await cairn.ask(
        'query($after: String) { lineageEvents(first: 200, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      count += lineageEvents.nodes.length;
      ({ hasNextPage: more, endCursor: after } = lineageEvents.pageInfo);
    }
    return count;
  };

  test('are in fields of ECS, each once, also those that came while it was away', async () => {
    await send(recordedEvents('spark').slice(0, 40));
    await eventually(async () => (await copied()).length === (await logged()));
    await runService('elasticsearch', 'stop');
    await send(recordedEvents('airflow').slice(0, 40));
    await send(recordedEvents('spark').slice(0, 40));
    await runService('elasticsearch', 'start');
    const all = await logged();
    expect(all).toBeGreaterThan(40);
    await eventually(async () => (await copied()).length === all);
    const ends = await copied({ term: { 'event.action': 'complete' } });
    expect(ends.length).toBeGreaterThan(0);
    for (const { _id, _source } of ends) {
      expect(_source).toMatchObject({
        '@timestamp': expect.any(String),
        event: { id: _id, kind: 'event', category: ['process'], type: ['end'], outcome: 'success' },
        user: { name: 'user:admin' },
        openlineage: {
          event_type: 'COMPLETE',
          job: { name: expect.any(String) },
          run: { id: expect.any(String) },
        },
      });
      expect(JSON.parse(_source.event.original).job.name).toBe(_source.openlineage.job.name);
    }
  });

  test('make no field of what a facet holds', async () => {
    const before = await client.indices.getMapping({ index: `${prefix}-events` });
    const runFacets = {
      odd: {
        _producer: 'urn:x',
        _schemaURL: 'urn:x',
        ...Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`k${i}`, i])),
      },
    };
    const [event] = recordedEvents('spark');
    const runId = randomUUID();
    await send([{ ...event, run: { runId, facets: runFacets } }]);
    await eventually(async () => (await copied({ term: { 'openlineage.run.id': runId } })).length === 1);
    expect(await client.indices.getMapping({ index: `${prefix}-events` })).toEqual(before);
  });
});
