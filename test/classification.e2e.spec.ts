import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { dataset, etlEvent } from './support/etl-events.js';

let cairn: TestCairn;
/** Who may: sue manages `external`, tom too; eve sees it; max emits and sees everywhere. */
const tokens: Record<string, string> = {};
const NS = 'postgres://db:5432';

beforeAll(async () => {
  cairn = await startTestCairn({ CAIRN_POLICY_DIR: path.resolve('test/fixtures/lineage-policies') });
  for (const name of ['eve', 'sue', 'max']) tokens[name] = await cairn.tokenFor(`user:${name}`);
}, 60_000);
afterAll(() => cairn.stop());

const columnFacet = (fields: Record<string, object>) => ({
  columnLineage: {
    _producer: 'https://t',
    _schemaURL: 'https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json',
    fields,
  },
});
const from = (name: string, field: string, masking = false) => ({
  inputFields: [
    { namespace: NS, name, field, transformations: [{ type: 'DIRECT', subtype: 'TRANSFORMATION', masking }] },
  ],
});

let events = 0;
async function send(
  job: string,
  inputs: string[],
  output: string,
  fields?: Record<string, object>,
): Promise<void> {
  const sent = await cairn.http('/api/v1/lineage', {
    ...{ method: 'POST', token: tokens['max']!, headers: { 'content-type': 'application/json' } },
    body: JSON.stringify(
      etlEvent(
        job,
        inputs.map((name) => dataset(NS, name)),
        [dataset(NS, output, fields && columnFacet(fields))],
        { eventTime: new Date(Date.UTC(2026, 2, 1, 10, 0, events++)).toISOString() },
      ),
    ),
  });
  expect(sent.status).toBe(201);
}

async function idOf(name: string, kind = 'dataset', space = NS): Promise<string> {
  const query = `query($k: AssetKind!, $s: String!, $n: String!) { assetByName(kind: $k, identityNamespace: $s, identityName: $n) { id } }`;
  return (await cairn.ask(query, { k: kind, s: space, n: name }, tokens['max'])).assetByName.id;
}
const ADD = `mutation($id: ID!, $tag: String!, $column: String) { addClassification(id: $id, tag: $tag, column: $column, reason: "known") { tags } }`;
const REMOVE = `mutation($id: ID!, $tag: String!, $column: String) { removeClassification(id: $id, tag: $tag, column: $column, reason: "not so") { tags } }`;

async function shown(name: string): Promise<any> {
  const { asset } = await cairn.ask(
    `query($id: ID!) { asset(id: $id) { tags classifications { tag column origin source confidence state isEffective author reason } } }`,
    { id: await idOf(name) },
  );
  return asset;
}
const flowsOf = async (name: string): Promise<string[]> =>
  (await shown(name)).classifications
    .filter(({ origin }: any) => origin === 'flow')
    .map(({ column, tag }: any) => `${column ?? '*'} ${tag}`);

/** Until what flows to a dataset is this. */
async function untilFlows(name: string, expected: string[]): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (JSON.stringify(await flowsOf(name)) === JSON.stringify(expected)) return;
    await pause(50);
  }
  expect(await flowsOf(name)).toEqual(expected);
}

describe('classifications', () => {
  test('flow by columns, stop where values are masked, and are retracted with the edge or the tag', async () => {
    await send('clean', ['raw'], 'clean', {
      mail: from('raw', 'email'),
      hash: from('raw', 'email', true),
      day: from('raw', 'day'),
    });
    await send('report', ['clean'], 'report', {
      contact: from('clean', 'mail'),
      hash: from('clean', 'hash'),
    });
    expect((await shown('report')).tags).toEqual(['unclassified']);
    await cairn.ask(ADD, { id: await idOf('raw'), tag: 'pii.email', column: 'email' });
    expect((await shown('raw')).tags).toEqual(['pii.email']);
    await untilFlows('report', ['contact pii.email']);
    expect(await flowsOf('clean')).toEqual(['mail pii.email']);
    expect((await shown('report')).tags).toEqual(['pii.email']);

    const { asset } = await cairn.ask(
      `query($id: ID!) { asset(id: $id) { classificationPaths(tag: "pii.email", column: "contact") {
        steps { node { asset { identityName } } column job { asset { identityName } } } } } }`,
      { id: await idOf('report') },
    );
    expect(
      asset.classificationPaths.map(({ steps }: any) =>
        steps.map((step: any) => [step.node.asset.identityName, step.column, step.job?.asset.identityName]),
      ),
    ).toEqual([
      [
        ['raw', 'email', undefined],
        ['clean', 'mail', 'clean'],
        ['report', 'contact', 'report'],
      ],
    ]);

    await send('report', ['clean'], 'report', { contact: from('clean', 'day') });
    await untilFlows('report', []);
    expect((await shown('report')).tags).toEqual(['unclassified']);
    await cairn.ask(REMOVE, { id: await idOf('raw'), tag: 'pii.email', column: 'email' });
    await untilFlows('clean', []);
    expect((await shown('raw')).tags).toEqual([]);
  });

  test('of which only tables are known come to the whole table', async () => {
    await send('copy', ['people'], 'copied');
    await cairn.ask(ADD, { id: await idOf('people'), tag: 'pii.name', column: 'name' });
    await untilFlows('copied', ['* pii.name']);
  });

  test('flow no further where two people say so', async () => {
    await send('anonymise', ['patients'], 'statistics');
    await cairn.ask(ADD, { id: await idOf('patients'), tag: 'health.record' });
    await untilFlows('statistics', ['* health.record']);
    const job = await idOf('anonymise', 'job', 'etl');
    const request = `mutation($id: ID!) { requestDeclassifier(kind: job, assetId: $id, tag: "health", reason: "k-anonymous") { id confirmedAt } }`;
    const { requestDeclassifier: asked } = await cairn.ask(request, { id: job }, tokens['sue']);
    const confirm = 'mutation($id: ID!) { confirmDeclassifier(id: $id) { confirmedBy } }';
    const alone = await cairn.graphql(confirm, { id: asked.id }, tokens['sue']);
    expect(alone.errors?.[0]?.message).toMatch(/another person/);
    const unentitled = await cairn.graphql(confirm, { id: asked.id }, tokens['eve']);
    expect(unentitled.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    expect(await flowsOf('statistics')).toEqual(['* health.record']);
    await cairn.ask(confirm, { id: asked.id });
    await untilFlows('statistics', []);
    await cairn.ask('mutation($id: ID!) { endDeclassifier(id: $id) { endedBy } }', { id: asked.id });
    await untilFlows('statistics', ['* health.record']);
  });

  test('by hand through editAsset are of the asset as a whole, and leave the rest', async () => {
    await send('x', ['a'], 'b');
    const id = await idOf('b');
    await cairn.ask(ADD, { id, tag: 'pii.phone', column: 'phone' });
    const EDIT =
      'mutation($id: ID!, $tags: [String!]) { editAsset(id: $id, input: { tags: $tags }) { tags } }';
    expect((await cairn.ask(EDIT, { id, tags: ['finance'] })).editAsset.tags).toEqual([
      'finance',
      'pii.phone',
    ]);
    expect((await cairn.ask(EDIT, { id, tags: [] })).editAsset.tags).toEqual(['pii.phone']);
    await cairn.ask(REMOVE, { id, tag: 'pii.phone', column: 'phone' });
    expect((await shown('b')).tags).toEqual([]);
    expect((await cairn.ask(EDIT, { id, tags: ['unclassified'] })).editAsset.tags).toEqual(['unclassified']);
  });

  test('survive a restart, after which what flows is written on', async () => {
    await send('first', ['source'], 'middle');
    await cairn.ask(ADD, { id: await idOf('source'), tag: 'secret' });
    await untilFlows('middle', ['* secret']);
    await cairn.restart();
    await send('second', ['middle'], 'end');
    await untilFlows('end', ['* secret']);
  });
});
