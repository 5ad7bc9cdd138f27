import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { dataset, etlEvent } from './support/etl-events.js';
import { eventually } from './support/eventually.js';
import { runCli } from './support/run-cli.js';

let cairn: TestCairn;
/** Who may: sue manages `external`, tom too; eve sees it; max emits and sees everywhere. */
const tokens: Record<string, string> = {};
const NS = 'postgres://db:5432';
/** What stands in the vault, by the places of the policy. */
const spaceOf = (name: string) => (name.startsWith('hidden') ? 'vault' : NS);

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
        inputs.map((name) => dataset(spaceOf(name), name)),
        [dataset(spaceOf(output), output, fields && columnFacet(fields))],
        { eventTime: new Date(Date.UTC(2026, 2, 1, 10, 0, events++)).toISOString() },
      ),
    ),
  });
  expect(sent.status).toBe(201);
}

async function idOf(name: string, kind = 'dataset', space = spaceOf(name)): Promise<string> {
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
const untilFlows = (name: string, expected: string[]): Promise<string[]> =>
  eventually(
    () => flowsOf(name),
    (flows) => JSON.stringify(flows) === JSON.stringify(expected),
  );

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
    const { stdout } = await runCli(cairn, cairn.adminToken, ['classify', 'declassify', 'list']);
    expect(stdout).toMatch(/job +anonymise +health +user:sue +ended by/);
    const ways = await runCli(cairn, cairn.adminToken, [
      'classify',
      'paths',
      await idOf('statistics'),
      'health.record',
    ]);
    expect(ways.stdout.trim()).toBe('patients → statistics (by anonymise)');
  });

  test('where they do not flow on is listed page by page', async () => {
    await send('join', ['patients'], 'joined');
    const id = await idOf('join', 'job', 'etl');
    const request = `mutation($id: ID!, $tag: String!) { requestDeclassifier(kind: job, assetId: $id, tag: $tag, reason: "tested") { id } }`;
    const asked: string[] = [];
    for (const tag of ['a', 'b', 'c', 'd'])
      asked.push((await cairn.ask(request, { id, tag })).requestDeclassifier.id);
    await cairn.ask('mutation($id: ID!) { endDeclassifier(id: $id) { endedBy } }', { id: asked[2] });
    const list = `query($id: ID!, $after: String) { declassifiers(assetId: $id, first: 1, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }`;
    const read = async () => {
      const ids: string[] = [];
      for (let after: string | undefined; ;) {
        const { nodes, pageInfo } = (await cairn.ask(list, { id, after })).declassifiers;
        ids.push(...nodes.map((node: { id: string }) => node.id));
        if (!pageInfo.hasNextPage) return ids;
        after = pageInfo.endCursor;
      }
    };
    expect(await read()).toEqual([asked[3], asked[1], asked[0], asked[2]]);
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

  test('of scanners are found in what is committed, stay rejected, and make a clean asset examined', async () => {
    const create = `mutation($n: String!) { createRepository(input: { name: $n, namespace: "external", kind: dataset }) { asset { id } } }`;
    const { createRepository: customers } = await cairn.ask(create, { n: 'customers' });
    const { createRepository: counts } = await cairn.ask(create, { n: 'counts' });
    const rows = Array.from({ length: 40 }, (_, i) => `${i},person${i}@example.org`).join('\n');
    const commit = async (name: string, text: string, file = 'table.csv'): Promise<void> => {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-classified-'));
      writeFileSync(path.join(folder, file), text);
      const put = await runCli(cairn, cairn.adminToken, ['put', name, 'main', file, '-m', 'rows'], folder);
      rmSync(folder, { recursive: true });
      expect(put.exitCode).toBe(0);
    };
    await commit('customers', `id,contact\n${rows}\n`);
    await commit('counts', 'id,count\n1,2\n2,3\n');
    const untilTags = (id: string, expected: string[]): Promise<string[]> =>
      eventually(
        async () => (await cairn.ask('query($id: ID!) { asset(id: $id) { tags } }', { id })).asset.tags,
        (tags) => JSON.stringify(tags) === JSON.stringify(expected),
      );
    await untilTags(customers.asset.id, ['pii.email']);
    await untilTags(counts.asset.id, []);

    // What no scanner knows keeps an asset from being examined until it is gone; what comes meanwhile is looked at.
    const { createRepository: mixed } = await cairn.ask(create, { n: 'mixed' });
    await commit('mixed', 'free text', 'notes.txt');
    await commit('mixed', 'id,count\n1,2\n', 'a.csv');
    const waiting = 'SELECT 1 FROM outbox_message WHERE dead_at IS NULL LIMIT 1';
    await eventually(
      () => cairn.app.get(Database).query(waiting),
      (rows) => rows.length === 0,
    );
    await untilTags(mixed.asset.id, ['unclassified']);
    const remove = `mutation($path: String!) { commit(input: { repository: "mixed", branch: "main", message: "gone",
      changes: [{ path: $path, isDeleted: true }] }) { id } }`;
    await cairn.ask(remove, { path: 'notes.txt' });
    await untilTags(mixed.asset.id, []);
    await commit('mixed', `id,email\n${rows}\n`, 'b.csv');
    await untilTags(mixed.asset.id, ['pii.email']);
    const ofBoth = await runCli(cairn, cairn.adminToken, ['classify', 'list', 'mixed']);
    expect(ofBoth.stdout).toMatch(/email +pii\.email +scanner \(email\) +suggested +0\.99 +yes/);

    const decide = `mutation($id: ID!, $state: ClassificationState!) {
      decideClassification(id: $id, tag: "pii.email", column: "contact", state: $state, reason: "made up") { tags } }`;
    const scan = 'mutation($id: ID!) { scanAsset(id: $id) { tags } }';
    const { id } = customers.asset;
    expect((await cairn.ask(decide, { id, state: 'rejected' })).decideClassification.tags).toEqual([]);
    expect((await cairn.ask(scan, { id })).scanAsset.tags).toEqual([]);
    expect((await cairn.ask(decide, { id, state: 'suggested' })).decideClassification.tags).toEqual([
      'pii.email',
    ]);
    const listed = await runCli(cairn, cairn.adminToken, ['classify', 'list', 'customers']);
    expect(listed.stdout).toMatch(/contact +pii\.email +scanner \(email\) +suggested +1 +yes/);
    const refused = await cairn.graphql(scan, { id }, tokens['eve']);
    expect(refused.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });

  test('show what their reader may not see as opaque, on their way and in their reasons', async () => {
    await send('of-hr', ['hidden.salaries'], 'hidden.bonuses');
    await send('out', ['hidden.bonuses'], 'open');
    const before = await idOf('hidden.salaries');
    await cairn.ask(ADD, { id: before, tag: 'hr.salary' });
    await untilFlows('open', ['* hr.salary']);
    const query = `query($id: ID!) { asset(id: $id) { classifications { tag reason } classificationPaths(tag: "hr.salary") {
      steps { column node { id isOpaque asset { identityName } } job { asset { identityName } } } } } }`;
    const answer = await cairn.ask(query, { id: await idOf('open') }, tokens['eve']);
    const [{ steps }] = answer.asset.classificationPaths;
    expect(steps.map(({ node }: any) => node.asset?.identityName)).toEqual([undefined, undefined, 'open']);
    const told = JSON.stringify(answer);
    expect([told.includes('salaries'), told.includes('bonuses'), told.includes(before)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('are told by their ways when the graph follows slowly', async () => {
    const query = `query($id: ID!) { asset(id: $id) { classificationPaths(tag: "hr.salary") { steps { column } } } }`;
    const id = await idOf('open');
    const database = cairn.app.get(Database);
    const asked = await database.run(async () => {
      await database.query('LOCK TABLE lineage_graph IN ACCESS EXCLUSIVE MODE');
      // Answered once the lock is gone.
      const answer = cairn.ask(query, { id }, tokens['max']);
      await pause(600);
      return { answer };
    });
    expect((await asked.answer).asset.classificationPaths).toHaveLength(1);
  });

  test('flow the same where the graph is not in memory', async () => {
    const held = cairn;
    const policies = path.resolve('test/fixtures/lineage-policies');
    cairn = await startTestCairn({ CAIRN_POLICY_DIR: policies, CAIRN_LINEAGE_MEMORY_MB: '0' });
    try {
      tokens['max'] = await cairn.tokenFor('user:max');
      await send('one', ['p'], 'q', { mail: from('p', 'email'), safe: from('p', 'email', true) });
      await send('two', ['q'], 'r');
      await cairn.ask(ADD, { id: await idOf('p'), tag: 'pii.email', column: 'email' });
      await untilFlows('r', ['* pii.email']);
      expect(await flowsOf('q')).toEqual(['mail pii.email']);
      await send('one', ['p'], 'q', { mail: from('p', 'day') });
      await untilFlows('r', []);
    } finally {
      await cairn.stop();
      cairn = held;
    }
  });
});
