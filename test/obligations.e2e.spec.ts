import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Database } from '../src/platform/index.js';
import { Policy } from '../src/policy/index.js';
import { runCli } from './support/run-cli.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

const NAMES = ['Anastasia Hidden', 'Bertram Hidden', 'Cornelia Hidden'];
const MAILS = ['ana@secret.example', 'bert@secret.example', 'cora@secret.example'];
/** What nobody under the masks and filters may find anywhere: names, mail addresses, and the row that the filter keeps out. */
const HIDDEN = [...NAMES, ...MAILS, 'third-note'];
const CSV = `id,name,mail,note\n${NAMES.map((name, i) => `${i + 1},${name},${MAILS[i]},${['first', 'second', 'third'][i]}-note`).join('\n')}\n`;

let cairn: TestCairn;
let folder: string;
let engineer: string;
let analyst: string;
let assetId: string;
let s3: S3Client;
let files: Record<string, Buffer>;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-obligations-'));
  const policies = path.join(folder, 'policies');
  cpSync(path.join(import.meta.dirname, '../policies'), policies, { recursive: true });
  rmSync(path.join(policies, 'tests'), { recursive: true });
  const penguins = path.join(policies, 'penguins.csv');
  const lines = readFileSync(penguins, 'utf8').replace(/^p, PENGUINS-NO-PII.*$/m, '');
  writeFileSync(
    penguins,
    `${lines}
p2, MASK-MAIL, role:analyst, research/penguins, pii.email, read, hmac, -, allow
p2, MASK-NAME, role:analyst, research/penguins, pii.name, read, redact, -, allow
p2, KNOWN-MAIL, role:analyst, research/penguins, pii.email, read, none, purpose == support, deny
p, MASKED-WRITER, user:wim.writer, research/penguins, **, *, *, -, allow
p2, MASK-WRITER, user:wim.writer, research/penguins, pii, read, redact, -, allow
p3, FIRST-TWO, role:analyst, research/penguins, dataset/keepers, read, *, id < 3 && note is not null, -, allow
`,
  );
  cairn = await startTestCairn({ CAIRN_POLICY_DIR: policies });
  engineer = await cairn.tokenFor('user:pia.engineer');
  analyst = await cairn.tokenFor('user:ana.analyst');
  files = {
    'people.csv': Buffer.from(CSV),
    'people.jsonl': Buffer.from(jsonLines(CSV)),
    'people.parquet': await parquetOf(CSV),
    'notes.md': Buffer.from(`About ${NAMES[0]}.`),
    'sizes.csv': Buffer.from('id,note,size\n1,a,2\n4,b,5\n'),
  };
  assetId = await makeRepository('keepers');
  await classify(assetId, { name: 'pii.name', mail: 'pii.email' });
  const { createAccessKey } = await cairn.ask(
    'mutation { createAccessKey(input: { label: "test" }) { secret accessKey { id } } }',
    {},
    analyst,
  );
  s3 = new S3Client({
    ...{ region: 'us-east-1', endpoint: cairn.s3Url, forcePathStyle: true },
    credentials: { accessKeyId: createAccessKey.accessKey.id, secretAccessKey: createAccessKey.secret },
  });
}, 60_000);
afterAll(async () => {
  s3.destroy();
  await cairn.stop();
  rmSync(folder, { recursive: true });
});

function jsonLines(csv: string): string {
  const [head, ...rows] = csv
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return rows
    .map((cells) => Object.fromEntries(cells.map((cell, i) => [head![i], i === 0 ? Number(cell) : cell])))
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
}

async function duckdb(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function parquetOf(csv: string): Promise<Buffer> {
  const [from, to] = [path.join(folder, 'made.csv'), path.join(folder, 'made.parquet')];
  writeFileSync(from, csv);
  await duckdb(`COPY (SELECT * FROM read_csv('${from}')) TO '${to}' (FORMAT parquet)`);
  return readFileSync(to);
}

async function makeRepository(name: string, metadata?: object): Promise<string> {
  const { createRepository: made } = await cairn.ask(
    'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { asset { id } } }',
    { i: { name, kind: 'dataset', namespace: 'research/penguins' } },
    engineer,
  );
  const changes = [];
  for (const [at, bytes] of Object.entries(files)) {
    await cairn.http(`/api/v1/repositories/${name}/objects`, {
      ...{
        method: 'PUT',
        body: bytes,
        token: engineer,
        headers: { 'content-type': 'application/octet-stream' },
      },
    });
    changes.push({ path: at, sha256: sha256(bytes), ...(metadata && { metadata }) });
  }
  const i = { repository: name, branch: 'main', message: 'people', changes };
  await cairn.ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', { i }, engineer);
  return made.asset.id as string;
}

const CLASSIFY = `mutation($id: ID!, $tag: String!, $column: String) {
  addClassification(id: $id, tag: $tag, column: $column, reason: "known") { id }
}`;
async function classify(
  id: string,
  columns: Record<string, string>,
  tags: readonly string[] = [],
): Promise<void> {
  for (const [column, tag] of Object.entries(columns)) await cairn.ask(CLASSIFY, { id, column, tag });
  for (const tag of tags) await cairn.ask(CLASSIFY, { id, tag });
}

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const content = (at: string, init: Parameters<TestCairn['http']>[1] = { token: analyst }) =>
  cairn.http(`/api/v1/repositories/keepers/content/main/${at}`, { token: analyst, ...init });
const bytesOf = async (at: string, init?: Parameters<TestCairn['http']>[1]) =>
  Buffer.from(await (await content(at, init)).arrayBuffer());

function expectNothingHidden(answer: Uint8Array | string): void {
  const text = Buffer.from(answer).toString('latin1');
  for (const hidden of HIDDEN) expect(text).not.toContain(hidden);
  for (const bytes of Object.values(files).slice(0, 4)) expect(text).not.toContain(sha256(bytes));
}

async function rowsOf(at: string, bytes: Buffer): Promise<Record<string, unknown>[]> {
  const file = path.join(folder, at);
  writeFileSync(file, bytes);
  return duckdb(`SELECT * FROM '${file}'`);
}

test('every format has the same masked rows for the analyst, and all of them for the engineer', async () => {
  const seen = await Promise.all(
    ['people.csv', 'people.jsonl', 'people.parquet'].map(async (at) => {
      const bytes = await bytesOf(at);
      expectNothingHidden(bytes);
      return (await rowsOf(at, bytes)).map((row) => ({ ...row, id: Number(row['id']) }));
    }),
  );
  const [first] = seen;
  expect(first).toEqual([
    { id: 1, name: 'REDACTED', mail: expect.stringMatching(/^[0-9a-f]{64}$/), note: 'first-note' },
    { id: 2, name: 'REDACTED', mail: expect.stringMatching(/^[0-9a-f]{64}$/), note: 'second-note' },
  ]);
  expect(seen).toEqual([first, first, first]);
  expect(first![0]!['mail' as keyof object]).not.toBe(sha256(MAILS[0]!));
  for (const [at, bytes] of Object.entries(files))
    expect(await bytesOf(at, { token: engineer })).toEqual(bytes);
});

test('digests, sizes, ranges and profiles are of what is got, at every door', async () => {
  const whole = await bytesOf('people.parquet');
  const answer = await content('people.parquet', { headers: { range: 'bytes=4-99' } });
  expect(answer.status).toBe(206);
  expect(answer.headers.get('content-range')).toBe(`bytes 4-99/${whole.length}`);
  expect(answer.headers.get('etag')).toBe(`"${sha256(whole)}"`);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(whole.subarray(4, 100));
  expect((await content('people.parquet?direct=true', { redirect: 'manual' })).status).toBe(200);

  const Key = 'main/people.parquet';
  const head = await s3.send(new HeadObjectCommand({ Bucket: 'keepers', Key }));
  expect(head).toMatchObject({ ContentLength: whole.length, ETag: `"${sha256(whole)}-1"` });
  const got = await s3.send(new GetObjectCommand({ Bucket: 'keepers', Key, Range: 'bytes=-20' }));
  expect(Buffer.from(await got.Body!.transformToByteArray())).toEqual(whole.subarray(-20));
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'keepers', Prefix: 'main/' }));
  const sizes = Object.fromEntries(
    await Promise.all(
      ['people.csv', 'people.jsonl', 'people.parquet', 'sizes.csv'].map(
        async (at) => [`main/${at}`, (await bytesOf(at)).length] as const,
      ),
    ),
  );
  expect(Object.fromEntries(Contents!.map(({ Key: key, Size }) => [key, Size]))).toEqual(sizes);

  const asked = await cairn.graphql(
    `{ repository(name: "keepers") {
      entries(revision: "main") { nodes { path sha256 sizeBytes metadata
        profile { rowCount columns { name type min max distinctEstimate } } preview(first: 5) { columns rows } } }
      entry(revision: "main", path: "people.parquet") { sha256 sizeBytes } } }`,
    {},
    analyst,
  );
  expect(asked.errors).toBeUndefined();
  expectNothingHidden(JSON.stringify(asked));
  const { entries, entry } = asked.data.repository;
  expect(entry).toEqual({ sha256: sha256(whole), sizeBytes: whole.length });
  expect(entries.nodes.map((node: { path: string }) => node.path)).toEqual([
    'people.csv',
    'people.jsonl',
    'people.parquet',
    'sizes.csv',
  ]);
  for (const { profile, preview } of entries.nodes.slice(0, 3)) {
    expect(profile.rowCount).toBe(2);
    expect(profile.columns[1]).toMatchObject({ name: 'name', min: 'REDACTED', max: 'REDACTED' });
    expect(preview.rows).toHaveLength(2);
    expect(preview.rows[0]).toEqual(['1', 'REDACTED', expect.stringMatching(/^[0-9a-f]{64}$/), 'first-note']);
  }

  const cli = await runCli(
    cairn,
    analyst,
    ['get', 'keepers@main:people.parquet', '-o', 'got.parquet'],
    folder,
  );
  expect(cli).toMatchObject({ exitCode: 0 });
  expect(readFileSync(path.join(folder, 'got.parquet'))).toEqual(whole);
  const shown = await runCli(cairn, analyst, ['preview', 'keepers@main:people.csv', '-n', '1']);
  expect(shown).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/ID +NAME +MAIL[\s\S]*REDACTED/),
  });
  expectNothingHidden(shown.stdout);
});

test('what cannot be masked is denied by name, and no other way leads to it', async () => {
  const denied = async (answer: Promise<Response>) => {
    const { status, ...rest } = await answer;
    const text = await (await answer).clone().text();
    expectNothingHidden(text);
    return [status, text, rest] as const;
  };
  const [status, text] = await denied(content('notes.md'));
  expect([status, text]).toEqual([403, expect.stringContaining('MASK-NAME')]);
  const queries = [
    'diff(from: "main~1", to: "main") { nodes { path after { sha256 } rowChanges { samples { key } } } }',
    'entry(revision: "main", path: "notes.md") { sha256 }',
    'staged(branch: "main") { nodes { path } }',
  ];
  for (const query of queries) {
    const answer = await cairn.graphql(`{ repository(name: "keepers") { ${query} } }`, {}, analyst);
    expect(answer.errors).toBeDefined();
    expectNothingHidden(JSON.stringify(answer));
  }
  for (const command of [
    new GetObjectCommand({ Bucket: 'keepers', Key: 'main/notes.md' }),
    new CopyObjectCommand({ Bucket: 'keepers', Key: 'main/b.csv', CopySource: 'keepers/main/people.csv' }),
  ])
    await expect(s3.send(command as GetObjectCommand)).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
});

test('a classification that no column carries is a denial, and so is a filter whose column is missing', async () => {
  const other = await makeRepository('others');
  await classify(other, { mail: 'pii.email' }, ['pii.name']);
  const read = await cairn.http('/api/v1/repositories/others/content/main/people.csv', { token: analyst });
  expect(read.status).toBe(403);
  expect(await read.text()).toContain('no column of it');
  await classify(other, { name: 'pii.name' });
  const again = await cairn.http('/api/v1/repositories/others/content/main/people.csv', { token: analyst });
  expect((await again.text()).split('\n')).toHaveLength(5);
});

test('who may write but not read all is told where a merge conflicts, and not of what', async () => {
  const writer = await cairn.tokenFor('user:wim.writer');
  const id = await makeRepository('merged');
  await classify(id, { name: 'pii.name', mail: 'pii.email' });
  const rules = [{ pattern: '*.csv', columns: ['id'] }];
  await cairn.ask('mutation($i: SetRowKeysInput!) { setRowKeys(input: $i) { id } }', {
    i: { repository: 'merged', rules },
  });
  await cairn.ask(
    'mutation($i: CreateBranchInput!) { createBranch(input: $i) { name } }',
    { i: { repository: 'merged', name: 'other', from: 'main' } },
    engineer,
  );
  for (const [branch, name] of [
    ['main', 'Anastasia Hidden I'],
    ['other', 'Anastasia Hidden II'],
  ] as const) {
    const bytes = Buffer.from(CSV.replace(NAMES[0]!, name));
    await cairn.http('/api/v1/repositories/merged/objects', {
      ...{
        method: 'PUT',
        body: bytes,
        token: engineer,
        headers: { 'content-type': 'application/octet-stream' },
      },
    });
    const changes = [{ path: 'people.csv', sha256: sha256(bytes) }];
    const i = { repository: 'merged', branch, message: 'renamed', changes };
    await cairn.ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', { i }, engineer);
  }
  const merge = (token: string) =>
    cairn.ask(
      `mutation { merge(input: { repository: "merged", source: "other", target: "main" }) { ... on MergeConflicts {
        conflicts { path kind rowCount rows { key base ours theirs } ours { sha256 } } } } }`,
      {},
      token,
    );
  expect(JSON.stringify(await merge(engineer))).toContain('Anastasia Hidden II');
  const told = await merge(writer);
  expect(told.merge.conflicts).toEqual([
    { path: 'people.csv', kind: 'row-conflict', rowCount: 1, rows: null, ours: null },
  ]);
});

test('an explanation says what is masked and filtered, and the decision log which rules did it', async () => {
  const { explainAccess } = await cairn.ask(
    'query($id: ID!) { explainAccess(action: "read", assetId: $id) { allowed masks { column mask rules } filters { rule filter } } }',
    { id: assetId },
    analyst,
  );
  expect(explainAccess).toEqual({
    allowed: true,
    masks: [
      { column: 'mail', mask: 'hmac', rules: ['MASK-MAIL'] },
      { column: 'name', mask: 'redact', rules: ['MASK-NAME'] },
    ],
    filters: [{ rule: 'FIRST-TWO', filter: 'id < 3 && note is not null' }],
  });
  await cairn.app.get(Policy).recorded();
  const bodies = await cairn.app
    .get(Database)
    .query<{ body: string }>(
      `SELECT body::text AS body FROM audit_record WHERE body::text LIKE '%FIRST-TWO filters rows%' LIMIT 1`,
    );
  expect(bodies[0]?.body).toContain('MASK-MAIL masks mail by hmac; MASK-NAME masks name by redact');
});

test('decisions that ask for masks and filters follow from the policy and the columns that the log names', async () => {
  await cairn.app.get(Policy).recorded();
  const { exitCode, stdout } = await runCli(cairn, cairn.adminToken, ['--json', 'audit', 'replay']);
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([
    0,
    { discrepancies: [], unknownVersion: 0, unreadable: 0 },
  ]);
});
