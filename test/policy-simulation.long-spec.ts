import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Policy } from '../src/policy/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';
import { PolicyFolder } from './support/policy-folder.js';
import { runCli } from './support/run-cli.js';

const served = new PolicyFolder();
const candidate = new PolicyFolder();
const rule = (id: string, effect = 'allow', when = '-') =>
  `p, ${id}, user:probe, external, dataset/**, *, *, ${when}, ${effect}\n`;
let cairn: TestCairn;
let token: string;
beforeAll(async () => {
  served.write('x.csv', rule('X-1'));
  cairn = await startTestCairn({ CAIRN_POLICY_DIR: served.directory, CAIRN_POLICY_POLL_MS: '60' });
  token = await cairn.tokenFor('user:probe');
  const event = {
    ...{ eventType: 'COMPLETE', eventTime: new Date().toISOString(), producer: 'urn:test' },
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    ...{ run: { runId: '01890000-0000-7000-8000-000000000001' }, job: { namespace: 'jobs', name: 'j' } },
    outputs: [{ namespace: 'postgres://db', name: 'orders' }],
  };
  await cairn.http('/api/v1/lineage', {
    ...{ method: 'POST', body: JSON.stringify(event), headers: { 'content-type': 'application/json' } },
  });
  const { assets } = await cairn.ask('{ assets(first: 10) { nodes { id kind } } }', {}, token);
  expect(assets.nodes).toHaveLength(1);
  const id = assets.nodes[0].id as string;
  for (let times = 0; times < 3; times++)
    await cairn.ask(
      'mutation($id: ID!) { editAsset(id: $id, input: {description: "d"}) { id } }',
      { id },
      token,
    );
});
afterAll(async () => {
  await cairn.stop();
  served.delete();
  candidate.delete();
});

const cli = async (...argv: string[]) => {
  const { exitCode, stdout, stderr } = await runCli(cairn, cairn.adminToken, ['--json', 'policy', ...argv]);
  return { exitCode, json: stdout === '' ? undefined : JSON.parse(stdout), stderr };
};

test('the same policy would answer as it did', async () => {
  const { json } = await eventually(
    () => cli('simulate', served.directory),
    ({ json: now }) => now.decisions.replayed >= 3 && now.lists.replayed >= 1,
  );
  expect(json).toMatchObject({
    notReplayable: 0,
    flips: [],
    listFlips: [],
    isCut: false,
    isTruncated: false,
  });
});

test('each answer that would be another is listed once, with both rules and how often; lists are told apart', async () => {
  candidate.write('x.csv', `${rule('X-1')}${rule('X-9', 'deny')}`);
  const { json, exitCode } = await cli('simulate', candidate.directory, '--fail-on-flips');
  expect(exitCode).toBe(1);
  expect(json.flips).toEqual([
    {
      ...{ subject: 'user:probe', action: 'manage', count: 3, lastAt: expect.any(String) },
      asset: { namespace: 'external', kind: 'dataset', name: 'orders' },
      before: { isAllowed: true, rules: ['X-1'], masks: [], filters: [] },
      after: { isAllowed: false, rules: ['X-9'], masks: [], filters: [] },
    },
  ]);
  expect(json.listFlips).toMatchObject([
    { subject: 'user:probe', before: { isAllowed: true }, count: expect.any(Number) },
  ]);
});

test('a list that would show other assets is another, though both show some', async () => {
  candidate.write('x.csv', 'p, X-1, user:probe, external, dataset/o*, *, *, -, allow\n');
  const { json } = await cli('simulate', candidate.directory);
  expect(json.flips).toEqual([]);
  expect(json.listFlips).toMatchObject([{ before: { isAllowed: true }, after: { isAllowed: true } }]);
});

test('decisions are asked with the time that they were made at', async () => {
  const later = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z/, 'Z');
  candidate.write('x.csv', rule('X-1', 'allow', `now < ${later}`));
  expect((await cli('simulate', candidate.directory)).json.decisions.flipped).toBe(0);
  candidate.write('x.csv', rule('X-1', 'allow', `now >= ${later}`));
  expect((await cli('simulate', candidate.directory)).json.decisions.flipped).toBe(3);
});

test('masks and filters that would be others are told, with what was asked for then', async () => {
  const orders = { namespace: 'external', kind: 'dataset', name: 'orders', tags: [] } as const;
  const probe = {
    id: randomUUID(),
    kind: 'user',
    name: 'probe',
    displayName: 'Probe',
    attributes: {},
  } as const;
  await cairn.app.get(Policy).oblige(probe, 'read', orders, new Map([['mail', ['pii.email']]]));
  await cairn.app.get(Policy).recorded();
  candidate.write('x.csv', rule('X-1'));
  await eventually(
    () => cli('simulate', candidate.directory),
    ({ json }) => json.decisions.replayed >= 4 && json.decisions.flipped === 0,
  );
  candidate.write(
    'x.csv',
    `${rule('X-1')}p2, X-2, *, external, pii.email, read, hmac, -, allow\np3, X-3, *, external, dataset/o*, read, *, total<10, -, allow\n`,
  );
  const { json } = await cli('simulate', candidate.directory);
  expect(json.flips).toMatchObject([
    {
      ...{ subject: 'user:probe', action: 'read', count: 1 },
      before: { isAllowed: true, rules: ['X-1'], masks: [], filters: [] },
      after: {
        ...{ isAllowed: true, rules: ['X-1', 'X-2', 'X-3'] },
        ...{ masks: ['mail: hmac'], filters: ['total < 10'] },
      },
    },
  ]);
  const shown = await runCli(cairn, cairn.adminToken, ['policy', 'simulate', candidate.directory]);
  expect(shown.stdout).toContain('allowed X-1 X-2 X-3 (mail: hmac, rows where total < 10)');
});

test('a candidate that is no good is refused with its findings, and only administrators may ask', async () => {
  candidate.write('x.csv', 'p, too, short\n');
  const { exitCode, stderr } = await cli('simulate', candidate.directory);
  expect([exitCode, JSON.parse(stderr).error.findings[0].file]).toEqual([2, 'x.csv']);
  const denied = await cairn.http('/api/v1/policy/simulations', {
    ...{ token, method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } },
  });
  expect(denied.status).toBe(403);
  const none = await cairn.graphql(
    'query($i: SimulatePolicyInput!) { simulatePolicy(input: $i) { version } }',
    {
      i: { files: served.files(), from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
    },
  );
  expect(none.errors?.[0]?.extensions).toMatchObject({ field: 'input.from' });
});

test('from a shell: apply, status, roll back, keys and signatures', async () => {
  candidate.write('x.csv', 'p, too, short\n');
  const refused = await cli('apply', candidate.directory, '--reason', 'x');
  expect([refused.exitCode, refused.json.findings[0].line]).toEqual([1, 1]);
  candidate.write('x.csv', rule('X-2'));
  const applied = await cli('apply', candidate.directory, '--reason', 'a better rule');
  expect(applied).toMatchObject({ exitCode: 0, json: { outcome: 'taken' } });
  const status = await runCli(cairn, cairn.adminToken, ['policy', 'status']);
  expect(status.stdout).toContain('a better rule');
  expect(status.stdout).toMatch(/this replica +answers from it/);
  const back = await cli('rollback', '--reason', 'not so good');
  expect(back.json).toMatchObject({
    outcome: 'taken',
    version: expect.not.stringMatching(applied.json.version),
  });

  const key = path.join(candidate.directory, '.key');
  const made = await cli('keygen', '--out', key);
  expect(made.json.publicKey).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect((await cli('keygen', '--out', key)).exitCode).toBe(2);
  expect((await cli('sign', candidate.directory, '--key', key)).json.sequence).toBe(1);
  expect((await cli('sign', candidate.directory, '--key', key)).json.sequence).toBe(2);
  expect(
    JSON.parse(readFileSync(path.join(candidate.directory, 'manifest.json'), 'utf8')).files,
  ).toHaveLength(candidate.files().length);
  expect(existsSync(path.join(candidate.directory, '.manifest.json.new'))).toBe(false);
  const { PublicKeys } = await import('../src/policy/delivery/signing/public-keys.js');
  const read = (name: string) => readFileSync(path.join(candidate.directory, name), 'utf8');
  const keys = new PublicKeys([made.json.publicKey]);
  expect(keys.signerOf(read('manifest.json'), read('manifest.sig'))).toBe(made.json.name);
  expect(keys.signerOf(`${read('manifest.json')} `, read('manifest.sig'))).toBeUndefined();
});
