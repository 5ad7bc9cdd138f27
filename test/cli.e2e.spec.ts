import { execFileSync } from 'node:child_process';
import {
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { run } from '../cli/run.js';
import { OutboxWorker } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

/** What a command left behind. */
interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON. */
  readonly json: any;
}

let cairn: TestCairn;
let folder: string;
let analystToken: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-cli-'));
  cairn = await startTestCairn();
  analystToken = await cairn.tokenFor('user:ana.analyst');
}, 60_000);
afterAll(async () => {
  await cairn.stop();
  rmSync(folder, { recursive: true });
});

/** Runs `cairn` as the administrator, or as told by `env`. */
async function cli(argv: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const out: Uint8Array[] = [];
  let stderr = '';
  const exitCode = await run(argv, {
    stdout: { write: (text) => out.push(Buffer.from(text)) },
    stderr: { write: (text) => (stderr += text.toString()) },
    env: {
      XDG_CONFIG_HOME: path.join(folder, 'config'),
      CAIRN_URL: cairn.url,
      CAIRN_TOKEN: cairn.adminToken,
      ...env,
    },
    cwd: folder,
  });
  const stdout = Buffer.concat(out).toString('utf8');
  return {
    exitCode,
    stdout,
    stderr,
    get json() {
      return JSON.parse(stdout);
    },
  };
}

/** Like {@link cli}, for commands that must do. */
async function ok(...argv: string[]): Promise<Ended> {
  const ended = await cli(argv);
  if (ended.exitCode !== 0)
    throw new Error(`cairn ${argv.join(' ')} ended with ${ended.exitCode}: ${ended.stderr}`);
  return ended;
}

function file(name: string, text: string): string {
  const target = path.join(folder, name);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
  return name;
}

const asAnalyst = () => ({ CAIRN_TOKEN: analystToken });
let repositories = 0;
async function newRepository(): Promise<string> {
  const name = `repo-${++repositories}`;
  await ok('repo', 'create', name, '--namespace', 'research/penguins');
  return name;
}

describe('signing in', () => {
  const stored = { CAIRN_URL: '', CAIRN_TOKEN: '' };

  test('login tries the token, keeps it for its owner only, and later commands use it', async () => {
    const ended = await cli(['login', cairn.url, '--token', cairn.adminToken], stored);
    expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('user:admin') });
    const credentials = path.join(folder, 'config/cairn/credentials.json');
    expect(statSync(credentials).mode & 0o777).toBe(0o600);
    const who = await cli(['whoami', '--json'], stored);
    expect(who.json).toMatchObject({ subject: 'user:admin', url: cairn.url });
  });

  test('a wrong token is refused with exit code 4, and nothing is kept', async () => {
    const env = { ...stored, XDG_CONFIG_HOME: path.join(folder, 'other') };
    const ended = await cli(['login', cairn.url, '--token', 'wrong-token-of-nobody'], env);
    expect(ended).toMatchObject({ exitCode: 4, stdout: '' });
    expect(await cli(['whoami'], env)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('cairn login'),
    });
  });

  test('a service that is not there is exit code 6', async () => {
    const ended = await cli(['whoami'], { CAIRN_URL: 'http://127.0.0.1:9' });
    expect(ended).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('http://127.0.0.1:9') });
  });
});

describe('the command line', () => {
  test.each([
    [[]],
    [['repo']],
    [['fly']],
    [['put', 'x']],
    [['repo', 'create', 'x']],
    [['log', 'x', '-n', 'many']],
  ])('%j is a usage error', async (argv) => {
    expect(await cli(argv)).toMatchObject({ exitCode: 2, stdout: '' });
  });

  test('it tells its version', async () => {
    expect(await cli(['--version'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });

  test('help names every exit code', async () => {
    const { exitCode, stdout } = await cli(['--help']);
    expect(exitCode).toBe(0);
    for (const word of ['conflict', 'denied', 'not found', 'unavailable']) expect(stdout).toContain(word);
  });

  test('with --json an error is one line of JSON on standard error', async () => {
    const { exitCode, stdout, stderr } = await cli(['repo', 'show', 'nothing-of-the-kind', '--json']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' });
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('nothing-of-the-kind'),
    });
  });
});

describe('content', () => {
  test('a directory goes up as one commit and comes down byte for byte', async () => {
    const repository = await newRepository();
    file('data/penguins.csv', 'species,mass\nAdelie,3700\n');
    file('data/sub/notes with space.txt', 'ü\n');
    file('data/empty.bin', '');
    const put = await ok('put', repository, 'main', 'data', '--to', 'raw', '-m', 'First', '--json');
    expect(put.json.changes.map((change: any) => change.path)).toEqual([
      'raw/data/empty.bin',
      'raw/data/penguins.csv',
      'raw/data/sub/notes with space.txt',
    ]);
    const listed = await ok('ls', `${repository}@main:raw/data/sub/`, '--json');
    expect(listed.json).toEqual([
      expect.objectContaining({ path: 'raw/data/sub/notes with space.txt', sizeBytes: 3 }),
    ]);
    await ok('get', `${repository}@main:raw/data/`, '-o', 'down');
    expect(readdirSync(path.join(folder, 'down'), { recursive: true }).sort()).toEqual(
      ['empty.bin', 'penguins.csv', 'sub', 'sub/notes with space.txt'].sort(),
    );
    expect(readFileSync(path.join(folder, 'down/sub/notes with space.txt'), 'utf8')).toBe('ü\n');
  });

  test('a directory with a slash at its end leaves its own name out', async () => {
    const repository = await newRepository();
    file('flat/a.txt', 'a');
    const put = await ok('put', repository, 'main', 'flat/', '-m', 'Flat', '--json');
    expect(put.json.changes.map((change: any) => change.path)).toEqual(['a.txt']);
  });

  test('many files go and come in parallel, each to its own path', async () => {
    const repository = await newRepository();
    for (let at = 0; at < 60; at += 1) file(`many/${at}.txt`, `content ${at}`.repeat(at));
    await ok('put', repository, 'main', 'many/', '-m', 'Many');
    const got = await ok('get', `${repository}@main:`, '-o', 'many-down', '--json');
    expect(got.json.files).toHaveLength(60);
    for (let at = 0; at < 60; at += 1) {
      expect(readFileSync(path.join(folder, `many-down/${at}.txt`), 'utf8')).toBe(`content ${at}`.repeat(at));
    }
  });

  test('one file goes to a place or to standard output, and to nothing when it is not there', async () => {
    const repository = await newRepository();
    await ok('put', repository, 'main', file('one.txt', 'one'), '-m', 'One');
    expect((await ok('get', `${repository}@main:one.txt`, '-o', '-')).stdout).toBe('one');
    await ok('get', `${repository}@main:one.txt`, '-o', 'here/there.txt');
    expect(readFileSync(path.join(folder, 'here/there.txt'), 'utf8')).toBe('one');
    expect((await cli(['get', `${repository}@main:two.txt`, '-o', 'two.txt'])).exitCode).toBe(5);
    expect(() => statSync(path.join(folder, 'two.txt'))).toThrow('ENOENT');
  });

  test('one file goes into a directory, through a link, and down a pipe that stays one', async () => {
    const repository = await newRepository();
    await ok('put', repository, 'main', file('two.txt', 'two'), '-m', 'Two');
    const get = (target: string) => ok('get', `${repository}@main:two.txt`, '-o', target);
    mkdirSync(path.join(folder, 'into'));
    await get('into');
    expect(readFileSync(path.join(folder, 'into/two.txt'), 'utf8')).toBe('two');
    file('led.txt', 'before');
    symlinkSync('led.txt', path.join(folder, 'link'));
    await get('link');
    expect(lstatSync(path.join(folder, 'link')).isSymbolicLink()).toBe(true);
    expect(readFileSync(path.join(folder, 'led.txt'), 'utf8')).toBe('two');
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reading = open(pipe, constants.O_RDWR);
    await get('pipe');
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    const reader = await reading;
    expect((await reader.read(Buffer.alloc(8), 0, 8)).buffer.toString('utf8', 0, 3)).toBe('two');
    await reader.close();
  });

  test('a path leaves the head and stays in history', async () => {
    const repository = await newRepository();
    await ok('put', repository, 'main', file('gone.txt', 'gone'), '-m', 'Add');
    await ok('rm', repository, 'main', 'gone.txt', '-m', 'Remove');
    expect((await ok('ls', `${repository}@main`, '--json')).json).toEqual([]);
    expect((await ok('get', `${repository}@main~1:gone.txt`, '-o', '-')).stdout).toBe('gone');
  });

  test('nothing to put, a missing file and the same path twice are usage errors', async () => {
    const repository = await newRepository();
    file('x/same.txt', '1');
    file('y/same.txt', '2');
    mkdirSync(path.join(folder, 'void'));
    for (const sources of [['absent.txt'], ['void'], ['x/', 'y/']]) {
      expect(await cli(['put', repository, 'main', ...sources, '-m', 'x'])).toMatchObject({ exitCode: 2 });
    }
  });

  test('a commit onto a head that moved is a conflict', async () => {
    const repository = await newRepository();
    const first = await ok('put', repository, 'main', file('m.txt', '1'), '-m', 'One', '--json');
    await ok('put', repository, 'main', file('m.txt', '2'), '-m', 'Two');
    const late = [
      'put',
      repository,
      'main',
      file('m.txt', '3'),
      '-m',
      'Three',
      '--expected-head',
      first.json.commit.id,
    ];
    expect(await cli(late)).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('Branch "main"') });
  });
});

describe('content in two steps', () => {
  test('what was put without a message is committed later, together with removals', async () => {
    const repository = await newRepository();
    await ok('put', repository, 'main', file('old.txt', 'old'), '-m', 'Old');
    const put = await ok('put', repository, 'main', file('new.txt', 'new'), '--json');
    expect((await ok('ls', `${repository}@main`, '--json')).json.map((each: any) => each.path)).toEqual([
      'old.txt',
    ]);
    const [{ path, sha256 }] = put.json.changes;
    await ok('commit', repository, 'main', '-m', 'New', '--add', `${path}=${sha256}`, '--remove', 'old.txt');
    expect((await ok('ls', `${repository}@main`, '--json')).json.map((each: any) => each.path)).toEqual([
      'new.txt',
    ]);
  });

  test('what was staged is seen, forgotten in part, and committed with all the rest', async () => {
    const repository = await newRepository();
    await ok('put', repository, 'main', file('old.txt', 'old'), '-m', 'Old');
    expect((await ok('status', repository)).stdout).toBe('Nothing is staged.\n');
    await ok('put', repository, 'main', file('a.txt', 'a'), file('b.txt', 'b'));
    await ok('rm', repository, 'main', 'old.txt');
    const status = (await ok('status', `${repository}@main`, '--json')).json;
    expect(status.map(({ path, type }: any) => [path, type])).toEqual([
      ['a.txt', 'added'],
      ['b.txt', 'added'],
      ['old.txt', 'removed'],
    ]);
    expect((await ok('unstage', repository, 'main', 'b.txt')).stdout).toBe('Forgot 1 staged path.\n');
    const committed = await ok('commit', repository, 'main', '-m', 'All', '--json');
    expect(committed.json.commitId).toMatch(/^[0-9a-f]{64}$/);
    expect((await ok('ls', `${repository}@main`, '--json')).json.map((each: any) => each.path)).toEqual([
      'a.txt',
    ]);
    const nothing = await cli(['commit', repository, 'main', '-m', 'Again']);
    expect([nothing.exitCode, nothing.stderr]).toEqual([3, expect.stringMatching(/Nothing to commit/)]);
    const [operation] = (await ok('operation', 'list', repository, '--json')).json;
    expect(operation).toMatchObject({ kind: 'commit', state: 'succeeded', progress: { done: 2, total: 2 } });
    expect((await ok('operation', 'show', operation.id)).stdout).toContain(committed.json.commitId);
    const shown = await ok('show', `${repository}@main`);
    expect(shown.stdout).toMatch(/All[^]*a\.txt[^]*old\.txt/);
  });

  test.each([[['--add', 'new.txt=abc']]])('a commit of %j is a usage error', async (words) => {
    expect((await cli(['commit', 'any', 'main', '-m', 'x', ...words])).exitCode).toBe(2);
  });
});

describe('history', () => {
  test('commits are reverted and picked, branches reset, and the reflog tells of it', async () => {
    const repository = await newRepository();
    await ok('put', repository, 'main', file('x.txt', '1'), '-m', 'One');
    await ok('branch', 'create', repository, 'side');
    await ok('put', repository, 'side', file('fix.txt', 'f'), '-m', 'Fix');
    expect((await ok('cherry-pick', repository, 'main', 'side')).stdout).toMatch(/^Picked side on main at /);
    await ok('put', repository, 'main', file('x.txt', '2'), '-m', 'Two');
    expect((await ok('revert', repository, 'main', 'main')).stdout).toMatch(/^Reverted main on main at /);
    expect((await ok('log', `${repository}:x.txt`, '--json')).json).toHaveLength(3);
    expect((await ok('log', `${repository}@main:fix.txt`, '--json')).json).toHaveLength(1);
    await ok('put', repository, 'main', file('x.txt', '3'), '-m', 'Three');
    const conflict = await cli(['revert', repository, 'main', 'main~2']);
    expect([conflict.exitCode, conflict.stdout]).toEqual([
      3,
      expect.stringMatching(/both-modified\s+x\.txt/),
    ]);
    await ok('reset', repository, 'main', 'main~1');
    const [last] = (await ok('reflog', repository, 'main', '--json')).json;
    expect(last).toMatchObject({ reason: 'reset', actor: expect.any(String) });
  });

  test('repositories have checks, are deleted and come back', async () => {
    const repository = await newRepository();
    await ok('repo', 'checks', repository, '--max-file-bytes', '3', '--branch', 'main');
    expect((await ok('repo', 'checks', repository, '--json')).json).toEqual({
      maxFileBytes: 3,
      branches: ['main'],
    });
    const refused = await cli(['put', repository, 'main', file('long.txt', 'long'), '-m', 'Long']);
    expect([refused.exitCode, refused.stderr]).toEqual([
      3,
      expect.stringMatching(/long\.txt: it has 4 bytes/),
    ]);
    await ok('repo', 'checks', repository, '--none');
    await ok('repo', 'delete', repository);
    expect((await cli(['ls', `${repository}@main`])).exitCode).toBe(5);
    expect((await ok('repo', 'list', '--deleted', '--json')).json.map(({ name }: any) => name)).toContain(
      repository,
    );
    await ok('repo', 'undelete', repository);
    await ok('ls', `${repository}@main`);
  });

  test('branches are made, compared by rows and columns, merged, tagged and removed', async () => {
    const repository = await newRepository();
    await ok('put', repository, 'main', file('p.csv', 'species,mass\nAdelie,3700\nGentoo,\n'), '-m', 'Raw');
    await ok('branch', 'create', repository, 'clean');
    await ok(
      'put',
      repository,
      'clean',
      file('p.csv', 'species,mass,year\nAdelie,3700,2007\n'),
      '-m',
      'Clean',
    );
    const diff = await ok('diff', repository, 'main', 'clean');
    expect(diff.stdout).toContain('rows 2 → 1 (-1)');
    expect(diff.stdout).toContain('+ column year');
    expect((await ok('merge', repository, 'clean', 'main', '--json')).json).toMatchObject({
      kind: 'Merged',
      isNoop: false,
    });
    expect((await ok('diff', repository, 'main', 'clean')).stdout).toBe('Nothing differs.\n');
    await ok('tag', 'create', repository, 'v1');
    expect((await ok('tag', 'list', repository, '--json')).json).toEqual([
      expect.objectContaining({ name: 'v1', type: 'tag' }),
    ]);
    await ok('branch', 'delete', repository, 'clean');
    expect((await ok('branch', 'list', repository, '--json')).json.map((ref: any) => ref.name)).toEqual([
      'main',
    ]);
    const log = await ok('log', `${repository}@v1`);
    expect(log.stdout.indexOf('Clean')).toBeLessThan(log.stdout.indexOf('Raw'));
    expect((await ok('log', repository, '-n', '1', '--json')).json).toHaveLength(1);
  });

  test('a conflict is printed with its paths, ends with exit code 3 and changes nothing until a side is chosen', async () => {
    const repository = await newRepository();
    await ok('put', repository, 'main', file('c.txt', 'base'), '-m', 'Base');
    await ok('branch', 'create', repository, 'other');
    await ok('put', repository, 'main', file('c.txt', 'ours'), '-m', 'Ours');
    await ok('put', repository, 'other', file('c.txt', 'theirs'), '-m', 'Theirs');
    const merge = await cli(['merge', repository, 'other', 'main']);
    expect(merge).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('both-modified  c.txt') });
    const asJson = await cli(['merge', repository, 'other', 'main', '--json']);
    expect({ exitCode: asJson.exitCode, ...asJson.json }).toMatchObject({
      exitCode: 3,
      kind: 'MergeConflicts',
      total: 1,
    });
    expect((await ok('get', `${repository}@main:c.txt`, '-o', '-')).stdout).toBe('ours');
    await ok('merge', repository, 'other', 'main', '--strategy', 'theirs', '-m', 'Take theirs');
    expect((await ok('get', `${repository}@main:c.txt`, '-o', '-')).stdout).toBe('theirs');
  });

  test('row keys are set and read, and tables then merge and compare row by row', async () => {
    const repository = await newRepository();
    expect((await ok('repo', 'row-keys', repository)).stdout).toBe('All files merge as wholes.\n');
    const set = await ok('repo', 'row-keys', repository, '--key', 't.csv=id', '--append', 'logs/**');
    expect(set.stdout).toMatch(/FILES +ROWS\nt\.csv +id\nlogs\/\*\* +appended/);
    await ok('put', repository, 'main', file('t.csv', 'id,n\n1,a\n2,a\n'), '-m', 'Base');
    await ok('branch', 'create', repository, 'other');
    await ok('put', repository, 'main', file('t.csv', 'id,n\n1,o\n2,a\n'), '-m', 'Ours');
    await ok('put', repository, 'other', file('t.csv', 'id,n\n1,t\n2,a\n'), '-m', 'Theirs');
    const conflict = await cli(['merge', repository, 'other', 'main']);
    expect(conflict.exitCode).toBe(3);
    expect(conflict.stdout).toContain(
      't.csv: 1 row was changed on both sides\n    id=1: n was "a", ours "o", theirs "t"',
    );
    await ok('put', repository, 'other', file('t.csv', 'id,n\n1,a\n2,t\n'), '-m', 'Another');
    const merged = await ok('merge', repository, 'other', 'main');
    expect(merged.stdout).toContain(', with 1 row taken within 1 file.');
    expect((await ok('get', `${repository}@main:t.csv`, '-o', '-')).stdout).toBe('id,n\n1,o\n2,t\n');
    const diff = await ok('diff', repository, 'other', 'main', '--rows');
    expect(diff.stdout).toContain('rows by id: 0 added, 0 removed, 1 changed\n      ~ id="1": n "a" → "o"');
    await ok('repo', 'row-keys', repository, '--clear');
    expect((await ok('repo', 'row-keys', repository, '--json')).json).toEqual([]);
    expect((await cli(['repo', 'row-keys', repository, '--key', 'id'])).exitCode).toBe(2);
  });

  test('a protected branch says so', async () => {
    const repository = await newRepository();
    expect((await ok('branch', 'protect', repository, 'main', '--json')).json).toMatchObject({
      isProtected: true,
    });
    expect((await ok('branch', 'list', repository)).stdout).toContain('protected');
    expect((await ok('branch', 'protect', repository, 'main', '--off', '--json')).json).toMatchObject({
      isProtected: false,
    });
  });

  test('a name that is taken is a conflict, a revision that is not there is not found', async () => {
    const repository = await newRepository();
    expect((await cli(['repo', 'create', repository, '--namespace', 'research/penguins'])).exitCode).toBe(3);
    expect((await cli(['log', `${repository}@nowhere`])).exitCode).toBe(5);
    expect((await cli(['branch', 'create', repository, '..bad'])).exitCode).toBe(2);
  });
});

describe('lineage', () => {
  test('is told as a tree in both directions', async () => {
    const repository = await newRepository();
    const event = {
      eventType: 'COMPLETE',
      eventTime: '2026-11-20T09:00:00Z',
      producer: 'https://example.org/cli-test',
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
      run: { runId: '01a20a4d-0000-7000-8000-00000000c11a' },
      job: { namespace: 'airflow://prod', name: 'publish' },
      inputs: [{ namespace: 'postgres://db:5432', name: 'shop.public.orders', facets: null }],
      outputs: [{ namespace: 'cairn', name: repository }],
    };
    const posted = await cairn.http('/api/v1/lineage', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
    expect(posted.status).toBe(201);
    const tree = await ok('lineage', repository, '--direction', 'upstream');
    expect(tree.stdout).toBe(
      `upstream\ndataset ${repository}\n└─ job publish [airflow://prod]\n   └─ dataset shop.public.orders [postgres://db:5432]\n`,
    );
    const run = await ok('run', 'lineage', event.run.runId);
    expect(run.stdout.split('\n').slice(1)).toEqual([
      'of       job publish [airflow://prod]',
      ...[
        'state    complete',
        'parent   -',
        'started  2026-11-20 09:00:00Z',
        'ended    2026-11-20 09:00:00Z',
      ],
      'read   dataset shop.public.orders [postgres://db:5432]',
      `wrote  dataset ${repository}`,
      'odd    inputs[0].facets must be object',
      '',
    ]);
    expect((await cli(['run', 'lineage', '01a20a4d-0000-7000-8000-00000000ffff'])).exitCode).toBe(5);
    const graph = await ok('lineage', 'job,airflow://prod,publish', '--depth', '1', '--json');
    expect(graph.json).toMatchObject({ isTruncated: false, edges: [expect.anything(), expect.anything()] });
    const before = await ok(
      'lineage',
      repository,
      '--direction',
      'upstream',
      '--as-of',
      '2026-11-20T08:59:59Z',
    );
    expect(before.stdout).toBe(`upstream\ndataset ${repository}\n`);
    const since = await ok('lineage', repository, '--direction', 'upstream', '--since', '2026-11-20');
    expect(since.stdout.split('\n').sort()).toEqual([
      '',
      `+ dataset shop.public.orders [postgres://db:5432] → job publish [airflow://prod]`,
      `+ job publish [airflow://prod] → dataset ${repository}`,
    ]);
    expect((await ok('lineage', repository, '--since', '2026-11-21')).stderr).toContain(
      'Nothing is otherwise',
    );
    const impact = await ok('impact', 'dataset,postgres://db:5432,shop.public.orders');
    expect(impact.stdout).toBe(
      `1 dataset, 1 job\n  1  job publish [airflow://prod]  by dataset shop.public.orders [postgres://db:5432]\n  2  dataset ${repository}  by job publish [airflow://prod]\n`,
    );
    const paths = await ok('paths', 'dataset,postgres://db:5432,shop.public.orders', repository);
    expect(paths.stdout).toBe(
      `dataset shop.public.orders [postgres://db:5432]\n  → job publish [airflow://prod]\n  → dataset ${repository}\n`,
    );
    const back = await ok('paths', repository, 'dataset,postgres://db:5432,shop.public.orders');
    expect(back.stderr).toContain('No data flows');
    const dot = await ok('lineage', repository, '--format', 'dot');
    expect(dot.stdout).toMatch(/^digraph lineage \{\n[^]* -> [^]*\}\n$/);
    expect((await cli(['lineage', repository, '--as-of', 'yesterday'])).exitCode).toBe(2);
    const few = await ok('lineage', repository, '--first', '1');
    expect(few).toMatchObject({ stderr: expect.stringContaining('--all') });
    const all = await ok('lineage', repository, '--all', '--json');
    expect(all.json).toMatchObject({ isTruncated: false, nodes: { length: 3 }, edges: { length: 2 } });
    const grouped = await ok('lineage', repository, '--direction', 'upstream', '--group-by', 'schema');
    expect(grouped.stdout).toBe(
      `upstream\ndataset ${repository}\n└─ airflow://prod: 1 job\n   └─ shop.public [postgres://db:5432]: 1 dataset\n`,
    );
    const expand = ['--group-by', 'schema', '--expand', 'shop.public [postgres://db:5432]'];
    const expanded = await ok('lineage', repository, '--direction', 'upstream', ...expand);
    expect(expanded.stdout).toContain('   └─ dataset shop.public.orders [postgres://db:5432]\n');
    const frames = await ok('lineage', repository, ...expand, '--format', 'dot');
    expect(frames.stdout).toMatch(
      /^digraph lineage \{\n[^]*subgraph "cluster_[^]*-> [^]* \[label=1\];\n\}\n$/,
    );
    for (const wrong of [
      ['--group-by', 'schema', '--expand', 'nothing'],
      ['--expand', 'nothing'],
      ['--group-by', 'schema', '--all'],
      ['--all', '--first', '3'],
      ['--since', '2026-11-20', '--all'],
    ])
      expect([wrong, (await cli(['lineage', repository, ...wrong])).exitCode]).toEqual([wrong, 2]);
    const whole = await ok('impact', 'dataset,postgres://db:5432,shop.public.orders', '--all');
    expect(whole.stdout).toBe(impact.stdout);
    await cairn.app.get(OutboxWorker).drain();
    const searched = await ok('search', 'shop', 'orders', '--kind', 'dataset', '--json');
    expect(searched.json.map((hit: any) => hit.asset.identityName)).toEqual(['shop.public.orders']);
  });

  test('an asset is shown and edited, and what is not named stays', async () => {
    const repository = await newRepository();
    const edited = await ok(
      'asset',
      'edit',
      repository,
      '--tag',
      'pii.email',
      '--tag',
      'pii.name',
      '--description',
      'Who observed',
    );
    expect(edited.stdout).toContain('pii.email, pii.name');
    await ok('asset', 'edit', repository, '--owner', 'user:pia.engineer');
    expect((await ok('asset', 'show', repository, '--json')).json).toMatchObject({
      description: 'Who observed',
      owners: ['user:pia.engineer'],
      tags: ['pii.email', 'pii.name'],
    });
    expect((await ok('asset', 'edit', repository, '--untagged', '--json')).json.tags).toEqual([]);
  });

  test('of an asset that is not there is not found', async () => {
    expect((await cli(['lineage', 'dataset,nowhere,nothing'])).exitCode).toBe(5);
    expect((await cli(['lineage', 'table,nowhere,nothing'])).exitCode).toBe(2);
  });
});

describe('access', () => {
  test('what policy forbids ends with exit code 4, and is explained', async () => {
    const repository = await newRepository();
    const denied = await cli(['put', repository, 'main', file('d.txt', 'd'), '-m', 'x'], asAnalyst());
    expect(denied).toMatchObject({ exitCode: 4, stdout: '' });
    const explained = await cli(['access', 'explain', 'write', repository], asAnalyst());
    expect(explained).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^denied: /) });
    const allowed = await ok(
      'access',
      'explain',
      'read',
      repository,
      '--subject',
      'user:ana.analyst',
      '--json',
    );
    expect(allowed.json).toMatchObject({
      allowed: true,
      matched: [expect.objectContaining({ effect: 'allow' })],
    });
  });

  test('an administrator makes a principal and a token that works until it is revoked', async () => {
    await ok('principal', 'create', 'eve', '--kind', 'service', '--display-name', 'Eve');
    expect((await ok('principal', 'list', '--json')).json.map((each: any) => each.subject)).toContain(
      'service:eve',
    );
    const issued = await ok('token', 'issue', 'service:eve', '--days', '1', '--json');
    const asEve = { CAIRN_TOKEN: issued.json.secret };
    expect((await cli(['whoami'], asEve)).stdout).toContain('service:eve');
    const { id } = issued.json.token;
    expect((await cli(['token', 'list'], asEve)).stdout).toMatch(new RegExp(`${id} +made by cairn +20`));
    await ok('token', 'revoke', id);
    expect((await ok('token', 'list', '--subject', 'service:eve')).stdout).toMatch(
      new RegExp(`${id} .*revoked`),
    );
    expect((await cli(['token', 'list', '--subject', 'service:eve'], asAnalyst())).exitCode).toBe(4);
    expect((await cli(['token', 'list', '--subject', 'service:nobody'])).exitCode).toBe(2);
    expect((await cli(['whoami'], asEve)).exitCode).toBe(4);
    const alone = await ok('token', 'issue', 'service:eve');
    expect(alone.stdout).toMatch(/^\S+\n$/);
  });

  test('access keys are made, listed with their use, and revoked', async () => {
    const made = await ok('access-keys', 'create', '--label', 'laptop', '--days', '1');
    const [, id] = /^export AWS_ACCESS_KEY_ID=(\w{20})\nexport AWS_SECRET_ACCESS_KEY=\S{40}\n$/.exec(
      made.stdout,
    )!;
    expect((await ok('access-keys', 'list')).stdout).toMatch(new RegExp(`${id} +laptop +- +20`));
    await ok('access-keys', 'revoke', id!);
    const listed = (await ok('access-keys', 'list', '--subject', 'user:admin', '--json')).json;
    expect(listed).toMatchObject([{ id, label: 'laptop', revokedAt: expect.any(String) }]);
    expect((await cli(['access-keys', 'revoke', id!], asAnalyst())).exitCode).toBe(4);
    expect((await ok('access-keys', 'create', '--json')).json).toMatchObject({ secret: expect.any(String) });
    expect((await cli(['access-keys', 'create', '--days', '0'])).exitCode).toBe(2);
  });

  test('a list of nothing says so, and not where a program reads', async () => {
    expect(await ok('catalog', 'list')).toMatchObject({ stdout: '', stderr: 'There is nothing.\n' });
    expect(await ok('catalog', 'list', '--json')).toMatchObject({ json: [], stderr: '' });
  });

  test('dead letters are for administrators', async () => {
    expect((await ok('admin', 'dead-letters', 'list', '--json')).json).toEqual([]);
    expect((await ok('admin', 'dead-letters', 'replay', '--json')).json).toEqual({ replayed: 0 });
    expect((await cli(['admin', 'dead-letters', 'list'], asAnalyst())).exitCode).toBe(4);
  });

  test('garbage is collected, listed and undone by administrators only', async () => {
    expect((await cli(['admin', 'garbage', 'collect'], asAnalyst())).exitCode).toBe(4);
    const dry = await ok('admin', 'garbage', 'collect', '--dry-run');
    expect(dry.stdout).toMatch(/condemned +0 objects, 0 B, and 0 commits[^]*dry run: nothing was changed/);
    const { id } = (await ok('admin', 'garbage', 'collect', '--json')).json;
    expect((await ok('admin', 'garbage', 'list', '--json')).json[0]).toMatchObject({
      operationId: id,
      isDryRun: false,
    });
    expect((await ok('admin', 'garbage', 'undo', id)).stdout).toContain(id);
  });

  test('the search index is built anew by administrators only', async () => {
    expect((await ok('admin', 'rebuild-search', '--json')).json.assets).toBeGreaterThan(0);
    expect((await cli(['admin', 'rebuild-search'], asAnalyst())).exitCode).toBe(4);
  });

  test('the nodes of trees are found again by administrators only', async () => {
    expect((await ok('admin', 'rebuild-trees', '--json')).json.packs).toBeGreaterThan(0);
    expect((await cli(['admin', 'rebuild-trees'], asAnalyst())).exitCode).toBe(4);
  });
});

describe('models', () => {
  test('are registered, moved, described and downloaded', async () => {
    mkdirSync(path.join(folder, 'weights'), { recursive: true });
    writeFileSync(path.join(folder, 'weights', 'w.bin'), 'the weights');
    const created = await ok('models', 'create', 'Cli Model', '--namespace', 'research/penguins');
    expect(created.stdout).toBe('Registered Cli Model over repository cli-model in research/penguins.\n');
    await ok('put', 'cli-model', 'main', 'weights', '-m', 'Train');
    expect(
      (await ok('models', 'register', 'Cli Model', 'cli-model@main:weights', '--json')).json,
    ).toMatchObject({
      number: 1,
      path: 'weights',
    });
    await ok('models', 'register', 'Cli Model', 'cli-model@main:weights');
    await ok('models', 'alias', 'Cli Model', 'champion', '1', '--expect', '0');
    expect((await cli(['models', 'alias', 'Cli Model', 'champion', '2', '--expect', '2'])).exitCode).toBe(3);
    await ok('models', 'stage', 'Cli Model', '1', 'Production');
    const { stdout } = await ok('models', 'versions', 'Cli Model');
    expect(stdout).toMatch(/^2 +None .*\n1 +Production +champion /m);
    expect((await ok('models', 'card', 'Cli Model', '@champion')).stdout).toContain(
      '# Cli Model, version 1\n',
    );
    await ok('models', 'download', 'Cli Model', '@champion', '-o', 'fetched-model');
    expect(readFileSync(path.join(folder, 'fetched-model', 'w.bin'), 'utf8')).toBe('the weights');
    await ok('models', 'alias', 'Cli Model', 'champion', '--remove');
    expect((await cli(['models', 'card', 'Cli Model', '@champion'])).exitCode).toBe(5);
    expect((await cli(['models', 'card', 'Cli Model', 'newest'])).exitCode).toBe(2);
    const shown = (await ok('models', 'list', '--json')).json.map(({ name }: { name: string }) => name);
    expect(shown).toEqual(['Cli Model']);
    expect((await ok('models', 'show', 'Cli Model')).stdout).toContain('cli-model');
  });
});
