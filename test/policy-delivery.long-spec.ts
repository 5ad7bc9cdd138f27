import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';
import { PolicyFolder } from './support/policy-folder.js';

const STATUS = `{ policy { version generation changedBy source isApplyOpen answering { version generation lagReason }
  lastOfSource { outcome refusal message version findings { file line check message } }
  lastRefused { refusal attemptedBy findings { file line } }
  history(first: 50) { nodes { generation version fromVersion source movedBy reason } } } }`;
const APPLY =
  'mutation($i: ApplyPolicyInput!) { applyPolicy(input: $i) { outcome version refusal findings { file line check message } } }';
const ROLLBACK = 'mutation($i: RollbackPolicyInput!) { rollbackPolicy(input: $i) { outcome version } }';

const folder = new PolicyFolder();
let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startTestCairn({ CAIRN_POLICY_DIR: folder.directory, CAIRN_POLICY_POLL_MS: '60' });
});
afterAll(async () => {
  await cairn.stop();
  folder.delete();
});

const status = async () => (await cairn.ask(STATUS)).policy;
/** Waits for a try of the source that ended so, on another version than the one given. */
const outcome = (wanted: string, isIt: (of: any) => boolean = () => true) =>
  eventually(status, (now) => now.lastOfSource.outcome === wanted && isIt(now));
const rule = (id: string, subject = 'user:probe') =>
  `p, ${id}, ${subject}, external, dataset/**, list, *, -, allow\n`;
const health = async () => ((await (await cairn.http('/health/ready', { token: '' })).json()) as any).parts;

describe('a watched folder', () => {
  test('its files are the first version, and what changes in them is the next', async () => {
    const first = await status();
    expect(first).toMatchObject({
      generation: 1,
      source: `directory:${folder.directory}`,
      isApplyOpen: true,
      lastOfSource: { outcome: 'taken' },
      answering: { version: first.version, generation: 1, lagReason: null },
    });
    folder.write('teams/probe.csv', rule('X-001'));
    const second = await eventually(status, ({ answering }) => answering.generation === 2);
    expect(second.history.nodes[0]).toMatchObject({
      ...{ generation: 2, fromVersion: first.version, source: 'directory', movedBy: 'source' },
    });
    expect(second.answering.version).toBe(second.version);
  });

  test('what is wrong in it changes nothing, and is shown with file and line until it is mended', async () => {
    const before = await status();
    folder.write(
      'teams/probe.csv',
      `${rule('X-001')}p, X-002, user:probe, external, dataset/**, lsit, *, -, allow\n`,
    );
    const refused = await outcome('refused');
    expect(refused.lastOfSource).toMatchObject({
      refusal: 'bundle',
      findings: [{ file: 'teams/probe.csv', line: 2, check: 'action' }],
    });
    expect([refused.version, refused.generation]).toEqual([before.version, before.generation]);
    const { policySource, policy } = await health();
    expect(policy).toMatchObject({ isReady: true, report: { bundle: before.version } });
    expect(policySource).toMatchObject({
      ...{ isReady: true, isDegraded: true },
      report: { outcome: 'refused', refusal: 'bundle', first: ['teams/probe.csv:2 action'] },
    });
    const metrics = await (await cairn.http('/metrics')).text();
    expect(metrics).toContain(`cairn_policy_live_info{version="${before.version}"} 1`);
    expect(metrics).toContain('cairn_policy_refused 1');
    expect(metrics).toMatch(/cairn_policy_source_look_age_seconds \d/);

    folder.write('teams/probe.csv', `# mended\n${rule('X-001')}`);
    const mended = await outcome('unchanged');
    expect(mended.generation).toBe(before.generation);
    expect((await health()).policySource.isDegraded).toBe(false);
    expect(await (await cairn.http('/metrics')).text()).toContain('cairn_policy_refused 0');
  });

  test('a policy that its own cases speak against is refused', async () => {
    folder.write('tests/probe.yaml', CASE.replace('EXPECTED', 'false'));
    const refused = await outcome('refused');
    expect(refused.lastOfSource.findings[0]).toMatchObject({ file: 'tests/probe.yaml', check: 'case' });
    folder.write('tests/probe.yaml', CASE.replace('EXPECTED', 'true'));
    await outcome('unchanged');
  });

  test('what was rolled back stays so until the folder says something new', async () => {
    const before = await status();
    folder.write('teams/probe.csv', rule('X-010'));
    folder.remove('tests/probe.yaml');
    const bad = await eventually(status, ({ generation }) => generation === before.generation + 1);
    const answer = await cairn.ask(ROLLBACK, { i: { reason: 'X-010 was a mistake' } });
    expect(answer.rollbackPolicy).toEqual({ outcome: 'taken', version: before.version });
    folder.write('teams/probe.csv', `# the same rule with another comment\n${rule('X-010')}`);
    const held = await outcome('held');
    expect(held).toMatchObject({ version: before.version, generation: before.generation + 2 });
    expect(held.history.nodes[0]).toMatchObject({
      ...{
        source: 'rollback',
        movedBy: 'user:admin',
        reason: 'X-010 was a mistake',
        fromVersion: bad.version,
      },
    });
    await cairn.restart();
    expect((await status()).version).toBe(before.version);
    folder.write('teams/probe.csv', rule('X-011'));
    await eventually(status, ({ generation }) => generation === before.generation + 3);
  });

  test('a start with a folder that is no good goes on with what was live; one with another good folder takes it', async () => {
    const before = await status();
    await cairn.away(async () => folder.write('model.conf', 'nonsense'));
    const bad = await status();
    expect([bad.version, bad.lastOfSource.outcome]).toEqual([before.version, 'refused']);
    await cairn.away(async () => {
      folder.write('model.conf', new PolicyFolder().files().find(({ path }) => path === 'model.conf')!.text);
      folder.write('teams/probe.csv', rule('X-012'));
    });
    expect((await status()).generation).toBe(before.generation + 1);
  });
});

describe('files that are applied', () => {
  test('are live at once, and the folder does not undo it', async () => {
    const before = await status();
    const files = [...folder.files(), { path: 'applied.csv', text: rule('A-100') }];
    const answer = await cairn.ask(APPLY, {
      i: { files, reason: 'in a hurry', expectedGeneration: before.generation },
    });
    expect(answer.applyPolicy).toMatchObject({ outcome: 'taken' });
    const after = await status();
    expect(after.answering.version).toBe(answer.applyPolicy.version);
    expect(after.history.nodes[0]).toMatchObject({
      source: 'apply',
      movedBy: 'user:admin',
      reason: 'in a hurry',
    });
    const late = await cairn.graphql(APPLY, {
      i: { files, reason: 'late', expectedGeneration: before.generation },
    });
    expect(late.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', found: after.generation });
  });

  test('that are no good are refused with all that is wrong, also in how they are named', async () => {
    const ask = async (...more: object[]) =>
      (await cairn.ask(APPLY, { i: { files: [...folder.files(), ...more], reason: 'x' } })).applyPolicy;
    expect(await ask({ path: 'bad.csv', text: 'p, too, short\n' })).toMatchObject({
      ...{ outcome: 'refused', refusal: 'bundle', version: null },
      findings: [{ file: 'bad.csv', line: 1, check: 'column-count' }],
    });
    for (const path of ['../etc/x.csv', '/x.csv', 'a//b.csv', 'a\\b.csv', 'rules.txt'])
      expect(await ask({ path, text: rule('Y-1') })).toMatchObject({
        outcome: 'refused',
        findings: [{ file: path }],
      });
  });

  test('only who administers policy applies, rolls back or looks', async () => {
    const token = await cairn.tokenFor('user:probe');
    for (const [query, variables] of [
      [APPLY, { i: { files: folder.files(), reason: 'x' } }],
      [ROLLBACK, { i: { reason: 'x' } }],
      [STATUS, {}],
    ] as const)
      expect((await cairn.graphql(query, variables, token)).errors?.[0]?.extensions['code']).toBe(
        'FORBIDDEN',
      );
  });

  test('rolling back twice goes back two versions; to nowhere is an error', async () => {
    const { history } = await status();
    const before = await cairn.ask(ROLLBACK, { i: { reason: 'once' } });
    const twice = await cairn.ask(ROLLBACK, { i: { reason: 'twice' } });
    expect(twice.rollbackPolicy.version).not.toBe(history.nodes[0].version);
    expect(before.rollbackPolicy.version).not.toBe(twice.rollbackPolicy.version);
    const there = await cairn.graphql(ROLLBACK, {
      i: { reason: 'x', version: twice.rollbackPolicy.version.slice(0, 12) },
    });
    expect(there.errors?.[0]?.extensions['code']).toBe('CONFLICT');
    const nowhere = await cairn.graphql(ROLLBACK, { i: { reason: 'x', version: 'abcdef0123' } });
    expect(nowhere.errors?.[0]?.extensions['code']).toBe('NOT_FOUND');
  });
});

test('assets known from events move with the places that become live, and nobody sees them by the old ones', async () => {
  const event = {
    ...{ eventType: 'COMPLETE', eventTime: new Date().toISOString(), producer: 'urn:test' },
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    ...{ run: { runId: '01890000-0000-7000-8000-000000000001' }, job: { namespace: 'jobs', name: 'j' } },
    outputs: [{ namespace: 'postgres://secrets', name: 'salaries' }],
  };
  await cairn.http('/api/v1/lineage', {
    ...{ method: 'POST', body: JSON.stringify(event), headers: { 'content-type': 'application/json' } },
  });
  const token = await cairn.tokenFor('user:probe');
  const seen = async () =>
    (await cairn.ask('{ assets(first: 50) { nodes { namespace } } }', {}, token)).assets.nodes;
  const before = await status();
  folder.write('teams/probe.csv', rule('X-020'));
  await eventually(status, ({ generation }) => generation > before.generation);
  expect(await seen()).toEqual([expect.objectContaining({ namespace: 'external' })]);
  folder.write('places.csv', 'postgres://secrets, vault\n**, external\n');
  folder.write('vault.csv', 'g2, vault, *\n');
  await eventually(status, ({ generation }) => generation > before.generation + 1);
  expect(await seen()).toEqual([]);
});

test('a replica that cannot load what is live answers by what was, says so, and comes back by a rollback', async () => {
  const before = await status();
  const client = new pg.Client({ connectionString: cairn.databaseUrl });
  await client.connect();
  // As a later program might: a model that this one does not know.
  const files = JSON.stringify(
    folder.files().map((file) => (file.path === 'model.conf' ? { ...file, text: 'another model' } : file)),
  );
  await client.query(
    `INSERT INTO policy_version (version, digest, files, source, stored_by, reason, report)
     VALUES (repeat('ab', 32), 'd', $1, 'git', 'source', 'x', '{}')`,
    [files],
  );
  await client.query("UPDATE policy_live SET version = repeat('ab', 32), generation = generation + 1");
  await client.end();
  const behind = await eventually(status, ({ answering }) => answering.lagReason !== null);
  expect(behind).toMatchObject({ version: 'ab'.repeat(32), answering: { version: before.version } });
  expect(behind.answering.lagReason).toContain('model.conf: is not the known model');
  expect(await (await cairn.http('/metrics')).text()).toContain('cairn_policy_behind 1');
  const notReady = await eventually(health, ({ policy }) => !policy.isReady);
  expect(notReady.policy.report).toMatchObject({
    ...{ bundle: before.version, behind: { version: 'ab'.repeat(32) } },
  });
  await cairn.ask(ROLLBACK, { i: { reason: 'no replica can load it', version: before.version } });
  expect((await health()).policy.isReady).toBe(true);
  expect((await status()).answering).toMatchObject({ version: before.version, lagReason: null });
});

const CASE = `
- sentence: the probe lists what is external
  subject: user:probe
  action: list
  namespace: external
  kind: dataset
  name: d
  expect: { allowed: EXPECTED }
`;
