import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Projector } from '../src/lineage/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { dataset, etlEvent } from './support/etl-events.js';
import { runCli } from './support/run-cli.js';

let cairn: TestCairn;
/** Who may: ada and bob emit and see in `external`, eve sees it, sue manages it; max emits and sees everywhere. */
const tokens: Record<string, string> = {};

beforeAll(async () => {
  cairn = await startTestCairn({ CAIRN_POLICY_DIR: path.resolve('test/fixtures/lineage-policies') });
  for (const name of ['ada', 'bob', 'eve', 'sue', 'max']) tokens[name] = await cairn.tokenFor(`user:${name}`);
}, 60_000);
afterAll(() => cairn.stop());

async function send(job: string, inputs: readonly string[], outputs: readonly string[], change: object = {}) {
  const named = (text: string) => dataset(...(text.split(' ') as [string, string]));
  const sent = await cairn.http('/api/v1/lineage', {
    ...{ method: 'POST', token: tokens['max']!, headers: { 'content-type': 'application/json' } },
    body: JSON.stringify(etlEvent(job, inputs.map(named), outputs.map(named), change)),
  });
  expect(sent.status).toBe(201);
}

async function idOf(kind: string, text: string): Promise<string> {
  const [namespace, name] = text.split(' ');
  const query = `query($k: AssetKind!, $s: String!, $n: String!) { assetByName(kind: $k, identityNamespace: $s, identityName: $n) { id } }`;
  return (await cairn.ask(query, { k: kind, s: namespace, n: name }, tokens['max'])).assetByName.id;
}
const data = (text: string) => idOf('dataset', text);

const EDIT = `id action author reason createdAt expiresAt withdrawnAt withdrawnBy withdrawalReason from { id identityName } to { id identityName }`;
const MAKE = `mutation($action: LineageEditAction!, $from: ID!, $to: ID!, $reason: String!, $expiresAt: DateTime) {
  editLineage(action: $action, from: $from, to: $to, reason: $reason, expiresAt: $expiresAt) { ${EDIT} } }`;
const WITHDRAW = `mutation($id: ID!, $reason: String) { withdrawLineageEdit(id: $id, reason: $reason) { ${EDIT} } }`;
const LIST = `query($filter: LineageEditFilterInput, $after: String, $first: Int! = 50) {
  lineageEdits(filter: $filter, after: $after, first: $first) { nodes { ${EDIT} } pageInfo { hasNextPage endCursor } } }`;

type Edge = readonly [from: string, to: string];
async function make(action: string, [from, to]: Edge, who = 'ada', rest: object = {}): Promise<any> {
  const variables = { action, from, to, reason: 'seen in the code', ...rest };
  return (await cairn.ask(MAKE, variables, tokens[who])).editLineage;
}
async function refusal(query: string, variables: Record<string, unknown>, who = 'ada') {
  const { errors } = await cairn.graphql(query, variables, tokens[who]);
  return { code: errors?.[0]?.extensions['code'], message: errors?.[0]?.message };
}
async function list(filter: object, who = 'ada'): Promise<any[]> {
  return (await cairn.ask(LIST, { filter }, tokens[who])).lineageEdits.nodes;
}
/** Edges around an asset, as `from → to` by name. */
async function around(id: string, who = 'ada', asOf?: string): Promise<Record<string, any>> {
  const { asset } = await cairn.ask(
    `query($id: ID!, $asOf: DateTime) { asset(id: $id) { lineage(depth: 4, asOf: $asOf) {
      nodes { id asset { identityName } } edges { from to evidence firstSeenAt lastSeenAt edits { action author reason } } } } }`,
    { id, asOf },
    tokens[who],
  );
  const nameOf = new Map(asset.lineage.nodes.map((node: any) => [node.id, node.asset?.identityName ?? '?']));
  return Object.fromEntries(
    asset.lineage.edges.map(({ from, to, ...edge }: any) => [
      `${nameOf.get(from)} → ${nameOf.get(to)}`,
      edge,
    ]),
  );
}
const hash = () => cairn.app.get(Projector).graphHash();

describe('an edge by hand', () => {
  test('is added, and gone once it is withdrawn; the graph of the events is as it was', async () => {
    await send('load', ['crm people'], ['lake people']);
    await send('report', ['mart people'], ['mart counts']);
    const before = await hash();
    const [lake, mart] = [await data('lake people'), await data('mart people')];
    const edit = await make('add', [lake, mart]);
    expect(edit).toMatchObject({ action: 'add', author: 'user:ada', expiresAt: null, withdrawnAt: null });
    const shown = await around(lake);
    expect(Object.keys(shown).sort()).toEqual(
      ['load → people', 'people → load', 'people → people', 'people → report', 'report → counts'].sort(),
    );
    expect(shown['people → people']).toMatchObject({
      ...{ evidence: 'manual', firstSeenAt: edit.createdAt, lastSeenAt: edit.createdAt },
      edits: [{ action: 'add', author: 'user:ada', reason: 'seen in the code' }],
    });
    expect(shown['people → load']).toMatchObject({ evidence: 'machine', edits: [] });
    expect(await around(lake, 'ada', '2026-03-02T00:00:00Z')).not.toHaveProperty('people → people');
    await cairn.app.get(Projector).rebuild();
    expect(await around(lake)).toHaveProperty('people → people');
    const impact = `query($id: ID!) { asset(id: $id) { impact { assets { node { asset { identityName } } through { asset { identityName } } } } } }`;
    const { asset } = await cairn.ask(impact, { id: lake }, tokens['ada']);
    expect(asset.impact.assets.map(({ node }: any) => node.asset.identityName)).toEqual([
      'people',
      'report',
      'counts',
    ]);

    const ended = (await cairn.ask(WITHDRAW, { id: edit.id, reason: 'was wrong' }, tokens['ada']))
      .withdrawLineageEdit;
    expect(ended).toMatchObject({ withdrawnBy: 'user:ada', withdrawalReason: 'was wrong' });
    expect(await around(lake)).not.toHaveProperty('people → people');
    expect(await around(lake, 'ada', edit.createdAt)).toHaveProperty('people → people');
    expect(await hash()).toBe(before);
    const again = (await cairn.ask(WITHDRAW, { id: edit.id }, tokens['ada'])).withdrawLineageEdit;
    expect(again).toEqual(ended);
  });

  test('that events say is removed, whatever else says it, and comes again when that expires', async () => {
    await send('sync', ['a one'], ['a two']);
    const [one, sync] = [await data('a one'), await idOf('job', 'etl sync')];
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    await make('remove', [one, sync], 'ada', { expiresAt });
    await make('add', [one, sync], 'bob');
    expect(Object.keys(await around(sync))).toEqual(['sync → two']);
    await send('sync', ['a one'], ['a two'], { eventTime: '2026-03-03T10:00:00Z' });
    expect(Object.keys(await around(sync))).toEqual(['sync → two']);
    const afterwards = await around(sync, 'ada', expiresAt);
    expect(afterwards['one → sync']).toMatchObject({
      evidence: 'both',
      lastSeenAt: '2026-03-03T10:00:00.000Z',
    });
  });

  test('is confirmed, which tells who looked and changes nothing', async () => {
    await send('check', ['c one'], ['c two']);
    const [check, two] = [await idOf('job', 'etl check'), await data('c two')];
    const before = Object.keys(await around(two));
    await make('confirm', [check, two]);
    const shown = await around(two);
    expect(Object.keys(shown)).toEqual(before);
    expect(shown['check → two']).toMatchObject({ evidence: 'both', edits: [{ action: 'confirm' }] });
    expect(await refusal(MAKE, { action: 'confirm', from: two, to: check, reason: 'x' })).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/^action: must be add/),
    });
  });

  test('is made once, however often the same author says the same', async () => {
    await send('once', ['o one'], ['o two']);
    const edge: Edge = [await data('o one'), await data('o two')];
    const first = await make('add', edge);
    const all = await Promise.all([1, 2, 3, 4].map(() => make('add', edge)));
    expect(new Set(all.map(({ id }) => id))).toEqual(new Set([first.id]));
    expect((await make('add', edge, 'bob')).id).not.toBe(first.id);
    await cairn.ask(WITHDRAW, { id: first.id }, tokens['ada']);
    expect((await make('add', edge)).id).not.toBe(first.id);
  });

  test('follows its ends when names come to be of one asset, and comes apart with them', async () => {
    await send('join', ['j raw'], ['j out']);
    await send('other', ['k raw'], ['k out']);
    const [raw, other, out] = [await data('j raw'), await data('k raw'), await data('k out')];
    await make('add', [raw, out]);
    await make('add', [raw, other]);
    const ADD = `mutation($i: IdentityRuleInput!) { addIdentityRule(input: $i, reason: "one table") { rule { id } } }`;
    const same = { kind: 'same', from: { namespace: 'j', name: 'raw' }, to: { namespace: 'k', name: 'raw' } };
    const { rule } = (await cairn.ask(ADD, { i: same })).addIdentityRule;
    const [edit, ...more] = await list({ assetId: other });
    expect(edit).toMatchObject({ from: { id: other }, to: { id: out } });
    expect(more).toEqual([]); // of an edge whose ends are one asset
    expect(await around(out)).toHaveProperty('raw → out');
    expect(await around(out)).not.toHaveProperty('raw → raw');
    const REMOVE = 'mutation($id: ID!) { removeIdentityRule(id: $id, reason: "two") { changes } }';
    await cairn.ask(REMOVE, { id: rule.id });
    expect((await list({ assetId: raw })).map(({ to }) => to.id).sort()).toEqual([out, other].sort());
    expect((await around(out))['raw → out']).toMatchObject({ evidence: 'manual' });
  });
});

describe('edits under policy', () => {
  let secret: string;
  let open: string;
  beforeAll(async () => {
    await send('guard', ['vault salaries', 'p one'], ['p two']);
    [secret, open] = [await data('vault salaries'), await data('p two')];
  });

  test('need emit on both ends; who may not know of one is told that it is not there', async () => {
    const edge = { action: 'add', from: secret, to: open, reason: 'x' };
    expect(await refusal(MAKE, edge)).toMatchObject({ code: 'NOT_FOUND' });
    const missing = { ...edge, from: '00000000-0000-4000-8000-000000000000' };
    expect(await refusal(MAKE, missing)).toMatchObject({ code: 'NOT_FOUND' });
    const seen = { ...edge, from: await data('p one') };
    expect(await refusal(MAKE, seen, 'eve')).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('are shown to who may see both ends, with their reasons; to others nothing is told', async () => {
    const edit = await make('add', [secret, open], 'max', { reason: 'the secret one' });
    expect((await list({ assetId: open }, 'max')).map(({ id }) => id)).toEqual([edit.id]);
    expect(await list({ assetId: open, withEnded: true })).toEqual([]);
    const shown = await around(open);
    expect(shown['? → two']).toMatchObject({ evidence: null, edits: [] });
    expect(JSON.stringify(shown)).not.toContain('secret');
    expect(await refusal(WITHDRAW, { id: edit.id })).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('are withdrawn by their author, and by who manages both ends', async () => {
    const edge: Edge = [await data('p one'), open];
    const edit = await make('add', edge);
    expect(await refusal(WITHDRAW, { id: edit.id }, 'bob')).toMatchObject({ code: 'FORBIDDEN' });
    const ended = (await cairn.ask(WITHDRAW, { id: edit.id }, tokens['sue'])).withdrawLineageEdit;
    expect(ended).toMatchObject({ author: 'user:ada', withdrawnBy: 'user:sue' });
    expect(await list({ assetId: open })).toEqual([]);
    expect((await list({ assetId: open, withEnded: true })).map(({ id }) => id)).toEqual([edit.id]);
    expect((await list({ author: 'user:ada', withEnded: true }))[0].id).toBe(edit.id);
  });

  test('come in pages, the latest first', async () => {
    const first = (await cairn.ask(LIST, { first: 2, filter: { withEnded: true } }, tokens['ada']))
      .lineageEdits;
    expect(first.pageInfo.hasNextPage).toBe(true);
    const next = (
      await cairn.ask(
        LIST,
        { first: 2, filter: { withEnded: true }, after: first.pageInfo.endCursor },
        tokens['ada'],
      )
    ).lineageEdits;
    const ids = [...first.nodes, ...next.nodes].map(({ id }: any) => Number(id));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
  });

  test.each([
    ['itself', { to: 'p one' }, /^to: must be another asset than from/],
    ['a reason', { reason: '  ' }, /^reason: must say why, in 1 to 2000 characters/],
    ['a short reason', { reason: 'x'.repeat(2_001) }, /^reason: must say why, in 1 to 2000 characters/],
    ['a future expiry', { expiresAt: '2026-01-01T00:00:00Z' }, /^expiresAt: must be in the future/],
  ])('are refused by name: %s', async (_, change: Record<string, string>, message) => {
    const from = await data('p one');
    const to = change['to'] === undefined ? open : await data(change['to']);
    const given = { action: 'add', from, reason: 'x', ...change, to };
    expect(await refusal(MAKE, given)).toEqual({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(message),
    });
  });

  test('are refused between two jobs, and by an id that is none', async () => {
    const [load, guard] = [await idOf('job', 'etl load'), await idOf('job', 'etl guard')];
    const jobs = { action: 'add', from: load, to: guard, reason: 'x' };
    expect((await refusal(MAKE, jobs)).message).toMatch(/^to: must be data where from is a job/);
    expect((await refusal(MAKE, { ...jobs, from: 'load' })).message).toMatch(
      /^from: must be the id of an asset/,
    );
    expect(await refusal(WITHDRAW, { id: 'x' })).toMatchObject({ message: 'id: must be the id of an edit' });
    expect(await refusal(WITHDRAW, { id: '999999' })).toMatchObject({ code: 'NOT_FOUND' });
    expect((await refusal(LIST, { after: 'e30' })).message).toMatch(/^after: /);
  });

  test('are bounded for each edge', async () => {
    const [from, to] = [await data('p one'), await data('p two')];
    for (let i = 0; i < 50; i++) await make('add', [from, to], 'ada', { reason: `reason ${i}` });
    const more = { action: 'add', from, to, reason: 'one more' };
    expect((await refusal(MAKE, more, 'bob')).message).toMatch(
      /^to: must leave at most 50 edits of one edge/,
    );
  });
});

test('a shell edits, lists and withdraws, and shows what is by hand', async () => {
  const cli = (...argv: string[]) => runCli(cairn, tokens['ada']!, argv);
  await send('shell', ['s one'], ['s two']);
  const [one, two, job] = ['dataset,s,one', 'dataset,s,two', 'job,etl,shell'];
  const added = await cli(
    'lineage',
    'edit',
    'add',
    one,
    two,
    '--reason',
    'a script',
    '--expires',
    '2100-01-01',
  );
  expect(added).toMatchObject({ exitCode: 0, stderr: '' });
  const [, id] = /^Edit (\d+): add dataset one \[s\] → dataset two \[s\]\.\n$/.exec(added.stdout)!;
  expect((await cli('lineage', two, '--direction', 'upstream')).stdout).toBe(
    'upstream\ndataset two [s]\n├─ dataset one [s] (by hand)\n└─ job shell [etl]\n   └─ dataset one [s]\n',
  );
  expect((await cli('lineage', two, '--format', 'dot')).stdout).toMatch(/ \[style=dashed\];/);
  await cli('lineage', 'edit', 'confirm', one, job, '--reason', 'looked');
  const listed = await cli('lineage', 'edits', one);
  const rows = listed.stdout.trimEnd().split('\n').slice(1);
  expect(rows.map((line) => line.split(/ {2,}/)[1])).toEqual(['confirm', 'add']);
  expect(listed.stdout).toMatch(/2100-01-01 00:00:00Z {2}a script/);
  const ended = await cli('lineage', 'edit', 'withdraw', id!, '--json');
  expect(JSON.parse(ended.stdout)).toMatchObject({ id, withdrawnBy: 'user:ada' });
  expect((await cli('lineage', 'edits', one)).stdout).not.toContain('a script');
  expect((await cli('lineage', 'edits', one, '--all', '--author', 'user:ada')).stdout).toContain('a script');
  expect((await cli('lineage', 'edit', 'add', one, two)).exitCode).toBe(2);
  expect((await cli('lineage', 'edit', 'add', one, one, '--reason', 'x')).exitCode).toBe(2);
  expect((await cli('lineage', 'edit', 'withdraw', '999999')).exitCode).toBe(5);
});
