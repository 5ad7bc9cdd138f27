import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Database } from '../src/platform/index.js';
import { Policy } from '../src/policy/index.js';
import { readBundleFiles } from '../src/policy/toolkit/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';
import { runCli } from './support/run-cli.js';

const POLICIES = path.resolve('test/fixtures/people-policies');
const CREATE = 'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { asset { id } } }';
const REQUEST = 'mutation($i: RequestAccessInput!) { requestAccess(input: $i) { id state } }';
const APPROVE =
  'mutation($id: ID!, $until: DateTime) { approveAccess(id: $id, reason: "fine", until: $until) { id state grantedUntil } }';
const DENY = 'mutation($id: ID!) { denyAccess(id: $id, reason: "no") { state decisionReason } }';
const REVOKE = 'mutation($id: ID!) { revokeAccess(id: $id, reason: "enough") { state } }';
const LIST = '{ accessRequests(first: 200) { nodes { id requester state policyLines } } }';
const EXPLAIN =
  'query($id: ID!, $action: String!) { explainAccess(assetId: $id, action: $action) { allowed rules reason } }';
const BREAK = 'mutation($i: BreakGlassInput!) { breakGlass(input: $i) { id state until } }';

let cairn: TestCairn;
const tokens: Record<string, string> = {};
let leads: string;
let secrets: string;
const alerts: Record<string, unknown>[] = [];
let failures = 1;
const webhook = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    response.statusCode = failures-- > 0 ? 503 : 204;
    if (response.statusCode === 204) alerts.push(JSON.parse(body) as Record<string, unknown>);
    response.end();
  });
});

const hence = (ms: number) => new Date(Date.now() + ms).toISOString();
const ask = (query: string, variables: object, by: string) =>
  cairn.graphql(query, variables as Record<string, unknown>, tokens[by]);
async function explained(by: string, id: string, action = 'read') {
  const { data, errors } = await ask(EXPLAIN, { id, action }, by);
  expect(errors).toBeUndefined();
  return data.explainAccess as { allowed: boolean; rules: string[]; reason: string };
}
async function requested(by: string, input: object): Promise<string> {
  const { data, errors } = await ask(
    REQUEST,
    { i: { actions: ['read'], reason: 'for the report', until: hence(86_400_000), ...input } },
    by,
  );
  expect(errors).toBeUndefined();
  return data.requestAccess.id as string;
}
const messageOf = async (answer: ReturnType<typeof ask>) => (await answer).errors?.[0]?.message;

beforeAll(async () => {
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
  cairn = await startTestCairn({
    CAIRN_POLICY_DIR: POLICIES,
    CAIRN_ALERT_WEBHOOK: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/alert`,
  });
  for (const name of ['edna', 'stew', 'stella', 'half', 'bob', 'olga'])
    tokens[name] = await cairn.tokenFor(`user:${name}`);
  tokens['admin'] = cairn.adminToken;
  const make = async (name: string, namespace: string) =>
    (await cairn.ask(CREATE, { i: { name, kind: 'dataset', namespace } }, tokens['edna'])).createRepository
      .asset.id as string;
  leads = await make('leads', 'acme/sales');
  secrets = await make('secrets', 'acme/hr');
  await cairn.ask(
    'mutation($id: ID!) { editAsset(id: $id, input: { tags: ["restricted"] }) { id } }',
    { id: secrets },
    tokens['stew'],
  );
}, 60_000);
afterAll(async () => {
  await cairn.stop();
  webhook.close();
});

describe('access that is asked for', () => {
  test('is granted by a steward, at once, until its end, and named by every decision', async () => {
    expect(await explained('bob', leads)).toMatchObject({ allowed: false });
    const id = await requested('bob', { assetId: leads });
    expect(await explained('bob', leads)).toMatchObject({ allowed: false });
    expect((await ask(APPROVE, { id }, 'stew')).data.approveAccess).toMatchObject({ id, state: 'granted' });
    expect(await explained('bob', leads)).toEqual({
      ...{ allowed: true, rules: [id], reason: `allowed by ${id}` },
    });
    expect(await explained('bob', leads, 'write')).toMatchObject({ allowed: false });
    const bob = { id: randomUUID(), kind: 'user', name: 'bob', displayName: 'Bob', attributes: {} } as const;
    const asked = { namespace: 'acme/sales', kind: 'dataset', name: 'leads', tags: [] } as const;
    await cairn.app.get(Policy).authorize(bob, 'read', asked);
    const plan = await cairn.app.get(Policy).plan(bob, 'read');
    expect([plan.matches(asked), plan.matches({ ...asked, name: 'others' })]).toEqual([true, false]);
    await cairn.app.get(Policy).recorded();
    const records = await cairn.app
      .get(Database)
      .query<{ kind: string }>('SELECT DISTINCT kind FROM audit_record WHERE body LIKE $1 ORDER BY kind', [
        `%"${id}"%`,
      ]);
    expect(records).toEqual([{ kind: 'change' }, { kind: 'decision' }]);
    expect((await ask(REVOKE, { id }, 'stella')).data.revokeAccess).toEqual({ state: 'revoked' });
    expect(await explained('bob', leads)).toMatchObject({ allowed: false });
  });

  test('as a role holds in the namespace and below, and the way to it tells the grant', async () => {
    const id = await requested('bob', { namespace: 'acme/sales', actions: null, role: 'role:reader' });
    await ask(APPROVE, { id }, 'stew');
    expect(await explained('bob', leads)).toMatchObject({ allowed: true, rules: ['READER-READ', id] });
    const { nodes } = (await ask(LIST, {}, 'stew')).data.accessRequests;
    expect(nodes.find((node: { id: string }) => node.id === id).policyLines).toEqual([
      expect.stringMatching(/^g, user:bob, role:reader, acme\/sales, \S+Z, \S+Z$/),
    ]);
    await ask(REVOKE, { id }, 'bob');
    expect(await explained('bob', leads)).toMatchObject({ allowed: false });
  });

  test('counts in explanations and when decisions are asked again; differences are of files alone', async () => {
    const files = await readBundleFiles(POLICIES);
    const id = await requested('bob', { assetId: leads });
    const from = hence(0);
    await ask(APPROVE, { id }, 'stew');
    const bob = { id: randomUUID(), kind: 'user', name: 'bob', displayName: 'Bob', attributes: {} } as const;
    const asked = { namespace: 'acme/sales', kind: 'dataset', name: 'leads', tags: [] } as const;
    await cairn.app.get(Policy).authorize(bob, 'read', asked);
    await cairn.app.get(Policy).recorded();
    const { explainDecision } = await cairn.ask(
      'query($id: ID!) { explainDecision(input: { subject: "user:bob", action: "read", assetId: $id }) { allowed rules matched { id file line } } }',
      { id: leads },
    );
    expect(explainDecision).toMatchObject({
      allowed: true,
      rules: [id],
      matched: [{ id, file: '', line: 0 }],
    });
    const shown = await runCli(cairn, cairn.adminToken, ['policy', 'explain', 'user:bob', 'read', 'leads']);
    expect(shown.stdout).toContain(`allow  ${id} (granted, in no file)`);
    await ask(REVOKE, { id }, 'stella');
    const { simulatePolicy } = await cairn.ask(
      'query($i: SimulatePolicyInput!) { simulatePolicy(input: $i) { decisions { replayed } flips { subject action } listFlips { subject } } }',
      { i: { files, from } },
    );
    expect(simulatePolicy.decisions.replayed).toBeGreaterThan(0);
    expect(simulatePolicy).toMatchObject({ flips: [], listFlips: [] });
    const { diffPolicy } = await cairn.ask(
      'query($files: [PolicyFileInput!]!) { diffPolicy(files: $files) { lineTotal accessTotal } }',
      { files },
    );
    expect(diffPolicy).toEqual({ lineTotal: 0, accessTotal: 0 });
  });

  test('allows nothing that the files deny', async () => {
    const id = await requested('bob', { assetId: secrets });
    await ask(APPROVE, { id }, 'stew');
    expect(await explained('bob', secrets)).toMatchObject({ allowed: false, rules: ['RESTRICTED'] });
  });

  test('ends by itself', async () => {
    const id = await requested('bob', { assetId: leads, actions: ['write'] });
    const until = hence(2_500);
    await ask(APPROVE, { id, until }, 'stew');
    expect(await explained('bob', leads, 'write')).toMatchObject({ allowed: true });
    await pause(new Date(until).getTime() - Date.now() + 5);
    expect(await explained('bob', leads, 'write')).toMatchObject({ allowed: false });
    const { nodes } = (await ask(LIST, {}, 'bob')).data.accessRequests;
    expect(nodes.find((node: { id: string }) => node.id === id).state).toBe('expired');
  });

  test('is decided by nobody who asked, administers the policy, does not manage all of it, or manages by a grant', async () => {
    const own = await requested('stew', { namespace: 'acme/hr', actions: ['merge'] });
    expect(await messageOf(ask(APPROVE, { id: own }, 'stew'))).toMatch(/has a part in it/);
    expect(await messageOf(ask(APPROVE, { id: own }, 'admin'))).toMatch(/administers the policy files/);
    expect(await messageOf(ask(APPROVE, { id: own }, 'bob'))).toMatch(
      /not found|no .*AccessRequest|does not exist/i,
    );
    const id = await requested('bob', { namespace: 'acme/hr' });
    expect((await ask(APPROVE, { id }, 'half')).errors?.[0]?.extensions['code']).toBe('NOT_FOUND');
    const managing = await requested('edna', { namespace: 'acme/hr', actions: ['manage'] });
    await ask(APPROVE, { id: managing }, 'stella');
    expect((await ask(APPROVE, { id }, 'edna')).errors?.[0]?.extensions['code']).toBe('NOT_FOUND');
    expect((await ask(DENY, { id }, 'stella')).data.denyAccess).toEqual({
      ...{ state: 'denied', decisionReason: 'no' },
    });
    expect(await messageOf(ask(APPROVE, { id }, 'stew'))).toMatch(
      /is denied; that can be done while it is open/,
    );
  });

  test('tells each who sees it what they may do with it', async () => {
    const id = await requested('bob', { assetId: leads });
    const steps = async (by: string): Promise<readonly string[] | undefined> => {
      const { nodes } = (await ask('{ accessRequests(first: 200) { nodes { id steps } } }', {}, by)).data
        .accessRequests;
      return nodes.find((node: { id: string }) => node.id === id)?.steps;
    };
    const all = () => Promise.all(['bob', 'stew', 'admin', 'edna'].map(steps));
    expect(await all()).toEqual([['withdraw'], ['approve', 'deny'], ['deny'], undefined]);
    await ask(APPROVE, { id }, 'stew');
    expect(await all()).toEqual([['revoke'], ['revoke'], ['revoke'], undefined]);
    await ask(REVOKE, { id }, 'bob');
    expect(await all()).toEqual([[], [], [], undefined]);
    const administers = ['admin', 'stew'].map(
      async (by) => (await ask('{ administersPolicy }', {}, by)).data.administersPolicy,
    );
    expect(await Promise.all(administers)).toEqual([true, false]);
  });

  test('is approved once, whoever tries at the same time', async () => {
    const id = await requested('bob', { namespace: 'acme/hr' });
    const answers = await Promise.all(
      ['stew', 'stella', 'stew', 'stella'].map((by) => ask(APPROVE, { id }, by)),
    );
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    await ask(REVOKE, { id }, 'bob');
  });

  test('is refused with the field and the rule when it asks for what cannot be', async () => {
    const refusal = (input: object) =>
      messageOf(ask(REQUEST, { i: { reason: 'r', until: hence(60_000), ...input } }, 'bob'));
    const inSales = { namespace: 'acme/sales' };
    expect(await refusal({ ...inSales, actions: ['administer'] })).toMatch(/input\.actions.*must be of list/);
    expect(await refusal({ ...inSales, role: 'role:redaer' })).toMatch(
      /input\.role: must be a role of the policy/,
    );
    expect(await refusal({ ...inSales })).toMatch(/input\.actions: must be given, or a role/);
    expect(await refusal({ namespace: '*', actions: ['read'] })).toMatch(
      /namespace.*must be a namespace below/,
    );
    expect(await refusal({ namespace: 'nowhere', actions: ['read'] })).toMatch(
      /must be a namespace that the policy/,
    );
    expect(await refusal({ ...inSales, actions: ['read'], until: hence(-1) })).toMatch(
      /input\.until.*future/,
    );
    expect(await refusal({ ...inSales, actions: ['read'], until: hence(31 * 86_400_000) })).toMatch(
      /30 days/,
    );
    expect(await refusal({ assetId: leads, role: 'role:reader' })).toMatch(/role is not held on one asset/);
  });
});

describe('an emergency', () => {
  const declare = (by: string, input: object) =>
    ask(BREAK, { i: { actions: ['read'], reason: 'the report is down', minutes: 30, ...input } }, by);

  test('lets the rules hold that wait for it, alerts, is named, ends, and is reviewed by somebody else', async () => {
    expect(await explained('olga', leads)).toMatchObject({ allowed: false });
    const { id, state } = (await declare('olga', { namespace: 'acme' })).data.breakGlass;
    expect(state).toBe('open');
    expect(await explained('olga', leads)).toEqual({
      ...{ allowed: true, rules: ['CALL-READ', id], reason: `allowed by CALL-READ, under ${id}` },
    });
    expect(await explained('olga', secrets)).toMatchObject({ allowed: false, rules: ['RESTRICTED', id] });
    expect(await explained('olga', leads, 'write')).toMatchObject({ allowed: false });
    await eventually(() => alerts.length > 0);
    expect(alerts).toEqual([
      expect.objectContaining({ event: 'emergency.declared', id, subject: 'user:olga', target: 'acme' }),
    ]);
    const metrics = await (await cairn.http('/metrics')).text();
    expect(metrics).toContain('cairn_emergencies{state="open"} 1');
    const REVIEW = 'mutation($id: ID!) { reviewEmergency(id: $id, review: "right so") { state reviewedBy } }';
    expect(await messageOf(ask(REVIEW, { id }, 'stew'))).toMatch(
      /is open; that can be done while it is ended/,
    );
    const steps = async (by: string) =>
      (await ask('{ emergencies { nodes { id steps } } }', {}, by)).data.emergencies.nodes.find(
        (node: { id: string }) => node.id === id,
      )?.steps;
    expect(await steps('stew')).toEqual(['end']);
    const END = 'mutation($id: ID!) { endEmergency(id: $id) { state } }';
    expect((await ask(END, { id }, 'olga')).data.endEmergency).toEqual({ state: 'ended' });
    expect(await explained('olga', leads)).toMatchObject({ allowed: false });
    expect(await messageOf(ask(REVIEW, { id }, 'olga'))).toMatch(/has a part in it/);
    expect(await Promise.all(['olga', 'stew', 'admin', 'bob'].map(steps))).toEqual([
      ...[[], ['review'], ['review'], undefined],
    ]);
    expect((await ask(REVIEW, { id }, 'stew')).data.reviewEmergency).toEqual({
      ...{ state: 'reviewed', reviewedBy: 'user:stew' },
    });
  });

  test('is declared by nobody whom no rule waits for, nor for longer than four hours', async () => {
    expect(await messageOf(declare('bob', { namespace: 'acme' }))).toMatch(/no rule of the policy files/);
    expect(await messageOf(declare('olga', { namespace: 'acme', actions: ['write'] }))).toMatch(/no rule/);
    expect(await messageOf(declare('olga', { namespace: 'acme', minutes: 241 }))).toMatch(/input\.minutes/);
    expect(await messageOf(declare('olga', { namespace: 'acme', reason: ' ' }))).toMatch(/input\.reason/);
  });

  test('is not what somebody says of themselves', async () => {
    await cairn.ask('mutation($i: CreatePrincipalInput!) { createPrincipal(input: $i) { id } }', {
      i: { kind: 'user', name: 'liar', attributes: { emergency: true } },
    });
    const { explainAccess } = await cairn.ask(
      'query($id: ID!) { explainAccess(assetId: $id, action: "read", subject: "user:liar") { allowed } }',
      { id: leads },
    );
    expect(explainAccess).toEqual({ allowed: false });
  });
});

test('each answer follows from the policy, the input and what was granted then', async () => {
  await cairn.app.get(Policy).recorded();
  const lines = (await (await cairn.http('/api/v1/audit/replay')).text()).trimEnd().split('\n');
  const { result } = JSON.parse(lines.at(-1)!) as { result: { confirmed: number } };
  expect(result).toMatchObject({ discrepancies: [], unknownVersion: 0, unreadable: 0, isTruncated: false });
  const [row] = await cairn.app
    .get(Database)
    .query<{ byGrant: number }>(
      "SELECT count(*)::int AS \"byGrant\" FROM audit_record WHERE kind = 'decision' AND body LIKE '%\"GRANT-%'",
    );
  expect(row!.byGrant).toBeGreaterThan(0);
  expect(result.confirmed).toBeGreaterThan(row!.byGrant);
});
