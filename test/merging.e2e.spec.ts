import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';

const LIMIT = 200_000;
let cairn: TestCairn;
let engineer: string;
let folder: string;

beforeAll(async () => {
  cairn = await startTestCairn({ CAIRN_MERGE_MAX_BYTES: String(LIMIT) });
  engineer = await cairn.tokenFor('user:pia.engineer');
  folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-merging-'));
}, 60_000);
afterAll(async () => {
  await cairn.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Files = Record<string, string | Buffer>;

const ask = (query: string, i: object, token = engineer) => cairn.ask(query, { i }, token);

async function createRepository(name: string, rules: object[]): Promise<void> {
  await ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
    ...{ name, kind: 'dataset', namespace: 'research/penguins' },
  });
  await setRowKeys(name, rules);
}

const setRowKeys = (repository: string, rules: object[], token?: string) =>
  ask(
    'mutation($i: SetRowKeysInput!) { setRowKeys(input: $i) { rowKeys { pattern columns isAppendOnly } } }',
    { repository, rules },
    token ?? cairn.adminToken,
  );

async function commit(repository: string, branch: string, files: Files): Promise<void> {
  const changes = [];
  for (const [file, content] of Object.entries(files)) {
    const response = await cairn.http(`/api/v1/repositories/${repository}/objects`, {
      method: 'PUT',
      body: new Blob([content as Buffer<ArrayBuffer> | string]),
      headers: { 'content-type': 'application/octet-stream' },
      token: engineer,
    });
    expect(response.status).toBe(201);
    changes.push({ path: file, sha256: createHash('sha256').update(content).digest('hex') });
  }
  await ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', {
    ...{ repository, branch, message: 'a change', changes },
  });
}

/** Commits `base`, `ours` on main, and `theirs` on a branch that left at the base. */
async function diverge(repository: string, base: Files, ours: Files, theirs: Files): Promise<void> {
  await commit(repository, 'main', base);
  await ask('mutation($i: CreateBranchInput!) { createBranch(input: $i) { name } }', {
    ...{ repository, name: 'theirs', from: 'main' },
  });
  await commit(repository, 'main', ours);
  await commit(repository, 'theirs', theirs);
}

const merge = async (repository: string, rest: object = {}) =>
  (
    await ask(
      `mutation($i: MergeInput!) { merge(input: $i) { __typename
         ... on Merged { mergedFiles mergedRows commit { metadata } }
         ... on MergeConflicts { total conflicts { path kind reason rowCount rows { key columns base ours theirs } } } } }`,
      { repository, source: 'theirs', target: 'main', ...rest },
    )
  ).merge;

const read = async (repository: string, file: string): Promise<Buffer> => {
  const response = await cairn.http(`/api/v1/repositories/${repository}/content/main/${file}`, {
    token: engineer,
  });
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
};

async function parquet(select: string): Promise<Buffer> {
  const file = path.join(folder, 'made.parquet');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
  connection.closeSync();
  return readFileSync(file);
}

describe('row keys', () => {
  test('are replaced as a whole by whoever may manage, and read by whoever sees the repository', async () => {
    await createRepository('keys', [{ pattern: '*.csv', columns: ['id', 'day'] }]);
    const rules = [
      { pattern: 'logs/**', isAppendOnly: true },
      { pattern: '*.parquet', columns: ['id'] },
    ];
    const { setRowKeys: set } = await setRowKeys('keys', rules);
    expect(set.rowKeys).toEqual([
      { pattern: 'logs/**', columns: [], isAppendOnly: true },
      { pattern: '*.parquet', columns: ['id'], isAppendOnly: false },
    ]);
    await expect(setRowKeys('keys', [], await cairn.tokenFor('user:ana.analyst'))).rejects.toThrow(
      'FORBIDDEN',
    );
    const { repository } = await cairn.ask(
      '{ repository(name: "keys") { rowKeys { pattern } } }',
      {},
      engineer,
    );
    expect(repository.rowKeys).toHaveLength(2);
  });

  test.each([
    [{ pattern: '*.csv' }, 'input.rules[0].columns: must name the key'],
    [{ pattern: '*.csv', columns: ['id'], isAppendOnly: true }, 'input.rules[0].columns: must name the key'],
    [{ pattern: '*.csv', columns: ['id', 'id'] }, 'input.rules[0].columns: must not name a column twice'],
    [{ pattern: 'a/**b', columns: ['id'] }, 'must stand alone between slashes'],
    [{ pattern: '', columns: ['id'] }, 'a glob must not be empty'],
  ])('%j is refused by its rule', async (rule, problem) => {
    await expect(setRowKeys('keys', [rule])).rejects.toThrow(problem);
  });
});

describe('merging by rows', () => {
  test('two branches that append to one table both merge, in four formats and one commit', async () => {
    await createRepository('appends', [{ pattern: '*', columns: ['id'] }]);
    const rows = (ids: number[]): string =>
      ids.map((id) => `SELECT ${id}::BIGINT AS id, 'row ${id}' AS text`).join(' UNION ALL ');
    const files = async (ids: number[]): Promise<Files> => ({
      'data/a.csv': `id,text\n${ids.map((id) => `${id},"row ${id}"\n`).join('')}`,
      'data/a.json': JSON.stringify(ids.map((id) => ({ id, big: 1 }))).replaceAll(
        '"big":1',
        '"big":12345678901234567890',
      ),
      'data/a.jsonl': ids.map((id) => `{"id":${id}}\n`).join(''),
      'data/a.parquet': await parquet(rows(ids)),
    });
    await diverge('appends', await files([1, 2]), await files([1, 2, 3]), await files([1, 2, 4, 5]));
    expect(await merge('appends')).toEqual({
      __typename: 'Merged',
      mergedFiles: 4,
      mergedRows: 8,
      commit: { metadata: { 'merge.files': '4', 'merge.rows': '8' } },
    });
    const expected = await files([1, 2, 3, 4, 5]);
    for (const file of ['data/a.csv', 'data/a.json', 'data/a.jsonl']) {
      expect((await read('appends', file)).toString().replaceAll(',\n', ',')).toBe(expected[file]);
    }
    writeFileSync(path.join(folder, 'merged.parquet'), await read('appends', 'data/a.parquet'));
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const merged = await connection.runAndReadAll(`SELECT id FROM '${path.join(folder, 'merged.parquet')}'`);
    expect(merged.getRowsJson().flat()).toEqual(['1', '2', '3', '4', '5']);
    connection.closeSync();
  }, 60_000);

  test('a conflict names key, columns and values, and a strategy settles it row by row', async () => {
    await createRepository('conflicts', [{ pattern: '*.csv', columns: ['id'] }]);
    await diverge(
      'conflicts',
      { 'a.csv': 'id,n,m\n1,a,a\n2,a,a\n' },
      { 'a.csv': 'id,n,m\n1,o,a\n2,o,a\n' },
      { 'a.csv': 'id,n,m\n1,t,a\n2,a,t\n' },
    );
    expect(await merge('conflicts')).toEqual({
      __typename: 'MergeConflicts',
      total: 1,
      conflicts: [
        {
          path: 'a.csv',
          kind: 'row-conflict',
          reason: '1 row was changed on both sides',
          rowCount: 1,
          rows: [
            { key: { id: '1' }, columns: ['n'], base: { n: 'a' }, ours: { n: 'o' }, theirs: { n: 't' } },
          ],
        },
      ],
    });
    expect(await merge('conflicts', { strategy: 'theirs' })).toMatchObject({ mergedFiles: 1, mergedRows: 2 });
    expect((await read('conflicts', 'a.csv')).toString()).toBe('id,n,m\n1,t,a\n2,o,t\n');
  });

  test('conflicts whose values are cut within a character are the outcome of an operation, too', async () => {
    await createRepository('cut', [{ pattern: '*.csv', columns: ['id'] }]);
    const file = (text: string): Files => ({ 'a.csv': `id,text\n1,${text}\n` });
    const long = 'x'.repeat(999);
    await diverge('cut', file('base'), file(`${long}😀ours`), file(`${long}😀theirs`));
    const { startMerge } = await cairn.ask('mutation($i: MergeInput!) { startMerge(input: $i) { id } }', {
      i: { repository: 'cut', source: 'theirs', target: 'main' },
    });
    const { operation } = await cairn.ask(
      'query($id: ID!) { operation(id: $id, waitSeconds: 20) { state result } }',
      { id: startMerge.id },
    );
    expect(operation).toMatchObject({ state: 'succeeded', result: { total: 1 } });
    expect(JSON.stringify(operation.result)).toContain(`${long}\ufffd`);
  });

  test('files that cannot be merged by rows say why, and nothing of them stays', async () => {
    await createRepository('reasons', [
      { pattern: '*.bin', columns: ['id'] },
      { pattern: '*.csv', columns: ['id'] },
      { pattern: '*.parquet', columns: ['id'] },
    ]);
    const large = (mark: string): string => `id,n\n${`1,${mark.repeat(1000)}\n`.repeat(LIMIT / 1000)}`;
    const whole = await parquet('SELECT i AS id FROM range(1000) AS r (i)');
    const files = (mark: string): Files => ({
      'a.bin': mark,
      'b.csv': large(mark),
      'c.csv': `id,n\n1,${mark}\n1,${mark}\n`,
      'd.parquet': Buffer.concat([whole.subarray(0, 100), Buffer.from(mark)]),
      'e.txt': mark,
    });
    await diverge('reasons', files('a'), files('o'), files('t'));
    const { conflicts } = await merge('reasons');
    expect(conflicts.map(({ path: at, kind, reason }: Record<string, string>) => [at, kind, reason])).toEqual(
      [
        ['a.bin', 'both-modified', 'files of the format unknown have no rows'],
        ['b.csv', 'both-modified', expect.stringMatching(/^a version has \d+ bytes, more than 200000$/)],
        ['c.csv', 'both-modified', 'base has one key twice, in rows 1 and 2'],
        ['d.parquet', 'both-modified', expect.stringContaining('base has no readable footer')],
        ['e.txt', 'both-modified', null],
      ],
    );
    const left = path.join(cairn.dataDir, 'tables');
    // Scanners may be looking at what was committed.
    await eventually(
      async () => (existsSync(left) ? readdirSync(left) : []),
      (names) => names.length === 0,
    );
    const metrics = await (await cairn.http('/metrics')).text();
    expect(metrics).toMatch(/cairn_content_merges_total\{format="csv",outcome="unfit"\} 1/);
    expect(metrics).toMatch(/cairn_content_merges_total\{format="parquet",outcome="unfit"\} 1/);
  });
});

describe('what goes wrong', () => {
  const objectOf = (content: string): string => {
    const digest = createHash('sha256').update(content).digest('hex');
    return path.join(cairn.dataDir, 'objects', 'objects', digest.slice(0, 2), digest.slice(2));
  };
  const head = async (repository: string): Promise<string> =>
    (
      await cairn.ask(
        'query($i: String!) { repository(name: $i) { commit(revision: "main") { id } } }',
        { i: repository },
        engineer,
      )
    ).repository.commit.id;

  test('a damaged object ends the merge, moves nothing, and is no conflict', async () => {
    await createRepository('damaged', [{ pattern: '*.csv', columns: ['id'] }]);
    const theirs = 'id,damaged\n1,a\n3,c\n';
    await diverge(
      'damaged',
      { 'a.csv': 'id,damaged\n1,a\n' },
      { 'a.csv': 'id,damaged\n1,a\n2,b\n' },
      { 'a.csv': theirs },
    );
    const before = await head('damaged');
    const whole = readFileSync(objectOf(theirs));
    const flipped = Buffer.from(whole);
    flipped[flipped.length - 2]! ^= 1;
    chmodSync(objectOf(theirs), 0o600);
    writeFileSync(objectOf(theirs), flipped);
    await expect(merge('damaged')).rejects.toThrow('CORRUPT');
    expect(await head('damaged')).toBe(before);
    // Scanners may be reading beside it.
    await eventually(
      () => readdirSync(path.join(cairn.dataDir, 'tables')),
      ({ length }) => length === 0,
    );
    writeFileSync(objectOf(theirs), whole);
    expect(await merge('damaged')).toMatchObject({ mergedRows: 1 });
    expect((await read('damaged', 'a.csv')).toString()).toBe('id,damaged\n1,a\n2,b\n3,c\n');
  });

  test('commits that land meanwhile are merged with, each row once', async () => {
    await createRepository('racing', [{ pattern: '*.csv', columns: ['id'] }]);
    await commit('racing', 'main', { 'a.csv': 'id\n' });
    const branches = ['b1', 'b2', 'b3', 'b4'];
    for (const name of branches) {
      await ask('mutation($i: CreateBranchInput!) { createBranch(input: $i) { name } }', {
        ...{ repository: 'racing', name, from: 'main' },
      });
      await commit('racing', name, { 'a.csv': `id\n${name}\n` });
    }
    const merged = await Promise.all(branches.map((source) => merge('racing', { source })));
    expect(merged.map(({ __typename }) => __typename)).toEqual(Array(4).fill('Merged'));
    const rows = (await read('racing', 'a.csv')).toString().trim().split('\n');
    expect(rows.sort()).toEqual([...branches, 'id']);
  });
});

describe('what differs', () => {
  const diff = async (repository: string, token = engineer) =>
    (
      await cairn.ask(
        `query($i: String!) { repository(name: $i) { diff(from: "theirs", to: "main") { nodes { path
           profileChange { isBreaking reasons statistics { name before { max distinctEstimate } after { max distinctEstimate } } }
           rowChanges { key problem added removed changed samples { kind columns before after } } } } } }`,
        { i: repository },
        token,
      )
    ).repository.diff.nodes;

  test('is told by schema, statistics and rows', async () => {
    await createRepository('diffs', [{ pattern: 'keyed/**', columns: ['id'] }]);
    const files = (rows: string): Files => ({ 'a.csv': rows, 'keyed/b.csv': rows, 'c.txt': rows });
    await diverge('diffs', files('id,n\n1,a\n'), files('id,n\n1,b\n2,7\n'), files('id,n\n1,a\n3,c\n'));
    const statistics = [
      { name: 'id', before: { max: '3', distinctEstimate: 2 }, after: { max: '2', distinctEstimate: 2 } },
      { name: 'n', before: { max: 'c', distinctEstimate: 2 }, after: { max: 'b', distinctEstimate: 2 } },
    ];
    const [whole, , keyed] = await diff('diffs');
    expect(whole).toMatchObject({
      path: 'a.csv',
      profileChange: { isBreaking: false, reasons: [], statistics },
      rowChanges: { key: null, problem: null, added: 2, removed: 2, changed: 0 },
    });
    expect(keyed).toMatchObject({
      path: 'keyed/b.csv',
      rowChanges: {
        ...{ key: ['id'], problem: null, added: 1, removed: 1, changed: 1 },
        samples: [
          { kind: 'changed', columns: ['n'], before: { id: '1', n: 'a' }, after: { id: '1', n: 'b' } },
          { kind: 'removed', columns: [], before: { id: '3', n: 'c' }, after: null },
          { kind: 'added', columns: [], before: null, after: { id: '2', n: '7' } },
        ],
      },
    });
    await expect(diff('diffs', await cairn.tokenFor('user:nobody'))).rejects.toThrow('NOT_FOUND');
  });

  test('profiles are read when asked for, those of large texts in a child process', async () => {
    await createRepository('profiles', []);
    const rows = 150_000;
    const text = `id,n\n${Array.from({ length: rows }, (_, i) => `${i},row ${i}\n`).join('')}`;
    expect(text.length).toBeGreaterThan(2 * 1024 ** 2);
    await commit('profiles', 'main', { 'large.csv': text, 'small.csv': 'id\n1\n' });
    const ask = () =>
      cairn.ask(
        '{ repository(name: "profiles") { entries(revision: "main") { nodes { path profile { rowCount } } } } }',
        {},
        engineer,
      );
    const before = await ask();
    expect(before.repository.entries.nodes).toEqual([
      { path: 'large.csv', profile: { rowCount: rows } },
      { path: 'small.csv', profile: { rowCount: 1 } },
    ]);
    const database = cairn.app.get(Database);
    await database.query('DELETE FROM content_profile');
    const answers = await Promise.all([ask(), ask(), ask()]);
    for (const answer of answers) expect(answer).toEqual(before);
    const [kept] = await database.query<{ n: string }>('SELECT count(*) AS n FROM content_profile');
    expect(kept?.n).toBe('2');
  });
});
