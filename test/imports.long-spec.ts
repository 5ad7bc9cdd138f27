import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { run } from '../cli/run.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

let cairn: TestCairn;
let lake: string;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-imports-'));
  lake = path.join(folder, 'lake');
  for (const [name, text] of Object.entries({
    'raw/2026/a.csv': 'id,name\n1,adelie\n',
    'raw/2026/b.csv': 'id,name\n2,gentoo\n',
    'raw-other.txt': 'beside',
    'empty.bin': '',
  })) {
    mkdirSync(path.dirname(path.join(lake, name)), { recursive: true });
    writeFileSync(path.join(lake, name), text);
  }
  writeFileSync(path.join(folder, 'secret'), 'not to be had');
  symlinkSync(path.join(folder, 'secret'), path.join(lake, 'raw/2026/link.csv'));
  writeFileSync(path.join(lake, 'raw/2026/bad\u0001name.csv'), 'x');
  const sources = path.join(folder, 'sources.json');
  writeFileSync(
    sources,
    JSON.stringify([{ name: 'lake', namespace: 'research/penguins', type: 'folder', path: lake }]),
  );
  cairn = await startTestCairn({ CAIRN_IMPORT_SOURCES: sources });
  const i = { name: 'lake', kind: 'dataset', namespace: 'research/penguins' };
  await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', { i });
}, 60_000);
afterAll(async () => {
  await cairn.stop();
  rmSync(folder, { recursive: true });
});

async function cli(...argv: string[]) {
  let [stdout, stderr] = ['', ''];
  const exitCode = await run(argv, {
    stdout: { write: (text) => (stdout += text.toString()) },
    stderr: { write: (text) => (stderr += text.toString()) },
    env: { XDG_CONFIG_HOME: folder, CAIRN_URL: cairn.url, CAIRN_TOKEN: cairn.adminToken },
    cwd: folder,
  });
  return { exitCode, stdout, stderr };
}

const read = async (address: string, range?: string) => {
  const response = await cairn.http(`/api/v1/repositories/${address}`, {
    headers: range === undefined ? {} : { range },
  });
  return response.ok ? response.text().catch(() => 'cut off') : response.status;
};

describe('an import', () => {
  test('stages what is at a place, marked, without a copy, and leaves out what cannot be a path', async () => {
    expect((await cli('import-sources')).stdout).toBe('lake\n');
    const imported = await cli(
      'import',
      'lake',
      'main',
      'lake',
      '--prefix',
      'raw/',
      '--to',
      'in/',
      '-m',
      'Import',
    );
    expect([imported.exitCode, imported.stderr]).toEqual([0, '']);
    expect(imported.stdout).toMatch(/with 2 objects, 34 B, not copied\. 1 were left out.*control characters/);
    expect(await read('lake/content/main/in/2026/a.csv')).toBe('id,name\n1,adelie\n');
    expect(await read('lake/content/main/in/2026/b.csv', 'bytes=8-9')).toBe('2,');
    const { repository } = await cairn.ask(
      `{ repository(name: "lake") { entries(revision: "main") { nodes { path isImported metadata } }
         entry(revision: "main", path: "in/2026/a.csv") { profile { rowCount columns { name } } } } }`,
    );
    expect(repository.entries.nodes).toEqual([
      { path: 'in/2026/a.csv', isImported: true, metadata: { 'cairn.import': 'lake' } },
      { path: 'in/2026/b.csv', isImported: true, metadata: { 'cairn.import': 'lake' } },
    ]);
    expect(repository.entry.profile).toMatchObject({
      rowCount: 1,
      columns: [{ name: 'id' }, { name: 'name' }],
    });
    expect((await cli('get', 'lake@main:in/2026/a.csv', '-o', 'a.csv')).exitCode).toBe(0);
  });

  test('of the same things again changes nothing; what changed there is told, not served', async () => {
    const again = await cli(
      'import',
      'lake',
      'main',
      'lake',
      '--prefix',
      'raw/',
      '--to',
      'in/',
      '-m',
      'Again',
    );
    expect([again.exitCode, again.stderr]).toEqual([3, expect.stringMatching(/Nothing to commit/)]);
    await cli('import', 'lake', 'main', 'lake', '--prefix', 'raw-', '--to', 'x-', '-m', 'Beside');
    expect(await read('lake/content/main/x-other.txt')).toBe('beside');
    appendFileSync(path.join(lake, 'raw-other.txt'), ' and more');
    const changed = await cairn.http('/api/v1/repositories/lake/content/main/x-other.txt');
    expect([changed.status, (await changed.json()) as object]).toEqual([
      500,
      expect.objectContaining({
        code: 'ImportedObjectChanged',
        detail: expect.stringMatching(/lake:raw-other\.txt .* the file was changed/),
      }),
    ]);
    await cli('import', 'lake', 'main', 'lake', '--prefix', 'raw-', '--to', 'x-', '-m', 'As it is now');
    expect(await read('lake/content/main/x-other.txt')).toBe('beside and more');
    rmSync(path.join(lake, 'raw-other.txt'));
    expect(await read('lake/content/main/x-other.txt')).toBe(500);
  });

  test('is marked wherever its content is committed, and nothing else is', async () => {
    const { repository } = await cairn.ask(
      '{ repository(name: "lake") { entry(revision: "main", path: "in/2026/a.csv") { sha256 } } }',
    );
    const body = 'not imported';
    const sent = await cairn.http('/api/v1/repositories/lake/objects', {
      method: 'PUT',
      body,
      headers: { 'content-type': 'application/octet-stream' },
    });
    const { sha256 } = (await sent.json()) as { sha256: string };
    const changes = [
      { path: 'copy.csv', sha256: repository.entry.sha256 },
      { path: 'own.txt', sha256, metadata: { 'cairn.import': 'lake', kept: 'yes' } },
    ];
    await cairn.ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', {
      i: { repository: 'lake', branch: 'main', message: 'Copy', changes },
    });
    const after = await cairn.ask(
      `{ repository(name: "lake") { copy: entry(revision: "main", path: "copy.csv") { isImported }
         own: entry(revision: "main", path: "own.txt") { isImported metadata } } }`,
    );
    expect(after.repository).toEqual({
      copy: { isImported: true },
      own: { isImported: false, metadata: { kept: 'yes' } },
    });
    expect(await read('lake/content/main/copy.csv')).toBe('id,name\n1,adelie\n');
  });

  test('needs the right to read the source, and to write the branch', async () => {
    const start = (token: string, source = 'lake') =>
      cairn.graphql(
        'mutation($i: ImportInput!) { startImport(input: $i) { id } }',
        { i: { repository: 'lake', branch: 'main', source } },
        token,
      );
    const analyst = await cairn.tokenFor('user:ana.analyst');
    expect((await start(analyst)).errors![0]!.extensions['code']).toMatch(/FORBIDDEN|NOT_FOUND/);
    const stranger = await cairn.tokenFor('user:somebody.else');
    expect((await cairn.ask('{ importSources }', {}, stranger)).importSources).toEqual([]);
    expect((await start(cairn.adminToken, 'nowhere')).errors![0]!.extensions['code']).toBe('NOT_FOUND');
  });

  test('that is cancelled or fails leaves nothing staged', async () => {
    rmSync(lake, { recursive: true });
    const failed = await cli('import', 'lake', 'main', 'lake');
    expect([failed.exitCode, failed.stderr]).toEqual([
      3,
      expect.stringMatching(/import source "lake" cannot be read/),
    ]);
    expect((await cli('status', 'lake')).stdout).toBe('Nothing is staged.\n');
  });
});

test.each([
  ['{', /must be JSON/],
  ['[{"name":"UP","namespace":"x","type":"folder","path":"/x"}]', /name: must be 1–63 lower-case/],
  ['[{"name":"a","namespace":"x","type":"folder","path":"x"}]', /path: must be absolute/],
  [
    '[{"name":"a","namespace":"x","type":"s3","bucket":"abc","credentialsFile":"/not/there"}]',
    /cannot be read/,
  ],
])('sources like %s stop the boot, by name of the rule', async (text, rule) => {
  const file = path.join(folder, 'wrong.json');
  writeFileSync(file, text);
  await expect(startTestCairn({ CAIRN_IMPORT_SOURCES: file })).rejects.toThrow(rule);
});
