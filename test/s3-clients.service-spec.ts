import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { serviceEnvironment } from './support/services.js';

const { S3_CLIENTS: clients, S3_CLIENTS_ASYNC: asyncClients } = serviceEnvironment('s3-clients') as {
  S3_CLIENTS: string;
  S3_CLIENTS_ASYNC: string;
};
const scripts = path.join(import.meta.dirname, 'fixtures/s3-clients');
const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-s3-clients-'));
let cairn: TestCairn;
let env: Record<string, string>;

beforeAll(async () => {
  cairn = await startTestCairn();
  const { createAccessKey } = await cairn.ask(
    'mutation { createAccessKey(input: { label: "test" }) { secret accessKey { id } } }',
  );
  env = {
    ...{ PATH: `${clients}:${process.env['PATH']}`, HOME: folder },
    AWS_ACCESS_KEY_ID: createAccessKey.accessKey.id,
    AWS_SECRET_ACCESS_KEY: createAccessKey.secret,
    ...{
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_S3: cairn.s3Url!,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  };
}, 60_000);
afterAll(async () => {
  await cairn.stop();
  rmSync(folder, { recursive: true });
});

/** A repository of a client's own. */
async function repository(name: string): Promise<string> {
  await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
    i: { name, kind: 'dataset', namespace: 'research/penguins' },
  });
  return name;
}

/** Runs a program to its end. @returns what it wrote to standard output @throws with what it wrote to standard error */
async function run(command: string, args: readonly string[], options: object = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { env, maxBuffer: 2 ** 26, ...options });
  return stdout;
}

const python = (from: string, script: string, bucket: string) =>
  run(path.join(from, 'python'), [path.join(scripts, script), cairn.s3Url!, bucket]);

test('boto3', async () => {
  expect(await python(clients, 'boto3_client.py', await repository('boto3'))).toMatch(/^boto3 \d/);
});

test('pyarrow', async () => {
  expect(await python(clients, 'pyarrow_client.py', await repository('pyarrow'))).toMatch(/^pyarrow \d/);
});

test('DuckDB', async () => {
  expect(await python(clients, 'duckdb_client.py', await repository('duckdb'))).toMatch(/^duckdb \d/);
});

test('s3fs', async () => {
  expect(await python(asyncClients, 's3fs_client.py', await repository('s3fs'))).toMatch(/^s3fs \d/);
});

test('the AWS CLI copies, syncs, lists, moves, presigns and removes', async () => {
  const bucket = await repository('awscli');
  const aws = (...args: string[]) => run(path.join(clients, 'aws'), args, { cwd: folder });
  const tree = path.join(folder, 'tree');
  mkdirSync(path.join(tree, 'sub'), { recursive: true });
  writeFileSync(path.join(tree, 'a.csv'), 'id\n1\n');
  writeFileSync(path.join(tree, 'sub/large.bin'), Buffer.alloc(20 * 2 ** 20, 7));
  await aws('s3', 'sync', tree, `s3://${bucket}/main/tree`);
  expect(await aws('s3', 'sync', tree, `s3://${bucket}/main/tree`)).toBe('');
  expect(await aws('s3', 'ls', `s3://${bucket}/main/tree/`)).toMatch(/PRE sub\/[\s\S]* 5 a\.csv/);
  await aws('s3', 'cp', '--recursive', `s3://${bucket}/main/tree`, `s3://${bucket}/main/copy`);
  await aws('s3', 'mv', `s3://${bucket}/main/copy/a.csv`, `s3://${bucket}/main/copy/b.csv`);
  await aws('s3', 'sync', `s3://${bucket}/main/copy`, path.join(folder, 'back'));
  expect(readFileSync(path.join(folder, 'back/b.csv'), 'utf8')).toBe('id\n1\n');
  expect(readFileSync(path.join(folder, 'back/sub/large.bin')).equals(Buffer.alloc(20 * 2 ** 20, 7))).toBe(
    true,
  );
  await aws('configure', 'set', 'default.s3.signature_version', 's3v4');
  const address = await aws('s3', 'presign', `s3://${bucket}/main/tree/a.csv`);
  expect(await (await fetch(address.trim())).text()).toBe('id\n1\n');
  await aws('s3', 'rm', '--recursive', `s3://${bucket}/main/tree`);
  expect(await aws('s3', 'ls', '--recursive', `s3://${bucket}`)).toMatch(
    /main\/copy\/b\.csv[\s\S]*large\.bin\n$/,
  );
});

test('rclone syncs, checks and removes', async () => {
  const bucket = await repository('rclone');
  const remote = `:s3,provider=Other,env_auth=true,endpoint='${cairn.s3Url}':${bucket}/main/rclone`;
  const rclone = (...args: string[]) => run(path.join(clients, 'rclone'), args);
  const tree = path.join(folder, 'rclone');
  mkdirSync(path.join(tree, 'sub'), { recursive: true });
  for (let i = 0; i < 30; i++)
    writeFileSync(path.join(tree, 'sub', `${i} ${'é'.repeat(i % 3)}.txt`), `file ${i}`);
  await rclone('sync', tree, remote);
  await rclone('check', '--download', tree, remote);
  expect((await rclone('lsf', '-R', '--files-only', remote)).trim().split('\n')).toHaveLength(30);
  await rclone('delete', remote);
  expect(await rclone('lsf', remote)).toBe('');
});

test('Delta Lake appends to one table from several writers at once', async () => {
  expect(await python(clients, 'deltalake_client.py', await repository('deltalake'))).toMatch(
    /^deltalake \d/,
  );
});

test('s3cmd syncs, and sees what is there already', async () => {
  const bucket = await repository('s3cmd');
  const host = new URL(cairn.s3Url!).host;
  const s3cmd = (...args: string[]) =>
    run(path.join(clients, 's3cmd'), [
      ...['--no-ssl', `--host=${host}`, `--host-bucket=${host}`, '--no-progress'],
      ...args,
    ]);
  const tree = path.join(folder, 's3cmd');
  mkdirSync(tree);
  for (let i = 0; i < 5; i++) writeFileSync(path.join(tree, `${i}.csv`), `id\n${i}\n`);
  writeFileSync(path.join(tree, 'large.bin'), Buffer.alloc(40 * 2 ** 20, 9));
  expect(await s3cmd('sync', `${tree}/`, `s3://${bucket}/main/tree/`)).toMatch(/large\.bin/);
  expect(await s3cmd('sync', `${tree}/`, `s3://${bucket}/main/tree/`)).toBe('');
  await s3cmd('mv', `s3://${bucket}/main/tree/3.csv`, `s3://${bucket}/main/moved.csv`);
  await s3cmd('get', `s3://${bucket}/main/moved.csv`, path.join(tree, 'back.csv'));
  expect(readFileSync(path.join(tree, 'back.csv'), 'utf8')).toBe('id\n3\n');
  await s3cmd('get', `s3://${bucket}/main/tree/large.bin`, path.join(tree, 'back.bin'));
  expect(readFileSync(path.join(tree, 'back.bin')).equals(Buffer.alloc(40 * 2 ** 20, 9))).toBe(true);
  await s3cmd('del', '--recursive', '--force', `s3://${bucket}/main/`);
  expect(await s3cmd('ls', '--recursive', `s3://${bucket}/main/`)).toBe('');
});

test('DVC pushes data and pulls it elsewhere', async () => {
  const bucket = await repository('dvc');
  const project = path.join(folder, 'project');
  mkdirSync(path.join(project, 'data'), { recursive: true });
  const inProject = { cwd: project, env: { ...env, PATH: `${asyncClients}:${process.env['PATH']}` } };
  const dvc = (...args: string[]) => run(path.join(asyncClients, 'dvc'), args, inProject);
  for (let i = 0; i < 20; i++) writeFileSync(path.join(project, 'data', `${i}.csv`), `id\n${i}\n`);
  writeFileSync(path.join(project, 'data/large.bin'), Buffer.alloc(60 * 2 ** 20, 3));
  await dvc('init', '--no-scm');
  await dvc('remote', 'add', '-d', 'cairn', `s3://${bucket}/main/dvc`);
  await dvc('remote', 'modify', 'cairn', 'endpointurl', cairn.s3Url!);
  await dvc('add', 'data');
  await dvc('push');
  rmSync(path.join(project, '.dvc/cache'), { recursive: true });
  rmSync(path.join(project, 'data'), { recursive: true });
  await dvc('pull');
  expect(readFileSync(path.join(project, 'data/7.csv'), 'utf8')).toBe('id\n7\n');
  expect(readFileSync(path.join(project, 'data/large.bin')).equals(Buffer.alloc(60 * 2 ** 20, 3))).toBe(true);
  expect(await dvc('status', '--cloud')).toMatch(/in sync/);
});
