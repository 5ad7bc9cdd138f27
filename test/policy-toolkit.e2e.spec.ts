import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '../src/platform/index.js';
import { readBundleFiles, STARTING_FILES } from '../src/policy/toolkit/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { runCli } from './support/run-cli.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-toolkit-'));
const policies = path.join(folder, 'policies');
let cairn: TestCairn;
let reader: string;
let pricesId: string;

const cli = (...argv: string[]) => runCli(cairn, cairn.adminToken, ['policy', ...argv], folder);

beforeAll(async () => {
  const offline = { url: 'http://127.0.0.1:1' } as TestCairn;
  const made = await runCli(offline, '', ['policy', 'init', 'policies'], folder);
  if (made.exitCode !== 0) throw new Error(made.stderr);
  cairn = await startTestCairn({ CAIRN_POLICY_DIR: policies });
  reader = await cairn.tokenFor('user:rea.reader');
  await cairn.tokenFor('user:eddi.editor');
  await cairn.tokenFor('user:ida');
  for (const [name, namespace, tags] of [
    ['orders', 'acme/sales', []],
    ['customers', 'acme/sales', ['pii.email']],
    ['prices', 'acme/sales', ['restricted']],
    ['wages', 'acme', []],
  ] as const) {
    const { createRepository } = await cairn.ask(
      'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { asset { id } } }',
      { i: { name, kind: 'dataset', namespace } },
    );
    const { id } = createRepository.asset;
    await cairn.app
      .get(Database)
      .run(() => cairn.app.get(Database).query('UPDATE asset SET tags = $2 WHERE id = $1', [id, tags]));
    if (name === 'prices') pricesId = id;
  }
}, 60_000);
afterAll(async () => {
  await cairn.stop();
  rmSync(folder, { recursive: true });
});

/** A copy of the policy in which some text of some file is another. */
async function changed(file: string, from: string | RegExp, to: string) {
  const directory = mkdtempSync(path.join(folder, 'changed-'));
  cpSync(policies, directory, { recursive: true });
  const before = readFileSync(path.join(directory, file), 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${file} does not hold ${String(from)}`);
  writeFileSync(path.join(directory, file), after);
  return { directory, files: await readBundleFiles(directory) };
}

const DIFF = `query($files: [PolicyFileInput!]!, $context: PolicyContextInput) { diffPolicy(files: $files, context: $context) {
  lines { kind change what file line columns { name before after } } lineTotal accessTotal isComplete
  access { kind actions principals principalTotal askedAs total mask { tag before after } filter { removed added } assets { asset { name } before { allowed rules filters } after { allowed rules filters } } }
  system { object principals before { allowed } after { allowed } } } }`;

async function diff(files: unknown, context?: object) {
  return (await cairn.ask(DIFF, { files, context })).diffPolicy;
}

describe('who gains and loses before a policy takes effect', () => {
  it('nothing differs of the policy itself', async () => {
    const same = await diff(await readBundleFiles(policies));
    expect(same).toMatchObject({ lineTotal: 0, accessTotal: 0, access: [], system: [], isComplete: true });
  });

  it('a link that is gone takes its assets from one person alone, and says by which rules', async () => {
    const { files } = await changed('acme.csv', /^g, user:rea\.reader.*\n/m, '');
    const { lines, access, system } = await diff(files);
    expect(lines).toEqual([
      {
        kind: 'role-link',
        change: 'removed',
        what: 'g, user:rea.reader, role:reader, acme, -, -',
        file: 'acme.csv',
        line: 13,
        columns: [],
      },
    ]);
    expect(system).toEqual([]);
    expect(access).toEqual([
      {
        kind: 'lost',
        actions: ['list', 'read'],
        principals: ['user:rea.reader'],
        askedAs: 'user:rea.reader',
        principalTotal: 1,
        total: 3,
        ...{ mask: null, filter: null },
        assets: ['customers', 'orders', 'wages'].map((name) => ({
          asset: { name },
          before: { allowed: true, rules: ['READER-LIST'], filters: [] },
          after: { allowed: false, rules: [], filters: [] },
        })),
      },
    ]);
  });

  it('what hangs on what requests say is told when it is said', async () => {
    const { files } = await changed('acme.csv', 'clearance < 3', 'clearance < 2');
    expect((await diff(files)).access).toEqual([]);
    const { access } = await diff(files, { clearance: 2 });
    expect(access.map(({ kind, total, principals }: any) => [kind, total, principals])).toEqual([
      ['gained', 1, ['service:cairn', 'user:admin']],
      ['gained', 1, ['user:eddi.editor']],
      ['gained', 1, ['group:fraud-team', 'user:rea.reader']],
    ]);
  });

  it('a mask that is gone is told with the assets whose values are seen as they are', async () => {
    const { files } = await changed('acme.csv', /^p2, MASK-PII.*\n(.*\n)?/m, '');
    const { access } = await diff(files);
    const unmasked = { tag: 'pii.email', before: 'sha256', after: null };
    expect(
      access.map(({ kind, actions, mask, total, principals }: any) => [
        kind,
        actions,
        mask,
        total,
        principals,
      ]),
    ).toEqual([
      ['masked-otherwise', ['read'], unmasked, 1, ['service:cairn', 'user:admin', 'user:rea.reader']],
      ['masked-otherwise', ['read'], unmasked, 1, ['group:fraud-team', 'user:eddi.editor']],
    ]);
  });

  it('a row filter that is new or another is told with the assets of which other rows are seen', async () => {
    const filter = (text: string) =>
      `p3, LIVE, role:reader, acme/sales, dataset/o*, read, *, ${text}, -, allow`;
    const { files, directory } = await changed('acme.csv', /$/, filter('deleted is null'));
    const { lines, access } = await diff(files);
    expect(lines).toMatchObject([{ kind: 'filter-rule', change: 'added', what: 'LIVE' }]);
    const isSeen = {
      before: { allowed: true, filters: [] },
      after: { allowed: true, filters: ['deleted is null'] },
    };
    expect(access).toMatchObject([
      {
        ...{ kind: 'filtered-otherwise', actions: ['read'], total: 1, mask: null },
        principals: ['group:fraud-team', 'user:eddi.editor', 'user:rea.reader'],
        filter: { removed: [], added: ['deleted is null'] },
        assets: [{ asset: { name: 'orders' }, ...isSeen }],
      },
    ]);
    const name = path.relative(folder, directory);
    expect((await cli('diff', name)).stdout).toContain(
      'filtered-otherwise: read of 1 asset (+ rows where deleted is null)',
    );
    const other = await changed('acme.csv', /$/, filter('(deleted  is null)&&region==$region'));
    const offline = await cli('diff', name, path.relative(folder, other.directory));
    expect(offline.stdout).toContain('filter deleted is null → deleted is null && region == $region');
    expect(offline.stdout).toContain(
      'read dataset/orders in acme/sales: allowed by READER-READ (rows where deleted is null) → allowed by READER-READ (rows where deleted is null && region == $region)',
    );
    const explained = await cli(
      ...['explain', 'user:rea.reader', 'read', 'dataset/prices', '--namespace', 'acme/sales', '--dir', name],
    );
    expect(explained.stdout).toMatch(
      /filter LIVE \(.*acme\.csv:\d+\) {2}obj: is about dataset\/o\*, and not dataset\/prices/,
    );
  });

  it('a right on a part of the service is told by itself', async () => {
    const { files } = await changed(
      'acme.csv',
      /^g, user:eddi.*$/m,
      '$&\ng, user:eddi.editor, role:admin, *, -, -',
    );
    const { system } = await diff(files);
    expect(system).toContainEqual({
      object: 'system/policy',
      principals: ['user:eddi.editor'],
      before: { allowed: false },
      after: { allowed: true },
    });
  });

  it('a rule that moves to another role takes from some and gives to others, each with the assets', async () => {
    const { files } = await changed(
      'roles.csv',
      'p, EDITOR-WRITE, role:editor, *, **, write',
      'p, EDITOR-WRITE, role:reader, acme, dataset/o*, write',
    );
    const { access } = await diff(files);
    expect(
      access.map(({ kind, actions, principals, assets }: any) => [
        kind,
        actions,
        principals,
        assets.map((a: any) => a.asset.name),
      ]),
    ).toEqual([
      ['lost', ['write'], ['user:eddi.editor'], ['customers']],
      ['gained', ['write'], ['group:fraud-team', 'user:rea.reader'], ['orders']],
    ]);
  });

  it('is for those who administer policy', async () => {
    const files = await readBundleFiles(policies);
    for (const query of [
      '($files: [PolicyFileInput!]!) { diffPolicy(files: $files) { before } }',
      '($files: [PolicyFileInput!]!) { checkPolicy(files: $files) { version } }',
    ]) {
      const { errors } = await cairn.graphql(`query${query}`, { files }, reader);
      expect(errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    }
    const asked =
      '{ explainDecision(input: { subject: "user:ida", action: "read", namespace: "acme", kind: "dataset", name: "x" }) { allowed } }';
    expect((await cairn.graphql(asked, {}, reader)).errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });

  it.each([
    [[], 'files'],
    [[{ path: 'a.csv', text: 'x'.repeat(4 * 1024 ** 2 + 1) }], 'files[0].text'],
    [Array.from({ length: 201 }, (_, i) => ({ path: `${i}.csv`, text: '' })), 'files'],
  ])('more than a policy can be is refused (%#)', async (files, field) => {
    const { errors } = await cairn.graphql(
      'query($files: [PolicyFileInput!]!) { checkPolicy(files: $files) { version } }',
      { files },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });
});

it.each(['../model.conf', 'deny.cvs', 'tests/.hidden.yaml'])(
  'a file that a policy cannot have is a finding of the check, and refused by a diff: %s',
  async (path) => {
    const files = [...(await readBundleFiles(policies)), { path, text: '' }];
    const { checkPolicy } = await cairn.ask(
      'query($files: [PolicyFileInput!]!) { checkPolicy(files: $files) { version findings { severity check file message } } }',
      { files },
    );
    expect(checkPolicy).toMatchObject({
      version: null,
      findings: [{ severity: 'error', check: 'file', file: path }],
    });
    const diff = 'query($files: [PolicyFileInput!]!) { diffPolicy(files: $files) { before } }';
    const { errors } = await cairn.graphql(diff, { files });
    expect(errors?.[0]?.message).toContain(path);
  },
);

describe('a check by the service', () => {
  const CHECK = `query($files: [PolicyFileInput!]!) { checkPolicy(files: $files) { version findings { severity check file line message } findingTotal
    questions uncoveredRuleTotal uncoveredRoleLinkTotal mutants survivors { kind what file line isReached } survivorTotal isComplete } }`;

  it('finds nothing to say of the policy to begin with', async () => {
    const { checkPolicy } = await cairn.ask(CHECK, { files: STARTING_FILES });
    expect(checkPolicy).toMatchObject({
      findings: [],
      uncoveredRuleTotal: 0,
      uncoveredRoleLinkTotal: 0,
      survivors: [],
      isComplete: true,
    });
    expect(checkPolicy.questions).toBeGreaterThan(100);
    expect(checkPolicy.mutants).toBeGreaterThan(15);
  });

  it('names what is wrong with files that cannot be read, and what no test misses', async () => {
    const broken = await changed('acme.csv', 'role:reader, acme', 'role:raeder, acme');
    expect((await cairn.ask(CHECK, { files: broken.files })).checkPolicy).toMatchObject({
      version: null,
      findings: [
        {
          severity: 'error',
          check: 'role',
          file: 'acme.csv',
          line: 13,
          message: 'no rule names role:raeder; did you mean role:reader?',
        },
      ],
      isComplete: false,
    });
    const slim = STARTING_FILES.map((file) =>
      file.path === 'tests/acme.yaml'
        ? { ...file, text: file.text.slice(file.text.indexOf('# A single case')) }
        : file,
    );
    const { survivors } = (await cairn.ask(CHECK, { files: slim })).checkPolicy;
    expect(survivors).toContainEqual({
      kind: 'rule',
      what: 'MASK-PII',
      file: 'acme.csv',
      line: 22,
      isReached: false,
    });
  });
});

describe('why, and why not', () => {
  const EXPLAIN = `query($input: ExplainDecisionInput!, $context: PolicyContextInput) { explainDecision(input: $input, context: $context) {
    allowed rules masks matched { id file line rolePath condition } nearMisses { id effect column file line reason } nearMissTotal } }`;
  const explain = async (input: object, context?: object) =>
    (await cairn.ask(EXPLAIN, { input, context })).explainDecision;

  it('names rules with file and line, and those that miss by one column', async () => {
    const explained = await explain({ subject: 'user:rea.reader', action: 'read', assetId: pricesId });
    expect(explained).toMatchObject({
      allowed: false,
      rules: ['NO-RESTRICTED'],
      matched: [
        {
          id: 'NO-RESTRICTED',
          file: 'acme.csv',
          line: 19,
          rolePath: ['user:rea.reader', '*'],
          condition: 'unknown',
        },
        { id: 'READER-READ', file: 'roles.csv', line: 5 },
      ],
    });
    const cleared = await explain(
      { subject: 'user:rea.reader', action: 'read', assetId: pricesId },
      { clearance: 3 },
    );
    expect(cleared).toMatchObject({ allowed: true, rules: ['READER-READ'] });
    expect(cleared.nearMisses[0]).toEqual({
      id: 'NO-RESTRICTED',
      effect: 'deny',
      column: 'when',
      file: 'acme.csv',
      line: 19,
      reason: 'wants clearance < 3, and clearance is 3',
    });
  });

  it('says where and until when a role is held that is not held here', async () => {
    const { allowed, nearMisses } = await explain({
      ...{ subject: 'user:eddi.editor', action: 'write', namespace: 'acme', kind: 'dataset', name: 'wages' },
    });
    expect(allowed).toBe(false);
    expect(nearMisses).toContainEqual(
      expect.objectContaining({
        id: 'EDITOR-WRITE',
        column: 'sub',
        reason:
          'is for role:editor, which user:eddi.editor is not in acme: user:eddi.editor holds role:editor in acme/sales',
      }),
    );
  });

  it('an input that says too much or too little names the field', async () => {
    const failing = async (input: object) =>
      (await cairn.graphql(EXPLAIN, { input: { subject: 'user:x', action: 'read', ...input } })).errors?.[0]
        ?.extensions['field'];
    expect(await failing({})).toBe('input');
    expect(await failing({ assetId: pricesId, tags: [] })).toBe('input.assetId');
    expect(await failing({ subject: 'role:x', assetId: pricesId })).toBe('input.subject');
    expect(await failing({ action: 'raed', assetId: pricesId })).toBe('input.action');
  });
});

describe('the command line', () => {
  it('lints and tests a folder without a service', async () => {
    expect(await cli('lint', 'policies')).toMatchObject({ exitCode: 0, stdout: '' });
    const tested = await cli('test', 'policies', '--mutants', '--coverage', '--json');
    expect(tested.exitCode).toBe(0);
    expect(JSON.parse(tested.stdout)).toMatchObject({
      findings: [],
      mutation: { survivors: [], isComplete: true },
    });
    expect(await cli('init', 'policies')).toMatchObject({ exitCode: 2 });
    expect(await cli('lint', 'nowhere')).toMatchObject({ exitCode: 2 });
  });

  it('tells findings with file and line, and fails for errors; for warnings when it is strict', async () => {
    const { directory } = await changed('acme.csv', 'any(restricted)', 'any(restrcted)');
    const name = path.relative(folder, directory);
    const { exitCode, stdout } = await cli('lint', name);
    expect([exitCode, stdout]).toEqual([
      1,
      `${name}/acme.csv:19: error: NO-RESTRICTED names the classification restrcted, which nothing declares; did you mean restricted? If not, add "g3, restrcted, *" [tag]\n`,
    ]);
    expect((await cli('lint', name, '--format', 'github')).stdout).toContain(
      `::error file=${name}/acme.csv,line=19,title=tag::`,
    );
    const odd = await changed(
      'roles.csv',
      /^p, EDITOR-WRITE/m,
      'p, TWICE, role:reader, acme, dataset/*, read, *, -, allow\n$&',
    );
    const warned = await cli('lint', path.relative(folder, odd.directory));
    expect(warned).toMatchObject({ exitCode: 0, stderr: '1 warning.\n' });
    expect(warned.stdout).toContain('roles.csv:6: warning: TWICE adds nothing to READER-READ');
    expect((await cli('lint', path.relative(folder, odd.directory), '--strict')).exitCode).toBe(1);
  });

  it('compares with the service, and two folders without one', async () => {
    const { directory } = await changed('acme.csv', /^g, user:rea\.reader.*\n/m, '');
    const name = path.relative(folder, directory);
    const served = await cli('diff', name, '--exit-code');
    expect(served.exitCode).toBe(1);
    expect(served.stdout).toContain(
      'lost: list, read of 3 assets\n  user:rea.reader\n    dataset/customers in acme/sales: allowed by READER-LIST → denied\n',
    );
    const offline = await runCli(
      { url: 'http://127.0.0.1:1' } as TestCairn,
      '',
      ['policy', 'diff', 'policies', name],
      folder,
    );
    expect(offline.exitCode).toBe(0);
    expect(offline.stdout).toContain('- g, user:rea.reader, role:reader, acme, -, - (policies/acme.csv:13)');
    expect(offline.stdout).toContain('list dataset/orders in acme/sales: allowed by READER-LIST → denied');
  });

  it('explains by the service and by a folder', async () => {
    const asked = ['explain', 'user:rea.reader', 'write', 'dataset/orders', '--namespace', 'acme/sales'];
    const served = await cli(...asked);
    const offline = await cli(...asked, '--dir', 'policies');
    expect(served.exitCode).toBe(0);
    expect(offline.stdout.replaceAll('policies/', '')).toBe(served.stdout);
    expect(served.stdout).toContain('READER-READ (roles.csv:5)  act: is about read, and not write');
    expect((await cli('explain', 'user:admin', 'administer', 'system/policy')).stdout).toMatch(
      /^allowed: allowed by ADMIN\n/,
    );
    expect((await cli('explain', 'user:admin', 'raed', 'system/policy', '--dir', 'policies')).exitCode).toBe(
      2,
    );
  });
});
