import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';
import { PolicyFolder } from './support/policy-folder.js';

const STATUS = `{ policy { version generation source isApplyOpen
  lastOfSource { outcome refusal message sourceRef findings { file message } }
  history(first: 5) { nodes { source sourceRef reason } } } }`;

const folder = new PolicyFolder();
const remote = mkdtempSync(path.join(os.tmpdir(), 'cairn-policy-remote-'));
const git = (...words: string[]): string =>
  execFileSync(
    'git',
    ['-C', folder.directory, '-c', 'user.name=Ana', '-c', 'user.email=ana@example.org', ...words],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  ).trim();
const push = (message: string, ...how: string[]): string => {
  git('add', '-A');
  git('commit', '-m', message, '--allow-empty', ...how);
  git('push', '--force', remote, 'HEAD:main');
  return git('rev-parse', 'HEAD');
};
const rule = (id: string) => `p, ${id}, user:probe, external, dataset/**, list, *, -, allow\n`;
let cairn: TestCairn;
beforeAll(async () => {
  execFileSync('git', ['init', '--quiet', '--bare', remote]);
  git('init', '--quiet');
  push('The first policy');
  cairn = await startTestCairn({
    ...{
      CAIRN_POLICY_GIT_URL: `file://${remote}`,
      CAIRN_POLICY_GIT_PATH: '.',
      CAIRN_POLICY_GIT_POLL_SECONDS: '1',
    },
    CAIRN_POLICY_POLL_MS: '60',
  });
});
afterAll(async () => {
  await cairn.stop();
  folder.delete();
  rmSync(remote, { recursive: true, force: true });
});
const status = async () => (await cairn.ask(STATUS)).policy;

test('a commit that is pushed is live, and named with what its author said', async () => {
  folder.write('x.csv', rule('X-1'));
  const commit = push('Let the probe list');
  const now = await eventually(status, ({ generation }) => generation === 2);
  expect(now.history.nodes[0]).toEqual({
    source: 'git',
    sourceRef: commit,
    reason: 'Ana: Let the probe list',
  });
  expect(now.source).toBe(`git:file://${remote}#main:.`);
});

test('a commit that is no good, or holds a link, is refused, and the next good one taken', async () => {
  const before = await status();
  folder.write('x.csv', 'p, too, short\n');
  push('Broken');
  const broken = await eventually(status, ({ lastOfSource }) => lastOfSource.outcome === 'refused');
  expect([broken.version, broken.lastOfSource.findings[0].file]).toEqual([before.version, 'x.csv']);
  folder.remove('x.csv');
  symlinkSync('/etc/passwd', path.join(folder.directory, 'x.csv'));
  const linked = push('A link');
  const refused = await eventually(status, ({ lastOfSource }) => lastOfSource.sourceRef === linked);
  expect(refused.lastOfSource.findings).toEqual([
    { file: 'x.csv', message: 'is a link or a submodule, and must be a file' },
  ]);
  folder.remove('x.csv');
  folder.write('x.csv', rule('X-2'));
  push('Good again');
  await eventually(status, ({ generation }) => generation === before.generation + 1);
});

test('a rewritten history is refused: going back is said by a commit or a rollback', async () => {
  const before = await status();
  folder.write('x.csv', rule('X-3'));
  git('reset', '--soft', 'HEAD~1');
  push('Amended');
  const refused = await eventually(
    status,
    ({ lastOfSource }) => lastOfSource.refusal === 'rewritten-history',
  );
  expect(refused.generation).toBe(before.generation);
  git('fetch', remote, 'main');
});

test('files are not applied beside a repository', async () => {
  const answer = await cairn.graphql(
    'mutation($i: ApplyPolicyInput!) { applyPolicy(input: $i) { outcome } }',
    {
      i: { files: folder.files(), reason: 'x' },
    },
  );
  expect(answer.errors?.[0]).toMatchObject({
    message: expect.stringContaining(`The policy is kept at git:file://${remote}`),
    extensions: { code: 'CONFLICT' },
  });
});

test('a remote that is away is told, a start does without it, and its return is noticed', async () => {
  const { version } = await status();
  renameSync(remote, `${remote}.away`);
  const away = await eventually(status, ({ lastOfSource }) => lastOfSource.outcome === 'failed');
  expect(away.lastOfSource.message).toContain('does not appear to be a git repository');
  await cairn.restart();
  expect((await status()).version).toBe(version);
  renameSync(`${remote}.away`, remote);
  await eventually(status, ({ lastOfSource }) => lastOfSource.outcome !== 'failed');
});
