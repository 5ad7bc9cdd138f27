import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { AssetService } from '../src/catalog/index.js';
import { Projector } from '../src/lineage/index.js';
import { Database } from '../src/platform/index.js';
import { dataset, event, facet, runId, startTestLineage } from './support/lineage.js';
import { recordedEvents } from './support/recorded-events.js';

const { cairn, max, post, stored, assetByName, query, countOf } = await startTestLineage();
afterAll(() => cairn.stop());

describe('ingestion', () => {
  test('an event is on disk when it is answered, and its facets come back whole, also those nobody knows', async () => {
    const odd = facet({ a: [1, 2.5, null, { b: true }], 'with space': 'ü🙂', nested: { deep: { er: [] } } });
    const sent = event({
      outputs: [dataset('whole', { odd })],
      job: { namespace: 'etl', name: 'whole', facets: { mine: odd } },
      extra: { kept: true },
    });
    const answer = await stored(sent);
    expect(answer).toMatchObject({ isDuplicate: false, warnings: [] });
    const rows = await query('SELECT body, principal, kind FROM lineage_event WHERE id = $1', [answer['id']]);
    expect(rows).toEqual([{ body: sent, principal: 'user:max', kind: 'run' }]);
    expect((await assetByName('facets', 'whole')).facets).toEqual({ odd });
    expect((await assetByName('facets', 'whole', { kind: 'job', namespace: 'etl' })).facets).toEqual({
      mine: odd,
    });
  });

  test('the same event again is one row', async () => {
    const twice = event();
    const first = await stored(twice);
    const before = await countOf('lineage_event');
    const reordered = Object.fromEntries(Object.entries(twice).reverse());
    expect(await stored(reordered)).toEqual({ ...first, isDuplicate: true });
    expect(await countOf('lineage_event')).toBe(before);
  });

  test('all three kinds of event are taken, in gzip too', async () => {
    const { run: _run, eventType: _type, ...jobEvent } = event({ inputs: [dataset('kinds')] });
    const {
      job: _job,
      inputs: _inputs,
      ...datasetEvent
    }: Record<string, unknown> = {
      ...jobEvent,
      dataset: dataset('kinds', { schema: facet({ fields: [{ name: 'id', type: 'int' }] }) }),
    };
    for (const body of [event(), jobEvent, datasetEvent]) {
      const response = await post(gzipSync(JSON.stringify(body)), {
        headers: { 'content-encoding': 'gzip' },
      });
      expect(response.status).toBe(201);
    }
    expect((await assetByName('columns { name type description }', 'kinds')).columns).toEqual([
      { name: 'id', type: 'int', description: null },
    ]);
  });

  test('secrets are gone before the disk', async () => {
    const password = 'hunter2-very-secret';
    const answer = await stored(
      event({
        run: {
          runId: runId(),
          facets: {
            conf: facet({ properties: { 'db.password': password, url: `postgres://pia:${password}@db/x` } }),
          },
        },
        job: {
          namespace: 'etl',
          name: 'secrets',
          facets: { sql: facet({ query: `CREATE USER x IDENTIFIED BY '${password}'` }) },
        },
      }),
    );
    expect(answer['warnings'].map((warning: any) => warning.path)).toContain(
      'run.facets.conf.properties.db.password',
    );
    const rows = await query(
      `SELECT (SELECT string_agg(e::text, '') FROM lineage_event e) || (SELECT string_agg(v::text, '') FROM lineage_facet_value v) AS everything`,
    );
    expect(rows[0].everything).not.toContain(password);
  });

  test('what real producers get wrong is taken with a warning', async () => {
    const [flink] = recordedEvents('flink');
    const answer = await stored(flink);
    expect(answer['warnings'][0]).toEqual({
      path: 'inputs[0].namespace',
      rule: expect.stringContaining('unknown'),
    });
    const broken = await stored(
      event({ outputs: [dataset('broken', { schema: facet({ fields: 'none' }) })] }),
    );
    expect(broken['warnings']).toEqual([
      { path: 'outputs[0].facets.schema.fields', rule: expect.stringContaining('facet schema') },
    ]);
    const odd = await stored(event({ outputs: [dataset('nul\0byte', { mine: facet({ half: '\ud800' }) })] }));
    expect(odd['warnings']).toHaveLength(2);
  });

  test.each(['1970-01-01T00:00:00Z', '2100-01-01T00:00:00Z'])(
    'an event of %s finds its place',
    async (eventTime) => {
      const isFuture = Date.parse(eventTime) > Date.now();
      const { warnings } = await stored(event({ eventTime, inputs: [dataset(`at ${eventTime}`)] }));
      expect(warnings).toEqual(
        isFuture ? [{ path: 'eventTime', rule: expect.stringContaining('lies in the future') }] : [],
      );
      const found = await assetByName(
        `lineage(depth: 1) { edges { firstSeenAt } } then: lineage(depth: 1, asOf: "${eventTime}") { edges { firstSeenAt } }`,
        `at ${eventTime}`,
      );
      const edges = [{ firstSeenAt: eventTime.replace('Z', '.000Z') }];
      expect(found.then.edges).toEqual(edges);
      expect(found.lineage.edges).toEqual(isFuture ? [] : edges);
    },
  );

  test('a batch stores what it can and says what it could not, by index', async () => {
    const good = () => event();
    const response = await post([good(), { ...event(), run: undefined, job: { name: 'x' } }, good(), 5], {
      route: '/batch',
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'partial_success',
      summary: { received: 4, successful: 2, failed: 2, retriable: 0, non_retriable: 2 },
      failed_events: [
        { index: 1, reason: expect.stringContaining('job.namespace: is required'), retriable: false },
        { index: 3, reason: expect.stringContaining('JSON object'), retriable: false },
      ],
    });
    expect(await (await post([], { route: '/batch' })).json()).toMatchObject({
      status: 'success',
      summary: { received: 0 },
    });
  });

  test('writers at once share transactions and do not lose or double anything', async () => {
    const before = await countOf('lineage_event');
    const shared = dataset('shared', { schema: facet({ fields: [{ name: 'a' }] }) });
    const events = Array.from({ length: 160 }, (_, i) =>
      event({
        job: { namespace: 'etl', name: `writer ${i % 16}` },
        inputs: [shared],
        outputs: [dataset(`out ${i % 7}`)],
      }),
    );
    const answers = await Promise.all(events.map((one) => stored(one)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(160);
    expect(await countOf('lineage_event')).toBe(before + 160);
    expect(
      (await assetByName('lineage(direction: downstream, depth: 1) { nodes { id } }', 'shared')).lineage
        .nodes,
    ).toHaveLength(17);
  });

  test('an asset that many transactions see for the first time at once is there for all of them', async () => {
    const database = cairn.app.get(Database);
    const assets = cairn.app.get(AssetService);
    for (let round = 0; round < 100; round++) {
      const identity = { space: 'data', identityNamespace: 'at once', identityName: `${round}` } as const;
      const seen = [{ ...identity, kind: 'dataset' as const }];
      await Promise.all(Array.from({ length: 8 }, () => database.run(() => assets.see(seen))));
    }
    expect(await query("SELECT 1 FROM asset WHERE identity_namespace = 'at once'")).toHaveLength(100);
  });

  test('an event whose projection fails is stored with the reason, does not stop others, and a rebuild mends it', async () => {
    // A check that this job's edge breaks stands for any fault in the projection.
    const { id: jobId } = await (async () => {
      await stored(event({ job: { namespace: 'etl', name: 'unlucky' } }));
      return assetByName('', 'unlucky', { kind: 'job', namespace: 'etl' });
    })();
    await query(`ALTER TABLE lineage_edge ADD CONSTRAINT unlucky CHECK (target_id <> '${jobId}')`);
    const bad = event({ job: { namespace: 'etl', name: 'unlucky' }, inputs: [dataset('of unlucky')] });
    const good = event({ inputs: [dataset('of lucky')] });
    const answer = await (await post([bad, good], { route: '/batch' })).json();
    expect(answer).toMatchObject({ status: 'success' });
    const failed = async () =>
      (
        await cairn.ask(
          '{ lineageEvents(filter: { isUnprojected: true }) { nodes { runId projectionError } } }',
          {},
          max,
        )
      ).lineageEvents.nodes;
    expect(await failed()).toEqual([
      { runId: bad['run'].runId, projectionError: expect.stringContaining('unlucky') },
    ]);
    expect(
      (await assetByName('lineage(depth: 1) { edges { from } }', 'of lucky')).lineage.edges,
    ).toHaveLength(1);
    const rebuilt = await cairn.app.get(Projector).rebuild();
    expect(rebuilt.failed).toBe(1);
    await query('ALTER TABLE lineage_edge DROP CONSTRAINT unlucky');
    expect(await cairn.app.get(Projector).rebuild()).toMatchObject({ failed: 0 });
    expect(await failed()).toEqual([]);
    expect(
      (await assetByName('lineage(depth: 1) { edges { from } }', 'of unlucky')).lineage.edges,
    ).toHaveLength(1);
  });
});

describe('bad input changes nothing and is told by field and rule', () => {
  const deep = '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000);
  test.each<[string, unknown, number, RegExp]>([
    ['malformed JSON', '{"eventTime": ', 400, /JSON/],
    ['no body', '', 400, /body|JSON/i],
    ['a text', '"event"', 400, /JSON object/],
    [
      'neither run, job nor dataset',
      { ...event(), run: undefined, job: undefined },
      400,
      /a run and a job .* or a dataset/,
    ],
    ['a bad UUID', event({ run: { runId: 'run-1' } }), 400, /run\.runId: must be a UUID/],
    ['a bad date', event({ eventTime: '2026-02-30' }), 400, /eventTime: must be a date and time/],
    ['no date', event({ eventTime: undefined }), 400, /eventTime: is required/],
    [
      '10,000 levels',
      JSON.stringify(event({ x: 0 })).replace('"x":0', `"x":${deep}`),
      400,
      /nested deeper than 100/,
    ],
    ['a body of 20 MB', event({ extra: 'x'.repeat(20 * 1024 ** 2) }), 413, /large/i],
  ])('%s', async (_, body, status, detail) => {
    const before = await countOf('lineage_event');
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(((await response.json()) as any).detail).toMatch(detail);
    expect(await countOf('lineage_event')).toBe(before);
  });

  test('a gzip bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 ** 2, ' '));
    expect(bomb.length).toBeLessThan(1024 ** 2);
    expect((await post(bomb, { headers: { 'content-encoding': 'gzip' } })).status).toBe(413);
    expect((await stored(event()))['isDuplicate']).toBe(false);
  });

  test('another media type, a list where one event belongs, more events than a batch holds', async () => {
    expect((await post('a=b', { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    expect((await post([event()])).status).toBe(400);
    expect(
      (
        await post(
          Array.from({ length: 1001 }, () => 1),
          { route: '/batch' },
        )
      ).status,
    ).toBe(400);
    expect((await post(event(), { route: '/batch' })).status).toBe(400);
  });

  test('nobody comes in without a token', async () => {
    expect((await post(event(), { token: '' })).status).toBe(401);
  });
});
