import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { LineageIdentity1795392000061 } from '../migrations/1795392000061-lineage-identity.js';
import { Placement } from '../src/catalog/assets/placement.js';
import { Projector } from '../src/lineage/index.js';
import { Database, OutboxWorker } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';
import { runCli } from './support/run-cli.js';
import { recordedEvents } from './support/recorded-events.js';

let cairn: TestCairn;
/** May emit and see in `external`, not in `vault`. */
let ada: string;
/** May emit and see everywhere, and administers nothing. */
let max: string;

beforeAll(async () => {
  cairn = await startTestCairn({ CAIRN_POLICY_DIR: path.resolve('test/fixtures/lineage-policies') });
  ada = await cairn.tokenFor('user:ada');
  max = await cairn.tokenFor('user:max');
}, 60_000);
afterAll(() => cairn.stop());

async function send(events: readonly object[], token = max): Promise<void> {
  const sent = await cairn.http('/api/v1/lineage/batch', {
    method: 'POST',
    body: JSON.stringify(events),
    headers: { 'content-type': 'application/json' },
    token,
  });
  const answer = (await sent.json()) as any;
  if (sent.status !== 200 || answer.summary.failed > 0) throw new Error(JSON.stringify(answer));
}

const hash = (): Promise<string> => cairn.app.get(Projector).graphHash();

/** What Cairn says of a dataset or a job under one of its names. */
async function asset(
  fields: string,
  [kind, identityNamespace, identityName]: readonly [string, string, string],
  token = max,
): Promise<any> {
  const query = `query($kind: AssetKind!, $identityNamespace: String!, $identityName: String!) {
    assetByName(kind: $kind, identityNamespace: $identityNamespace, identityName: $identityName) {
      id identityNamespace identityName ${fields} } }`;
  return (await cairn.ask(query, { kind, identityNamespace, identityName }, token)).assetByName;
}

const cli = (...argv: string[]) => runCli(cairn, cairn.adminToken, argv);

const FACET = { _producer: 'https://example.com', _schemaURL: 'https://example.com/facet.json' };
let runs = 0;
const event = (
  job: string,
  inputs: readonly object[],
  outputs: readonly object[],
  change: object = {},
): object => ({
  eventTime: '2026-03-01T10:00:00Z',
  eventType: 'COMPLETE',
  producer: 'https://example.com/etl',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId: `01a20a4d-0001-7000-8000-${String(++runs).padStart(12, '0')}` },
  job: { namespace: 'etl', name: job },
  ...{ inputs, outputs },
  ...change,
});
const dataset = (namespace: string, name: string, facets: object = {}) => ({ namespace, name, facets });
const PREVIEW = `query($i: IdentityRuleInput!) { previewIdentityRule(input: $i) {
  changes names { name { identityName } from { identityName } to { identityName } toNamespace toName reason } } }`;
const ADD = `mutation($i: IdentityRuleInput!, $reason: String!) {
  addIdentityRule(input: $i, reason: $reason) { rule { id author reason removedAt } changes } }`;
const REMOVE =
  'mutation($id: ID!) { removeIdentityRule(id: $id, reason: "was wrong") { rule { removedBy removalReason } changes } }';

describe('an asset of several names', () => {
  const ORDERS = ['dataset', 'postgres://db:5432', 'shop.public.orders'] as const;

  test('shows what is said under each, once, and is found by each', async () => {
    await send([
      event(
        'load',
        [dataset('s3a://lake', 'raw/orders/dt=2026-03-01')],
        [dataset('postgres://DB', ORDERS[2])],
      ),
      event('load', [dataset('s3://lake', 'raw/orders/')], [dataset('postgresql://db:5432', ORDERS[2])]),
      event('report', [dataset('postgres://db:5432', ORDERS[2])], [dataset('reports', 'orders')]),
    ]);
    const fields =
      'aliases { identityNamespace identityName reason } lineage(depth: 2) { nodes { asset { identityName } } edges { from } }';
    const orders = await asset(fields, ORDERS);
    expect(new Set(orders.aliases)).toEqual(
      new Set([
        { identityNamespace: 'postgresql://db:5432', identityName: ORDERS[2], reason: 'schemes' },
        { identityNamespace: 'postgres://DB', identityName: ORDERS[2], reason: 'host-case,default-ports' },
      ]),
    );
    expect(orders.lineage.nodes.map(({ asset: { identityName } }: any) => identityName).sort()).toEqual(
      ['load', 'orders', 'raw/orders', 'report', ORDERS[2]].sort(),
    );
    expect(orders.lineage.edges).toHaveLength(4);
    for (const namespace of ['postgres://DB', 'postgresql://db:5432'])
      expect((await asset('', ['dataset', namespace, ORDERS[2]])).id).toBe(orders.id);
    const { assets } = await cairn.ask('{ assets(first: 200) { nodes { identityName } } }', {}, max);
    expect(assets.nodes.filter((node: any) => node.identityName === ORDERS[2])).toHaveLength(1);
    await cairn.app.get(OutboxWorker).drain();
    const { search } = await cairn.ask(
      '{ search(query: "raw orders dt 2026") { nodes { asset { identityName } } } }',
      {},
      max,
    );
    expect(search.nodes.map((hit: any) => hit.asset.identityName)).toEqual(['raw/orders']);
  });

  test('has the latest facets of all of them, and all of their events', async () => {
    const schema = (name: string) => ({ schema: { ...FACET, fields: [{ name }] } });
    const described = (namespace: string, name: string, facets: object, at: string) => ({
      eventTime: at,
      producer: 'https://example.com/etl',
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent',
      dataset: dataset(namespace, name, facets),
    });
    await send([
      described('hdfs://nn:8020', '/lake/people', schema('late'), '2026-03-02T00:00:00Z'),
      described('hdfs://nn', '/lake/people/', schema('early'), '2026-03-01T00:00:00Z'),
    ]);
    const people = await asset('columns { name } facets', ['dataset', 'hdfs://nn', '/lake/people']);
    expect(people.columns).toEqual([{ name: 'late' }]);
    const { lineageEvents } = await cairn.ask(
      'query($f: LineageEventFilterInput) { lineageEvents(filter: $f) { nodes { body } } }',
      { f: { assetId: people.id } },
      max,
    );
    expect(lineageEvents.nodes).toHaveLength(2);
  });

  test('tells its names to those only who may see them', async () => {
    const LINK = {
      symlinks: { ...FACET, identifiers: [{ ...dataset('vault', 'salaries'), type: 'LOCATION' }] },
    };
    await send([event('pay', [], [dataset('hr', 'salaries', LINK)])]);
    const SALARIES = ['dataset', 'hr', 'salaries'] as const;
    expect((await asset('aliases { identityNamespace }', SALARIES)).aliases).toEqual([
      { identityNamespace: 'vault' },
    ]);
    expect((await asset('aliases { identityNamespace }', SALARIES, ada)).aliases).toEqual([]);
    await expect(asset('', ['dataset', 'vault', 'salaries'], ada)).rejects.toThrow(/NOT_FOUND/);
  });

  test('stands in policy where the first place is that matches any of its names', async () => {
    const place = async (identityNamespace: string, token = max) =>
      (await asset('namespace', ['dataset', identityNamespace, 'wages'], token)).namespace;
    await send([event('count', [], [dataset('s3://vault', 'wages')])]);
    expect(await place('s3://vault', ada)).toBe('external');
    await send([event('count', [], [dataset('s3a://vault', 'wages')])]);
    expect(await place('s3://vault')).toBe('vault');
    for (const namespace of ['s3://vault', 's3a://vault'])
      await expect(place(namespace, ada)).rejects.toThrow(/NOT_FOUND/);
    // Also when places are looked at again, and until its names part.
    await cairn.app.get(Placement).onModuleInit();
    expect(await place('s3://vault')).toBe('vault');
    const { addIdentityRule } = await cairn.ask(ADD, {
      i: { kind: 'off', rule: 'schemes' },
      reason: 'apart',
    });
    expect(await place('s3://vault', ada)).toBe('external');
    expect(await place('s3a://vault')).toBe('vault');
    await cairn.ask(REMOVE, { id: addIdentityRule.rule.id });
    await expect(place('s3://vault', ada)).rejects.toThrow(/NOT_FOUND/);
  });

  test('is named last by the latest rename, whatever circle the renames go', async () => {
    const renamed = (from: string, to: string, at: string) =>
      event(
        'mover',
        [],
        [
          dataset('db', to, {
            lifecycleStateChange: {
              ...FACET,
              lifecycleStateChange: 'RENAME',
              previousIdentifier: { namespace: 'db', name: from },
            },
          }),
        ],
        { eventTime: at },
      );
    await send([
      renamed('north', 'middle', '2026-03-01T00:00:00Z'),
      renamed('middle', 'south', '2026-03-02T00:00:00Z'),
      renamed('south', 'north', '2026-03-03T00:00:00Z'),
    ]);
    for (const name of ['north', 'middle', 'south'])
      expect((await asset('', ['dataset', 'db', name])).identityName).toBe('north');
    await send([renamed('north', 'south', '2026-03-04T00:00:00Z')]);
    expect((await asset('', ['dataset', 'db', 'middle'])).identityName).toBe('south');
  });
});

describe('rules of names', () => {
  const RULE = { kind: 'namespace', from: { namespace: 'replica' }, to: { namespace: 'primary' } };

  test('are previewed, hold for what is there, and can be taken back', async () => {
    await send([
      event('copy', [dataset('replica', 'items')], [dataset('mart', 'items')]),
      event('fill', [], [dataset('primary', 'items')]),
    ]);
    const before = await hash();
    const { previewIdentityRule } = await cairn.ask(PREVIEW, { i: RULE });
    expect(previewIdentityRule).toMatchObject({
      changes: 1,
      names: [{ name: { identityName: 'items' }, toNamespace: 'primary' }],
    });
    expect(await hash()).toBe(before);
    const { addIdentityRule } = await cairn.ask(ADD, { i: RULE, reason: 'one reads from the other' });
    expect(addIdentityRule).toMatchObject({
      changes: 1,
      rule: { author: 'user:admin', reason: 'one reads from the other', removedAt: null },
    });
    const ways = await asset('lineage(depth: 3, direction: upstream) { nodes { asset { identityName } } }', [
      'dataset',
      'mart',
      'items',
    ]);
    expect(ways.lineage.nodes.map((node: any) => node.asset.identityName)).toContain('fill');
    expect((await asset('', ['dataset', 'replica', 'items'])).identityNamespace).toBe('primary');
    const again = await cairn.graphql(ADD, { i: RULE, reason: 'again' });
    expect(again.errors![0]!.extensions['code']).toBe('ALREADY_EXISTS');
    const { removeIdentityRule } = await cairn.ask(REMOVE, { id: addIdentityRule.rule.id });
    expect(removeIdentityRule).toEqual({
      changes: 1,
      rule: { removedBy: 'user:admin', removalReason: 'was wrong' },
    });
    expect(await hash()).toBe(before);
    expect((await asset('', ['dataset', 'replica', 'items'])).identityNamespace).toBe('replica');
    const gone = await cairn.graphql(REMOVE, { id: addIdentityRule.rule.id });
    expect(gone.errors![0]!.extensions['code']).toBe('NOT_FOUND');
    const { identityRules } = await cairn.ask(
      '{ identityRules(withRemoved: true) { nodes { id kind removedAt } } }',
    );
    expect(identityRules.nodes[0]).toMatchObject({
      id: addIdentityRule.rule.id,
      kind: 'namespace',
      removedAt: expect.any(String),
    });
  });

  test('are for administrators', async () => {
    const asked: [string, Record<string, unknown>][] = [
      ['{ identityRules { nodes { id } } }', {}],
      ['{ builtinIdentityRules { id } }', {}],
      [PREVIEW, { i: RULE }],
      [ADD, { i: RULE, reason: 'x' }],
      [REMOVE, { id: '1' }],
    ];
    for (const [query, variables] of asked) {
      const { errors } = await cairn.graphql(query, variables, max);
      expect(errors![0]!.extensions['code']).toBe('FORBIDDEN');
    }
  });

  test.each<[string, object]>([
    ['input.from', { kind: 'same', to: { namespace: 'a', name: 'b' } }],
    ['input.to.name', { kind: 'same', from: { namespace: 'a', name: 'b' }, to: { namespace: 'a' } }],
    ['input.to', { kind: 'namespace', from: { namespace: 'a' }, to: { namespace: 'a' } }],
    ['input.rule', { kind: 'off', rule: 'gravity' }],
    ['input.from.namespace', { kind: 'namespace', from: { namespace: 'cairn' }, to: { namespace: 'a' } }],
    [
      'input.from.name',
      { kind: 'template', from: { namespace: 'a', name: '{b' }, to: { namespace: 'a', name: 'b' } },
    ],
    [
      'input.to.name',
      { kind: 'template', from: { namespace: 'a', name: '{b}' }, to: { namespace: 'a', name: '{c}' } },
    ],
  ])('with a bad %s are refused', async (field, i) => {
    const { errors } = await cairn.graphql(PREVIEW, { i });
    expect(errors![0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  test('are listed, previewed, added and removed by the CLI', async () => {
    await send([event('nightly', [], [dataset('old-host', 'stock')])]);
    const rule = ['namespace', '--from', 'old-host', '--to', 'new-host'];
    expect((await cli('lineage', 'rules', 'preview', ...rule)).stdout).toMatch(
      /^1 name stands for another asset\.\nold-host stock\n[^]*→ new-host stock {2}by/,
    );
    const added = await cli('--json', 'lineage', 'rules', 'add', ...rule, '--reason', 'moved');
    const { id } = JSON.parse(added.stdout).rule;
    expect((await cli('lineage', 'rules', 'list')).stdout).toMatch(/namespace old-host → new-host.*moved/);
    expect((await cli('asset', 'show', 'dataset,new-host,stock')).stdout).toContain('old-host stock');
    expect((await cli('lineage', 'rules', 'list', '--builtin')).stdout).toMatch(/host-case +on /);
    expect((await cli('lineage', 'rules', 'remove', id, '--preview')).stdout).toMatch(/^1 name stands/);
    expect((await cli('lineage', 'rules', 'remove', id)).exitCode).toBe(2);
    expect((await cli('lineage', 'rules', 'remove', id, '--reason', 'moved back')).exitCode).toBe(0);
    expect((await cli('lineage', 'rules', 'list')).stdout).not.toContain('old-host');
    expect((await cli('lineage', 'rules', 'add', 'gravity', '--reason', 'x')).exitCode).toBe(2);
  });
});

describe('jobs that are named anew at each run', () => {
  const TRINO = 'trino://127.0.0.1:18088';

  test("of Trino are one for each statement, with the queries' ids as other names", async () => {
    const recorded = recordedEvents('trino').filter((one) => one['eventType'] === 'COMPLETE');
    /** The same statement once more, with other texts in it, as Trino would name it. */
    const again = (number: number) =>
      structuredClone(recorded).map((one, i) => {
        const id = `20261124_08000${number}_0000${i}_again`;
        const query = one['job'].facets.sql.query.replaceAll(/'[^']*'/g, `'${number}'`);
        one['job'] = {
          ...one['job'],
          name: id,
          facets: { ...one['job'].facets, sql: { ...one['job'].facets.sql, query } },
        };
        one['run'] = {
          ...one['run'],
          runId: `01a20a4d-0002-7000-8000-${String(10 * number + i).padStart(12, '0')}`,
        };
        one['eventTime'] = `2026-11-24T08:00:0${number}Z`;
        return one;
      });
    await send(recorded);
    for (const number of [1, 2, 3]) await send(again(number));
    const insert = recorded.findIndex((one) => one['job'].facets.sql.query.startsWith('INSERT'));
    const job = await asset(
      'aliases { identityName reason } runs { nodes { id } } lineage(depth: 1, direction: upstream) { nodes { distance asset { identityName } } }',
      ['job', TRINO, recorded[insert]!['job'].name],
    );
    expect(job.identityName).toMatch(/^insert into memory\.default\.customers [0-9a-f]{8}$/);
    expect(job.aliases.map(({ identityName }: any) => identityName)).toEqual([
      ...[3, 2, 1].map((number) => `20261124_08000${number}_0000${insert}_again`),
      recorded[insert]!['job'].name,
    ]);
    expect(new Set(job.aliases.map(({ reason }: any) => reason))).toEqual(new Set(['trino-queries']));
    expect(job.runs.nodes).toHaveLength(4);
    expect(
      job.lineage.nodes
        .filter((node: any) => node.distance === 1)
        .map((node: any) => node.asset.identityName)
        .sort(),
    ).toEqual(['tpch.tiny.customer', 'tpch.tiny.nation']);
    const jobs = await cairn.app
      .get(Database)
      .query(`SELECT 1 FROM asset WHERE space = 'job' AND identity_namespace = $1 AND alias_of IS NULL`, [
        TRINO,
      ]);
    expect(jobs).toHaveLength(recorded.length);
    const before = await hash();
    const off = { kind: 'off', rule: 'trino-queries' };
    expect((await cairn.ask(PREVIEW, { i: off })).previewIdentityRule.changes).toBe(4 * recorded.length);
    const { addIdentityRule } = await cairn.ask(ADD, { i: off, reason: 'each by itself' });
    expect((await asset('', ['job', TRINO, recorded[insert]!['job'].name])).identityName).toBe(
      recorded[insert]!['job'].name,
    );
    await cairn.ask(REMOVE, { id: addIdentityRule.rule.id });
    expect(await hash()).toBe(before);
    await cairn.app.get(Projector).rebuild();
    expect(await hash()).toBe(before);
  });

  test('of Spark are one for each application and target, by a rule', async () => {
    const recorded = recordedEvents('spark');
    /** The same application, submitted under a name with a counter. */
    const submitted = (number: number) =>
      structuredClone(recorded).map((one) => {
        one['job'].name = one['job'].name.replace(
          /^\w+/,
          (application: string) => `${application}-${number}`,
        );
        one['run'].runId = one['run'].runId.replace(/^......../, `0000000${number}`);
        return one;
      });
    await send(submitted(1));
    await send(submitted(2));
    const before = await hash();
    const i = {
      kind: 'template',
      space: 'job',
      from: { namespace: 'shop-spark', name: '{application}-{n#}.{node}.{target}' },
      to: { namespace: 'shop-spark', name: '{application}.{target}' },
    };
    const jobs = new Set(
      recorded.map((one) => one['job'].name as string).filter((name) => name.split('.').length === 3),
    );
    const { previewIdentityRule } = await cairn.ask(PREVIEW, { i });
    expect(previewIdentityRule.changes).toBe(2 * jobs.size);
    const { addIdentityRule } = await cairn.ask(ADD, { i, reason: 'each night has another number' });
    const totals = await asset('aliases { identityName } runs { nodes { id } }', [
      'job',
      'shop-spark',
      'shop_totals-2.execute_save_into_data_source_command.public_spark_status_totals',
    ]);
    expect(totals.identityName).toBe('shop_totals.public_spark_status_totals');
    expect(totals.aliases).toHaveLength(2);
    expect(totals.runs.nodes).toHaveLength(2);
    await cairn.ask(REMOVE, { id: addIdentityRule.rule.id });
    expect(await hash()).toBe(before);
  });
});

describe('an upgrade', () => {
  const migration = new LineageIdentity1795392000061();
  const version = () =>
    cairn.app.get(Database).query('SELECT identity_version AS v, builtin_rules AS r FROM lineage_graph');

  test('of a database that knew of no names gives the graph with them', async () => {
    const before = await hash();
    const url = cairn.databaseUrl;
    await cairn.away(async () => {
      const source = await new DataSource({ type: 'postgres', url }).initialize();
      await migration.down(source.createQueryRunner());
      await source.query('DELETE FROM migrations WHERE name = $1', [migration.name]);
      await source.destroy();
    });
    await eventually(async () => (await hash()) === before);
  });

  test('to other rules that come with Cairn goes over all names once', async () => {
    await cairn.app.get(Database).query(`UPDATE lineage_graph SET builtin_rules = 'of another version'`);
    const [{ r: rules }, before] = [(await version())[0] as any, await hash()];
    expect(rules).toBe('of another version');
    await cairn.restart();
    await eventually(async () => ((await version())[0] as any).r !== rules);
    expect(await hash()).toBe(before);
    const then = await version();
    await cairn.restart();
    await send([event('upgraded', [], [dataset('new', 'table')])]);
    expect(await version()).toEqual(then);
  });
});
