import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import * as shapes from './fixtures/marquez/shapes.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

let cairn: TestCairn;
/** Sees `external`, not the vault. */
let ada: string;
/** Sees everything, manages nothing. */
let max: string;

const DB = 'postgres://db:5432';
const NS = encodeURIComponent(DB);
const DAY_MS = 86_400_000;
/** Runs of today, so that statistics show them. */
const began = new Date(Date.now() - 60_000);
const at = (seconds: number) => new Date(began.getTime() + seconds * 1000).toISOString();

const facet = (value: object) => ({
  _producer: 'https://example.com/etl',
  _schemaURL: 'https://example.com/schema.json',
  ...value,
});
const schema = (...names: string[]) => ({
  schema: facet({ fields: names.map((name) => ({ name, type: 'text' })) }),
});
const from = (namespace: string, name: string, field: string) => ({
  inputFields: [{ namespace, name, field, transformations: [{ type: 'DIRECT', subtype: 'IDENTITY' }] }],
});
const parent = randomUUID();
const [first, second, leaky, doomed] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
/** Some microseconds after a whole millisecond, as most producers tell time. */
const event = (runId: string, name: string, eventType: string, seconds: number, rest: object = {}) => ({
  ...{
    eventType,
    eventTime: at(seconds).replace('Z', '400Z'),
    run: { runId },
    job: { namespace: 'etl', name },
  },
  producer: 'https://example.com/etl',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  ...rest,
});
const orders = { namespace: DB, name: 'shop.orders', facets: schema('id', 'email') };
const clean = (...columns: string[]) => ({
  namespace: DB,
  name: 'shop.clean',
  facets: {
    ...schema(...columns),
    columnLineage: facet({
      fields: Object.fromEntries(columns.map((column) => [column, from(DB, 'shop.orders', column)])),
    }),
  },
});
const secret = { namespace: 'vault', name: 'salaries', facets: schema('amount') };
const EVENTS = [
  event(first, 'dag.clean', 'START', 0, {
    run: {
      runId: first,
      facets: {
        parent: facet({ run: { runId: parent }, job: { namespace: 'etl', name: 'dag' } }),
        nominalTime: facet({ nominalStartTime: '2026-11-25T00:00:00Z' }),
      },
    },
    job: {
      namespace: 'etl',
      name: 'dag.clean',
      facets: {
        sql: facet({ query: 'SELECT 1' }),
        sourceCodeLocation: facet({ type: 'git', url: 'https://example.com/repo' }),
        documentation: facet({ description: 'cleans' }),
      },
    },
    inputs: [orders],
  }),
  event(first, 'dag.clean', 'COMPLETE', 5, { outputs: [clean('id')] }),
  event(second, 'dag.clean', 'START', 10, {
    run: {
      runId: second,
      facets: { parent: facet({ run: { runId: parent }, job: { namespace: 'etl', name: 'dag' } }) },
    },
    inputs: [orders],
  }),
  event(second, 'dag.clean', 'COMPLETE', 15, { outputs: [clean('id', 'email')] }),
  event(leaky, 'pay', 'START', 20, {
    inputs: [{ namespace: DB, name: 'shop.clean' }, secret],
    run: { runId: leaky, facets: { note: facet({ about: { namespace: 'vault', name: 'salaries' } }) } },
  }),
  event(leaky, 'pay', 'COMPLETE', 25, {
    outputs: [{ namespace: DB, name: 'shop.report', facets: schema('amount') }],
  }),
  event(doomed, 'doomed', 'START', 30),
  event(doomed, 'doomed', 'FAIL', 31),
];

beforeAll(async () => {
  cairn = await startTestCairn({ CAIRN_POLICY_DIR: path.resolve('test/fixtures/lineage-policies') });
  ada = await cairn.tokenFor('user:ada');
  max = await cairn.tokenFor('user:max');
  const posted = await cairn.http('/api/v1/lineage/batch', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(EVENTS),
    token: max,
  });
  expect(await posted.json()).toMatchObject({ summary: { failed: 0 } });
}, 60_000);
afterAll(() => cairn.stop());

const ask = async (route: string, { token = max, method = 'GET' } = {}) => {
  const response = await cairn.http(`/api/v1${route}`, { method, token });
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
};
/** An answer that has Marquez's shape. */
const get = async <Shape extends z.ZodType>(shape: Shape, route: string, token = max): Promise<any> => {
  const { status, body } = await ask(route, { token });
  if (status !== 200) throw new Error(`${route}: ${status} ${JSON.stringify(body)}`);
  shape.parse(body);
  return body;
};
const failure = async (route: string, options?: { token?: string; method?: string }) => {
  const { status, body } = await ask(route, options);
  expect(shapes.error.parse(body).code).toBe(status);
  return `${status} ${body.message}`;
};

describe('what Marquez clients read', () => {
  test('namespaces and sources', async () => {
    const { namespaces } = await get(shapes.namespaces, '/namespaces');
    expect(namespaces.map((one: any) => one.name)).toEqual(['etl', DB, 'vault']);
    expect((await get(shapes.namespaces, '/namespaces?limit=1&offset=1')).namespaces).toEqual([
      namespaces[1],
    ]);
    expect(await get(shapes.namespace, `/namespaces/${NS}`)).toEqual(namespaces[1]);
    const { sources } = await get(shapes.sources, '/sources');
    expect(sources.map((one: any) => [one.name, one.type, one.connectionUrl])).toEqual([
      [DB, 'POSTGRES', DB],
      ['vault', 'OTHER', 'vault'],
    ]);
    expect(await get(shapes.source, `/sources/${NS}`)).toEqual(sources[0]);
    expect(await failure('/sources/etl')).toBe('404 Source "etl" does not exist, or you may not see it.');
  });

  test('datasets have their columns, what these follow from, when they were written', async () => {
    const list = await get(shapes.datasets, `/namespaces/${NS}/datasets`);
    expect(list.totalCount).toBe(3);
    expect(list.datasets.map((one: any) => one.name)).toEqual(['shop.clean', 'shop.orders', 'shop.report']);
    const page = await get(shapes.datasets, `/namespaces/${NS}/datasets?limit=1&offset=2`);
    expect(page).toMatchObject({ totalCount: 3, datasets: [{ name: 'shop.report' }] });
    const one = await get(shapes.dataset, `/namespaces/${NS}/datasets/shop.clean`);
    expect(one).toMatchObject({
      ...{ sourceName: DB, lastModifiedAt: at(15), lastLifecycleState: null, deleted: false, tags: [] },
      fields: [{ name: 'id' }, { name: 'email' }],
      columnLineage: ['email', 'id'].map((field) => ({
        name: field,
        inputFields: [{ namespace: DB, dataset: 'shop.orders', field, transformationType: 'DIRECT' }],
      })),
    });
    expect({ ...one, currentVersion: null }).toEqual(list.datasets[0]);
  });

  test('each run that wrote a dataset made a version, with the columns that it told', async () => {
    const route = `/namespaces/${NS}/datasets/shop.clean`;
    const { versions, totalCount } = await get(shapes.datasetVersions, `${route}/versions`);
    expect(totalCount).toBe(2);
    expect(versions.map((one: any) => one.createdByRun.id)).toEqual([second, first]);
    expect(versions.map((one: any) => one.fields.map((field: any) => field.name))).toEqual([
      ['id', 'email'],
      ['id'],
    ]);
    expect((await get(shapes.dataset, route)).currentVersion).toBe(versions[0].version);
    expect(await get(shapes.datasetVersion, `${route}/versions/${versions[1].version}`)).toEqual(versions[1]);
    const { outputDatasetVersions } = await get(shapes.run, `/jobs/runs/${second}`);
    expect(outputDatasetVersions[0].datasetVersionId).toEqual(versions[0].id);
    expect(await failure(`${route}/versions/${randomUUID()}`)).toMatch(/^404 Dataset version/);
    expect(await failure(`${route}/versions/latest`)).toBe('400 version: must be a UUID');
  });

  test('a version that its producer named has one id wherever it is told', async () => {
    const runId = randomUUID();
    const named = { namespace: 'lake', name: 't', facets: { version: facet({ datasetVersion: 'v7 ü' }) } };
    await cairn.http('/api/v1/lineage', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event(runId, 'versioned', 'COMPLETE', 40, { outputs: [named], inputs: [orders] })),
    });
    const { versions, totalCount } = await get(
      shapes.datasetVersions,
      '/namespaces/lake/datasets/t/versions',
    );
    expect(totalCount).toBe(1);
    const run = await get(shapes.run, `/jobs/runs/${runId}`);
    expect(run.outputDatasetVersions[0].datasetVersionId).toEqual(versions[0].id);
    const read = run.inputDatasetVersions[0].datasetVersionId;
    const version = await get(
      shapes.datasetVersion,
      `/namespaces/${NS}/datasets/shop.orders/versions/${read.version}`,
    );
    expect(version.fields.map((field: any) => field.name)).toEqual(['id', 'email']);
  });

  test('jobs, the last to run first, with their latest runs and the job that they are part of', async () => {
    const { jobs, totalCount } = await get(shapes.jobs, '/namespaces/etl/jobs');
    expect(totalCount).toBe(5);
    expect(jobs.map((one: any) => one.name)).toEqual(['versioned', 'doomed', 'pay', 'dag.clean', 'dag']);
    const job = await get(shapes.job, '/namespaces/etl/jobs/dag.clean');
    expect(job).toEqual(jobs[3]);
    expect(job).toMatchObject({
      ...{ type: 'BATCH', simpleName: 'clean', parentJobName: 'dag', description: 'cleans' },
      location: 'https://example.com/repo',
      inputs: [{ namespace: DB, name: 'shop.orders' }],
      outputs: [{ namespace: DB, name: 'shop.clean' }],
      latestRun: { id: second, state: 'COMPLETED', durationMs: 5000 },
    });
    expect(job.latestRuns.map((run: any) => run.id)).toEqual([second, first]);
    expect(job.latestRuns[1].nominalStartTime).toBe('2026-11-25T00:00:00.000000Z');
    const failed = await get(shapes.jobs, '/jobs?lastRunStates=FAILED&lastRunStates=ABORTED');
    expect(failed).toMatchObject({ totalCount: 1, jobs: [{ name: 'doomed' }] });
    const { versions } = await get(shapes.jobVersions, '/namespaces/etl/jobs/dag.clean/versions');
    expect(versions).toHaveLength(1);
    const route = `/namespaces/etl/jobs/dag.clean/versions/${job.currentVersion}`;
    expect(await get(shapes.jobVersion, route)).toEqual(versions[0]);
  });

  test('runs and their facets, those of the job as the run told them', async () => {
    const { runs, totalCount } = await get(
      shapes.runs,
      '/namespaces/etl/jobs/dag.clean/runs?limit=1&offset=1',
    );
    expect([totalCount, runs[0].id, runs[0].state]).toEqual([2, first, 'COMPLETED']);
    expect(await get(shapes.run, `/jobs/runs/${first.toUpperCase()}`)).toEqual(runs[0]);
    expect(Object.keys(runs[0].facets)).toEqual(['nominalTime', 'parent']);
    const ofJob = await get(shapes.runFacets, `/jobs/runs/${first}/facets?type=job`);
    expect(ofJob.facets.sql.query).toBe('SELECT 1');
    const ofRun = await get(shapes.runFacets, `/jobs/runs/${first}/facets?type=run`);
    expect(ofRun).toEqual({ runId: first, facets: runs[0].facets });
    expect((await get(shapes.run, `/jobs/runs/${parent}`)).state).toBe('NEW');
    expect(await failure(`/jobs/runs/${first}/facets`)).toBe('400 type: must be run or job');
    expect(await failure(`/jobs/runs/${randomUUID()}`)).toMatch(/^404 Run/);
  });

  test('lineage is one graph whose edges lead from node to node', async () => {
    const nodeId = encodeURIComponent(`dataset:${DB}:shop.clean`);
    const { graph } = await get(shapes.lineage, `/lineage?nodeId=${nodeId}`);
    const edges = graph.flatMap((node: any) =>
      node.outEdges.map((edge: any) => [edge.origin, edge.destination]),
    );
    expect(edges).toEqual(
      expect.arrayContaining([
        [`dataset:${DB}:shop.orders`, 'job:etl:dag.clean'],
        ['job:etl:dag.clean', `dataset:${DB}:shop.clean`],
        [`dataset:${DB}:shop.clean`, 'job:etl:pay'],
      ]),
    );
    const ids = graph.map((node: any) => node.id);
    expect(ids).toEqual([...ids].sort());
    expect(ids).toEqual(expect.arrayContaining(edges.flat()));
    const into = graph.flatMap((node: any) =>
      node.inEdges.map((edge: any) => [edge.origin, edge.destination]),
    );
    expect(into.sort()).toEqual(edges.sort());
    const near = await get(shapes.lineage, `/lineage?nodeId=job:etl:doomed&depth=0`);
    expect(near.graph).toMatchObject([{ id: 'job:etl:doomed', inEdges: [], outEdges: [] }]);
    expect((await ask(`/lineage?nodeId=${nodeId}&depth=1000000`)).headers.get('cairn-truncated')).toBe(
      'false',
    );
    expect(await failure(`/lineage?nodeId=${nodeId}x`)).toMatch(/^404 Node/);
    expect(await failure('/lineage?nodeId=clean')).toMatch(/^400 nodeId: must be dataset:/);
    expect(await failure('/lineage')).toMatch(/^400 nodeId:/);
  });

  test('lineage of columns, of a dataset, a column, a job, and of an earlier version', async () => {
    const column = (dataset: string, name: string) => `datasetField:${DB}:${dataset}:${name}`;
    const of = async (nodeId: string, more = '') =>
      (await get(shapes.columnLineage, `/column-lineage?nodeId=${encodeURIComponent(nodeId)}${more}`)).graph;
    const all = ['shop.clean', 'shop.orders'].flatMap((name) => [column(name, 'email'), column(name, 'id')]);
    const graph = await of(`dataset:${DB}:shop.clean`);
    expect(graph.map((node: any) => node.id)).toEqual(all);
    expect(graph[0]).toMatchObject({
      data: { fieldType: 'text', inputFields: [{ dataset: 'shop.orders', field: 'email' }] },
      inEdges: [{ origin: all[0], destination: all[2] }],
      outEdges: [],
    });
    expect(await of('job:etl:dag.clean')).toEqual(graph);
    expect((await of(all[0]!)).map((node: any) => node.id)).toEqual([all[0], all[2]]);
    expect(await of(all[2]!)).toEqual([]);
    expect((await of(all[2]!, '&withDownstream=true')).map((node: any) => node.id)).toEqual([all[0], all[2]]);
    const { versions } = await get(shapes.datasetVersions, `/namespaces/${NS}/datasets/shop.clean/versions`);
    const earlier = await of(`dataset:${DB}:shop.clean#${versions[1].version}`);
    expect(earlier.map((node: any) => node.id)).toEqual([all[1], all[3]]);
  });

  test('events by their time, either way', async () => {
    const { events, totalCount } = await get(shapes.events, '/events/lineage?limit=2');
    expect([totalCount, events.length]).toEqual([EVENTS.length + 1, 2]);
    expect(events[1]).toEqual(EVENTS.at(-1));
    const bounds = `after=${at(5)}&before=${at(15)}&sortDirection=asc`;
    expect(await get(shapes.events, `/events/lineage?${bounds}`)).toEqual({
      events: EVENTS.slice(1, 3),
      totalCount: 2,
    });
    expect(await get(shapes.events, `/events/lineage?${bounds}&offset=1`)).toEqual({
      events: EVENTS.slice(2, 3),
      totalCount: 2,
    });
    expect(await failure('/events/lineage?after=yesterday')).toMatch(/^400 after: must be an instant/);
  });

  test('search finds parts of names without regard to case', async () => {
    const { results } = await get(shapes.search, '/search?q=CLEAN');
    expect(results.map((one: any) => one.nodeId)).toEqual(['job:etl:dag.clean', `dataset:${DB}:shop.clean`]);
    const names = async (query: string) =>
      (await get(shapes.search, `/search?${query}`)).results.map((one: any) => one.name);
    expect(await names('q=clean&filter=JOB&sort=UPDATE_AT')).toEqual(['dag.clean']);
    expect(await names(`q=o&namespace=${NS}&limit=1`)).toEqual(['shop.clean']);
    expect(await names('q=shop_cle%25n')).toEqual(['shop.clean']);
    expect(await names('q=shop%5C')).toEqual([]);
    expect(await names('q=clean&before=2020-01-01')).toEqual([]);
    expect(await failure('/search?q=')).toBe('400 q: must not be empty');
    expect(await failure('/search?q=a&before=soon')).toBe('400 before: must be a day like 2026-11-23');
  });

  test('counts over time end with what there is now', async () => {
    for (const [route, count] of [
      ['jobs', 5],
      ['datasets', 5],
      ['sources', 3],
    ] as const) {
      const days = await get(shapes.assetCounts, `/stats/${route}?period=WEEK&timezone=Asia/Kathmandu`);
      expect(days).toHaveLength(7);
      expect([days[0].count, days[6].count]).toEqual([0, count]);
      expect(Date.parse(days[1].startInterval) - Date.parse(days[0].startInterval)).toBe(DAY_MS);
    }
    const hours = await get(shapes.runCounts, '/stats/lineage-events?period=DAY');
    expect(hours).toHaveLength(24);
    const sum = (key: string) => hours.reduce((all: number, hour: any) => all + hour[key], 0);
    expect([sum('start'), sum('complete'), sum('fail'), sum('abort')]).toEqual([4, 4, 1, 0]);
    expect(await failure('/stats/jobs?period=YEAR')).toBe('400 period: must be DAY or WEEK');
    expect(await failure("/stats/jobs?period=WEEK&timezone=Mars/'x")).toMatch(/^400 timezone:/);
  });
});

describe('what policy hides', () => {
  test('is nowhere: no namespace, name, count, run, version or facet', async () => {
    const { namespaces } = await get(shapes.namespaces, '/namespaces', ada);
    expect(namespaces.map((one: any) => one.name)).not.toContain('vault');
    for (const route of ['', '/datasets', '/jobs', '/datasets/salaries'])
      expect(await failure(`/namespaces/vault${route}`, { token: ada })).toMatch(/^404/);
    expect(await failure('/lineage?nodeId=dataset:vault:salaries', { token: ada })).toMatch(/^404/);
    expect((await get(shapes.search, '/search?q=salar', ada)).results).toEqual([]);
    const sources = await get(shapes.assetCounts, '/stats/sources?period=DAY', ada);
    expect(sources.at(-1).count).toBe(2);
    const routes = [
      '/sources',
      '/jobs',
      '/namespaces/etl/jobs/pay',
      `/jobs/runs/${leaky}`,
      `/jobs/runs/${leaky}/facets?type=run`,
      '/lineage?nodeId=job:etl:pay',
      `/namespaces/${NS}/datasets`,
      '/events/lineage',
      '/tags',
    ];
    for (const route of routes) {
      const { status, body } = await ask(route, { token: ada });
      expect([route, status]).toEqual([route, 200]);
      expect([route, JSON.stringify(body).match(/vault|salaries/)]).toEqual([route, null]);
    }
  });

  test('an event that names what is hidden is told without what it read and wrote', async () => {
    const { events, totalCount } = await get(
      shapes.events,
      `/events/lineage?after=${at(20)}&before=${at(30)}`,
      ada,
    );
    expect(totalCount).toBe(2);
    expect(events[1]).toMatchObject({
      ...{ eventType: 'START', run: { runId: leaky, facets: {} }, inputs: [], outputs: [] },
      job: { namespace: 'etl', name: 'pay' },
    });
    expect(events[0]).toEqual(EVENTS[5]);
  });

  test('a graph goes on behind what is hidden', async () => {
    const runId = randomUUID();
    await cairn.http('/api/v1/lineage', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(
        event(runId, 'pay.refill', 'COMPLETE', 50, {
          inputs: [{ namespace: 'lake', name: 'behind' }],
          outputs: [{ namespace: 'vault', name: 'salaries' }],
        }),
      ),
    });
    const { graph } = await get(shapes.lineage, '/lineage?nodeId=job:etl:pay', ada);
    expect(graph.map((node: any) => node.id)).toEqual(
      expect.arrayContaining(['dataset:lake:behind', 'job:etl:pay.refill']),
    );
    expect(graph.find((node: any) => node.id === 'job:etl:pay.refill')).toMatchObject({
      ...{ outEdges: [], data: { outputs: [] } },
      inEdges: [{ origin: 'dataset:lake:behind', destination: 'job:etl:pay.refill' }],
    });
  });

  test('nothing is answered without a token; a browser may send it as a password, to read', async () => {
    const none = await cairn.http('/api/v1/namespaces', { token: '' });
    expect(none.status).toBe(401);
    expect(none.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    shapes.error.parse(await none.json());
    const headers = { authorization: `Basic ${Buffer.from(`anyone:${max}`).toString('base64')}` };
    const bare = (route: string, method = 'GET') => fetch(`${cairn.url}/api/v1${route}`, { headers, method });
    expect((await bare('/namespaces')).status).toBe(200);
    expect((await bare('/tags/pii', 'PUT')).status).toBe(401);
  });
});

describe('what Marquez clients write', () => {
  test('tags are classifications, under policy, and those who tag at once lose nothing', async () => {
    const route = `/namespaces/${NS}/datasets/shop.orders`;
    const admin = cairn.adminToken;
    expect(await failure(`${route}/tags/pii`, { method: 'POST', token: max })).toMatch(/^403/);
    const names = Array.from({ length: 10 }, (_, i) => `pii.kind${i}`);
    const answers = await Promise.all(
      names.map((tag) => ask(`${route}/tags/${tag}`, { method: 'POST', token: admin })),
    );
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    expect((await get(shapes.dataset, route)).tags).toEqual(names);
    expect((await get(shapes.tags, '/tags?limit=3')).tags.map((tag: any) => tag.name)).toEqual(
      names.slice(0, 3),
    );
    const removed = await ask(`${route}/tags/pii.kind0`, { method: 'DELETE', token: admin });
    expect(shapes.dataset.parse(removed.body).tags).toEqual(names.slice(1));
    const job = await ask('/namespaces/etl/jobs/dag.clean/tags/nightly', { method: 'POST', token: admin });
    expect(shapes.job.parse(job.body).tags).toEqual(['nightly']);
    expect(await failure(`${route}/tags/NOT%20ONE`, { method: 'POST', token: admin })).toMatch(
      /^400 .*must be a classification/,
    );
  });

  test('everything else is refused with what to do instead', async () => {
    for (const [method, route] of [
      ['PUT', '/namespaces/mine'],
      ['PUT', '/sources/mine'],
      ['PUT', `/namespaces/${NS}/datasets/mine`],
      ['POST', '/namespaces/etl/jobs/pay/runs'],
      ['POST', `/jobs/runs/${first}/complete`],
      ['DELETE', '/namespaces/etl/jobs/pay'],
      ['POST', `/namespaces/${NS}/datasets/shop.orders/fields/id/tags/pii`],
    ] as const)
      expect(await failure(route, { method })).toMatch(/^405 .*POST \/api\/v1\/lineage/);
  });

  test.each([
    ['/namespaces?limit=-1', 'limit'],
    ['/namespaces?limit=1&limit=2', 'limit'],
    ['/namespaces?offset=99999999', 'offset'],
    ['/jobs?lastRunStates=DONE', 'lastRunStates'],
    [`/lineage?nodeId=datasetField:${'a:'.repeat(40)}b`, 'nodeId'],
    ['/lineage?nodeId=job:etl:pay&depth=deep', 'depth'],
    ['/column-lineage?nodeId=job:etl:pay&withDownstream=perhaps', 'withDownstream'],
    ['/namespaces/a%00b', 'namespace'],
  ])('%s is refused by the name of its field', async (route, field) => {
    expect(await failure(route)).toMatch(new RegExp(`^400 ${field}(\\[0\\])?: `));
  });
});

test('what comes under several names is shown once, with what was told under each', async () => {
  const runs = [randomUUID(), randomUUID()];
  const written = ['s3://lakes', 's3a://lakes'].map((namespace, i) =>
    event(runs[i]!, 'fill', 'COMPLETE', 40 + i, {
      outputs: [{ namespace, name: 'finds', facets: schema(...['id', 'depth'].slice(0, i + 1)) }],
    }),
  );
  await cairn.http('/api/v1/lineage/batch', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(written),
  });
  const route = `/namespaces/${encodeURIComponent('s3://lakes')}/datasets`;
  const { datasets } = await get(shapes.datasets, route);
  expect(datasets.map((one: any) => one.name)).toEqual(['finds']);
  const { namespaces } = await get(shapes.namespaces, '/namespaces');
  expect(namespaces.map((one: any) => one.name)).not.toContain('s3a://lakes');
  const { versions } = await get(shapes.datasetVersions, `${route}/finds/versions`);
  expect(versions.map((one: any) => one.createdByRun.id)).toEqual([runs[1], runs[0]]);
  expect(versions.map((one: any) => one.fields.map((field: any) => field.name))).toEqual([
    ['id', 'depth'],
    ['id'],
  ]);
  const around = async (namespace: string) =>
    (await get(shapes.lineage, `/lineage?nodeId=${encodeURIComponent(`dataset:${namespace}:finds`)}`)).graph;
  expect((await around('s3a://lakes')).map((node: any) => node.id)).toEqual([
    'dataset:s3://lakes:finds',
    'job:etl:fill',
  ]);
  expect(await around('s3a://lakes')).toEqual(await around('s3://lakes'));
});
