import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Database } from '../src/platform/index.js';
import { PoisonMessages } from '../src/sources/kafka/poison-messages.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { harmless, planted, type Planted } from './support/secrets.js';

const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));
const EVENTS = Number(process.env['TEST_RUNS'] ?? 150);

let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startTestCairn();
}, 60_000);
afterAll(() => cairn.stop());

const facet = (value: object) => ({
  _producer: 'https://example.com',
  _schemaURL: 'https://x.y/f.json',
  ...value,
});
const source = { namespace: 'db', name: 'source', field: 'a' };

/** Where a text may lie in an event. */
const OF_TEXT: readonly ((text: string) => object)[] = [
  (text) => ({ job: { namespace: 'etl', name: text } }),
  (text) => ({ job: { namespace: text, name: 'j' } }),
  (text) => ({ job: { namespace: 'etl', name: 'j', facets: { sql: facet({ query: text }) } } }),
  (text) => ({ producer: text }),
  (text) => ({ inputs: [{ namespace: text, name: 'in' }] }),
  (text) => ({
    inputs: [{ namespace: 'db', name: text, facets: { dataSource: facet({ name: text, uri: text }) } }],
  }),
  (text) => ({
    outputs: [{ namespace: 'db', name: 'out', facets: { version: facet({ datasetVersion: text }) } }],
  }),
  (text) => ({
    outputs: [
      {
        namespace: 'db',
        name: 'out',
        facets: {
          columnLineage: facet({ fields: { [text]: { inputFields: [source, { ...source, field: text }] } } }),
          schema: facet({ fields: [{ name: text, description: text }] }),
        },
      },
    ],
  }),
  // Its path is told in a warning.
  (text) => ({
    outputs: [{ namespace: 'db', name: 'out', facets: { columnLineage: facet({ fields: { [text]: 5 } }) } }],
  }),
];

/** Where any JSON may lie. */
const OF_ANY: readonly ((value: any) => object)[] = [
  (value) => ({ extra: value }),
  (value) => ({ job: { namespace: 'etl', name: 'j', facets: { mine: value } } }),
  (value) => ({ inputs: [{ namespace: 'db', name: 'in', inputFacets: { mine: facet({ deep: [value] }) } }] }),
  (value) => ({
    outputs: [{ namespace: 'db', name: 'out', facets: { mine: facet({ value }) }, odd: value }],
  }),
  (value) => ({ eventType: value }),
];

const sent = fc.record({ found: planted, beside: harmless, at: fc.nat() });

function eventOf(
  { found, beside, at }: { found: Planted; beside: unknown; at: number },
  number: number,
): object {
  const places = typeof found.value === 'string' ? [...OF_TEXT, ...OF_ANY] : OF_ANY;
  return {
    eventTime: '2026-11-23T10:00:00Z',
    eventType: 'COMPLETE',
    producer: 'https://example.com/etl',
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    job: { namespace: 'etl', name: 'j' },
    ...places[at % places.length]!(found.value as string),
    run: {
      runId: `01a20a4d-0000-7000-8000-${String(number).padStart(12, '0')}`,
      facets: { planted: facet({ value: found.value }), beside: facet({ value: beside }) },
    },
  };
}

/** All that the database holds, as text. */
async function everything(): Promise<string> {
  const database = cairn.app.get(Database);
  const tables = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`,
  );
  const texts = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await database.query<{ text: string }>(`SELECT t::text AS text FROM "${name}" AS t`);
      return rows.map(({ text }) => text).join('\n');
    }),
  );
  return texts.join('\n');
}

test(`no secret reaches the disk, wherever it lies, and what is none stays (TEST_SEED=${SEED})`, async () => {
  const all = fc.sample(sent, { seed: SEED, numRuns: EVENTS });
  const events = all.map(eventOf);
  const post = (body: string, route = '') =>
    cairn.http(`/api/v1/lineage${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  let taken = 0;
  for (const event of events.slice(0, 100)) {
    const { status } = await post(JSON.stringify(event));
    expect([201, 400]).toContain(status);
    taken += status === 201 ? 1 : 0;
  }
  for (let at = 100; at < events.length; at += 100) {
    const answer = (await (await post(JSON.stringify(events.slice(at, at + 100)), '/batch')).json()) as any;
    taken += answer.summary.successful;
  }
  const letters = cairn.app.get(PoisonMessages);
  for (const [number, event] of events.entries()) {
    const text = JSON.stringify(event, null, number % 3);
    const refusal = (await (await post(text.slice(0, -1))).json()) as any;
    await letters.bury(
      {
        topic: 'events',
        partition: 0,
        offset: String(number),
        text: number % 2 === 0 ? text : text.slice(0, -1),
      },
      new Error(refusal.detail),
    );
  }
  expect(taken).toBeGreaterThan(EVENTS / 2);

  const disk = await everything();
  const leaked = all.flatMap(({ found }) => found.secrets.map((secret) => disk.indexOf(secret)));
  expect(leaked.filter((at) => at >= 0).map((at) => disk.slice(Math.max(0, at - 150), at + 50))).toEqual([]);
  const rows = await cairn.app
    .get(Database)
    .query<any>(
      `SELECT run_id AS "runId", body->'run'->'facets'->'beside'->'value' AS value FROM lineage_event`,
    );
  expect(rows).toHaveLength(taken);
  for (const { runId, value } of rows) expect(value).toEqual(all[Number(runId.slice(-12))]!.beside);
}, 120_000);
