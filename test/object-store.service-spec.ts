import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { run } from '../cli/run.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.js';
import { killService, runService, serviceEnvironment } from './support/services.js';

const minio = serviceEnvironment('minio');
const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function freshBucket(server: Readonly<Record<string, string>>): Promise<string> {
  Object.assign(process.env, server);
  const bucket = `cairn-${randomUUID()}`;
  const client = new S3Client({
    endpoint: server['S3_ENDPOINT']!,
    region: 'us-east-1',
    forcePathStyle: true,
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return bucket;
}

const PREPARE = `mutation($r: String!, $o: [UploadObjectInput!]!) {
  prepareUploads(repository: $r, objects: $o) { sha256 isHeld request { method url headers expiresAt } } }`;
const FINISH = `mutation($r: String!, $o: [UploadObjectInput!]!) {
  finishUploads(repository: $r, objects: $o) { sha256 sizeBytes } }`;

/** A Cairn, as somebody who brings data to it sees it. */
function clientOf(cairn: TestCairn) {
  const repository = async (name = `r-${randomUUID().slice(0, 8)}`): Promise<string> => {
    const i = { name, kind: 'dataset', namespace: 'research/penguins' };
    await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', { i });
    return name;
  };
  const commit = async (r: string, file: string, digest: string): Promise<string> => {
    const i = { repository: r, branch: 'main', message: file, changes: [{ path: file, sha256: digest }] };
    return (await cairn.ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', { i })).commit.id;
  };
  const upload = (r: string, body: string | Buffer) =>
    cairn.http(`/api/v1/repositories/${r}/objects`, {
      ...{ method: 'PUT', body, headers: { 'content-type': 'application/octet-stream' } },
    });
  const read = (r: string, file: string, query = '') =>
    cairn.http(`/api/v1/repositories/${r}/content/main/${file}${query}`, { redirect: 'manual' });
  const cli = async (...words: string[]) => {
    let stderr = '';
    let stdout = '';
    const code = await run(words, {
      stdout: { write: (text) => (stdout += text.toString()) },
      stderr: { write: (text) => (stderr += text.toString()) },
      env: { XDG_CONFIG_HOME: folder, CAIRN_URL: cairn.url, CAIRN_TOKEN: cairn.adminToken },
      cwd: folder,
    });
    return { code, stdout, stderr };
  };
  return { repository, commit, upload, read, cli };
}
const of = (text: string) => [{ sha256: sha256(text), sizeBytes: text.length }];
const ready = async (cairn: TestCairn): Promise<any> => {
  const response = await cairn.http('/health/ready');
  return { status: response.status, ...((await response.json()) as any).parts.storage };
};

describe.each(['minio', 'versitygw'])('bytes on %s', (name) => {
  let cairn: TestCairn;
  let client: ReturnType<typeof clientOf>;
  beforeAll(async () => {
    const server = serviceEnvironment(name);
    const bucket = await freshBucket(server);
    cairn = await startTestCairn({ S3_ENDPOINT: server['S3_ENDPOINT']!, S3_BUCKET: bucket });
    client = clientOf(cairn);
  });
  afterAll(() => cairn.stop());

  test('go to a store whose abilities the health page tells', async () => {
    expect(await ready(cairn)).toMatchObject({
      status: 200,
      report: {
        ...{ driver: 's3', conditionalPut: true, conditionalMultipart: true, checksums: true },
        ...{ rangedReads: true, readAfterWrite: true, directTransfers: true },
        versioning: expect.any(String),
      },
    });
  });

  test('go past the service, and count when they were finished', async () => {
    const r = await client.repository();
    const variables = { r, o: of('straight') };
    const [prepared] = (await cairn.ask(PREPARE, variables)).prepareUploads;
    expect(prepared.isHeld).toBe(false);
    expect(new URL(prepared.request.url).origin).not.toBe(cairn.url);
    const early = await cairn.graphql(FINISH, variables);
    expect(early.errors![0]!.extensions['code']).toBe('NOT_FOUND');
    const { url, method, headers } = prepared.request;
    expect((await fetch(url, { method, headers, body: 'straighT' })).ok).toBe(false);
    expect((await fetch(url, { method, headers, body: 'straight' })).status).toBe(200);
    await expect(client.commit(r, 'a', sha256('straight'))).rejects.toThrow(/upload/i);
    expect((await cairn.ask(FINISH, variables)).finishUploads).toEqual(variables.o);
    expect((await cairn.ask(FINISH, variables)).finishUploads).toEqual(variables.o);
    await client.commit(r, 'a', sha256('straight'));
    expect(await (await client.read(r, 'a')).text()).toBe('straight');

    const redirect = await client.read(r, 'a', '?direct=true');
    expect([redirect.status, await redirect.text()]).toEqual([307, '']);
    expect(await (await fetch(redirect.headers.get('location')!)).text()).toBe('straight');
    expect((await cairn.ask(PREPARE, variables)).prepareUploads[0]).toMatchObject({
      isHeld: true,
      request: null,
    });
  });

  test('that one repository was sent are not to be had by another that knows their digest', async () => {
    const [mine, theirs] = [await client.repository(), await client.repository()];
    const o = of('mine');
    const [{ request }] = (await cairn.ask(PREPARE, { r: mine, o })).prepareUploads;
    await fetch(request.url, { method: 'PUT', headers: request.headers, body: 'mine' });
    await cairn.ask(FINISH, { r: mine, o });
    expect((await cairn.ask(PREPARE, { r: theirs, o })).prepareUploads[0].isHeld).toBe(false);
    const { errors } = await cairn.graphql(FINISH, { r: theirs, o });
    expect(errors![0]!.message).toContain(sha256('mine'));
  });

  test('are prepared only for who may write, within bounds', async () => {
    const r = await client.repository();
    const token = await cairn.tokenFor('user:ana.analyst');
    for (const mutation of [PREPARE, FINISH]) {
      const { errors } = await cairn.graphql(mutation, { r, o: of('x') }, token);
      expect(errors![0]!.extensions['code']).toMatch(/FORBIDDEN|NOT_FOUND/);
    }
    const bad: [unknown, RegExp][] = [
      [[], /objects: must be 1 to 1000/],
      [[{ sha256: 'X', sizeBytes: 1 }], /objects\[0\]\.sha256: must be 64 lower-case/],
      [[{ sha256: sha256(''), sizeBytes: -1 }], /objects\[0\]\.sizeBytes: must not be negative/],
      [[{ sha256: sha256(''), sizeBytes: 2 ** 50 }], /objects\[0\]\.sizeBytes: must be at most/],
      [
        Array.from({ length: 300 }, (_, i) => ({ sha256: sha256(`${i}`), sizeBytes: 5 * 2 ** 30 })),
        /objects: must have at most .* bytes together/,
      ],
      [[...of('a'), { sha256: sha256('a'), sizeBytes: 2 }], /objects\[1\]\.sizeBytes: must be one size/],
    ];
    for (const [o, message] of bad)
      expect((await cairn.graphql(PREPARE, { r, o })).errors![0]!.message).toMatch(message);
  });

  test('are put and fetched at a shell without passing the service, and an upload that was cut off goes on', async () => {
    const r = await client.repository();
    const files = Array.from({ length: 5 }, (_, i) => [`f${i}.bin`, randomBytes(300_000)] as const);
    for (const [file, bytes] of files) writeFileSync(path.join(folder, file), bytes);
    const uploads = async () => {
      const metrics = await (await cairn.http('/metrics')).text();
      return (metrics.match(/^.*route="[^"]*objects".*$/gm) ?? []).join('\n');
    };
    const before = await uploads();
    const first = await client.cli('put', r, 'main', 'f0.bin', 'f1.bin');
    expect([first.code, first.stderr]).toEqual([0, '']);
    const all = await client.cli('put', r, 'main', ...files.map(([file]) => file), '-m', 'all');
    expect([all.code, all.stdout]).toEqual([0, expect.stringMatching(/5 files.*\(2 were there already\)/)]);
    expect(await uploads()).toBe(before);
    expect((await client.cli('get', `${r}@main:`, '-o', 'back')).code).toBe(0);
    for (const [file, bytes] of files)
      expect(readFileSync(path.join(folder, 'back', file)).equals(bytes)).toBe(true);
  });

  test('of a large file go in parts, and on where an upload was cut off', async () => {
    const r = await client.repository();
    const bytes = randomBytes(130 * 1024 ** 2);
    writeFileSync(path.join(folder, 'large.bin'), bytes);
    const o = [{ sha256: sha256(bytes), sizeBytes: bytes.length }];
    const parts = async () =>
      (
        await cairn.ask(
          `mutation($r: String!, $o: [UploadObjectInput!]!) {
             prepareUploads(repository: $r, objects: $o) { isHeld request { url } parts { number start end request { url } } } }`,
          { r, o },
        )
      ).prepareUploads[0].parts;
    const [first] = await parts();
    const part = bytes.subarray(first.start, first.end);
    expect((await fetch(first.request.url, { method: 'PUT', body: part })).status).toBe(200);
    const early = await cairn.graphql(FINISH, { r, o });
    expect(early.errors![0]!.message).toMatch(/2 parts of .* have not arrived \(2, 3\)/);
    expect((await parts()).map(({ number }: { number: number }) => number)).toEqual([2, 3]);
    const put = await client.cli('put', r, 'main', 'large.bin', '-m', 'large');
    expect([put.code, put.stderr]).toEqual([0, '']);
    expect((await client.cli('get', `${r}@main:large.bin`, '-o', 'large.back')).code).toBe(0);
    expect(readFileSync(path.join(folder, 'large.back')).equals(bytes)).toBe(true);
  }, 120_000);
});

test('two Cairns on one bucket do not disturb each other', async () => {
  const bucket = await freshBucket(minio);
  const env = { S3_ENDPOINT: minio['S3_ENDPOINT']!, S3_BUCKET: bucket, S3_PREFIX: 'shared/' };
  const [one, other] = await Promise.all([startTestCairn(env), startTestCairn(env)]);
  const [a, b] = [clientOf(one), clientOf(other)];
  expect((await ready(one)).report.location).not.toBe((await ready(other)).report.location);
  const commits: string[] = [];
  for (const [cairn, client] of [
    [one, a],
    [other, b],
  ] as const) {
    await client.repository('same');
    const [{ request }] = (await cairn.ask(PREPARE, { r: 'same', o: of('the same bytes') })).prepareUploads;
    await fetch(request.url, { method: 'PUT', headers: request.headers, body: 'the same bytes' });
    commits.push(request.url);
  }
  expect(new URL(commits[0]!).pathname).not.toBe(new URL(commits[1]!).pathname);
  for (const [cairn, client] of [
    [one, a],
    [other, b],
  ] as const) {
    await cairn.ask(FINISH, { r: 'same', o: of('the same bytes') });
    await client.commit('same', 'a', sha256('the same bytes'));
  }
  const restarted = one.restart();
  expect(await (await b.read('same', 'a')).text()).toBe('the same bytes');
  await restarted;
  expect(await (await a.read('same', 'a')).text()).toBe('the same bytes');
  await Promise.all([one.stop(), other.stop()]);
});

test('a bucket that is not there stops the boot, by name', async () => {
  const env = { S3_ENDPOINT: minio['S3_ENDPOINT']!, S3_BUCKET: `none-${randomUUID()}` };
  await expect(startTestCairn(env)).rejects.toThrow(/s3 object store could not probe: NoSuchBucket/);
});

test('a store that does not know conditions stops the boot, by name of what is missing', async () => {
  const unaware = await startUnawareStore(minio['S3_ENDPOINT']!);
  const env = { S3_ENDPOINT: unaware.url, S3_BUCKET: await freshBucket(minio) };
  await expect(startTestCairn(env)).rejects.toThrow(
    /cannot be used.*conditional PUT on objects \(If-None-Match: \*\)/,
  );
  await unaware.close();
});

/** What stands before a store and answers conditional requests as a store does that writes whatever they say. */
async function startUnawareStore(endpoint: string) {
  const server = createServer((request, response) => {
    if (request.headers['if-none-match'] !== undefined) {
      request.resume().on('end', () => response.end('<CompleteMultipartUploadResult/>'));
      return;
    }
    const { method, url, headers } = request;
    const passed = httpRequest(new URL(url!, endpoint), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('clients that cannot reach the store bring their bytes by the service', async () => {
  const env = { S3_ENDPOINT: minio['S3_ENDPOINT']!, S3_BUCKET: await freshBucket(minio) };
  const cairn = await startTestCairn({ ...env, S3_PUBLIC_ENDPOINT: 'http://127.0.0.1:1' });
  const client = clientOf(cairn);
  const r = await client.repository();
  writeFileSync(path.join(folder, 'far.txt'), 'from afar');
  const put = await client.cli('put', r, 'main', 'far.txt', '-m', 'far');
  expect([put.code, put.stderr]).toEqual([0, expect.stringContaining('127.0.0.1:1 cannot be reached')]);
  const got = await client.cli('get', `${r}@main:far.txt`, '-o', 'near.txt');
  expect([got.code, readFileSync(path.join(folder, 'near.txt'), 'utf8')]).toEqual([0, 'from afar']);
  await cairn.stop();
});

describe.each(['minio', 'versitygw'])('%s with faults', (name) => {
  const server = serviceEnvironment(name);
  let cairn: TestCairn;
  let proxy: FaultProxy;
  let client: ReturnType<typeof clientOf>;
  let r: string;
  beforeAll(async () => {
    const bucket = await freshBucket(server);
    proxy = await startFaultProxy({ port: Number(new URL(server['S3_ENDPOINT']!).port) });
    cairn = await startTestCairn({ S3_ENDPOINT: `http://127.0.0.1:${proxy.port}`, S3_BUCKET: bucket });
    client = clientOf(cairn);
    r = await client.repository();
  });
  afterAll(async () => {
    await cairn.stop();
    await proxy.close();
  });
  /** What a 201 was given for, to be read whatever happened. */
  const acknowledged = new Map<string, string>();
  const put = async (text: string): Promise<number> => {
    const { status } = await client.upload(r, text);
    if (status === 201) acknowledged.set(sha256(text), text);
    return status;
  };
  const readAll = async (): Promise<void> => {
    const changes = [...acknowledged.keys()].map((digest) => ({ path: digest, sha256: digest }));
    const i = { repository: r, branch: 'main', message: 'all', changes };
    await cairn.ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', { i });
    for (const [digest, text] of acknowledged) expect(await (await client.read(r, digest)).text()).toBe(text);
  };

  test('is used while it is slow', async () => {
    proxy.slow(50);
    expect(await put('slow')).toBe(201);
    expect((await ready(cairn)).status).toBe(200);
    proxy.heal();
    await readAll();
  });

  test('is said to be away while connections break, and nothing is taken that is not stored', async () => {
    proxy.cut();
    const refused = await client.upload(r, 'cut');
    expect([refused.status, await refused.json()]).toMatchObject([
      503,
      { detail: expect.stringMatching(/s3 object store could not put/) },
    ]);
    expect((await ready(cairn)).status).toBe(503);
    expect((await cairn.ask('{ me { subject } }')).me.subject).toBe('user:admin');
    proxy.heal();
    expect((await ready(cairn)).status).toBe(200);
    expect(await put('healed')).toBe(201);
    await readAll();
  });

  test('that does not answer is waited for, within bounds', async () => {
    proxy.stall();
    expect(await ready(cairn)).toMatchObject({ status: 503, report: { reason: 'no answer within 2 s' } });
    const waiting = put('stalled');
    await pause(500);
    proxy.heal();
    expect(await waiting).toBe(201);
    await readAll();
  });

  test('that is stopped is said to be away, and used again when it is started', async () => {
    await runService(name, 'stop');
    try {
      expect((await client.upload(r, 'stopped')).status).toBe(503);
      expect((await ready(cairn)).status).toBe(503);
    } finally {
      await runService(name, 'start');
    }
    expect((await ready(cairn)).status).toBe(200);
    expect(await put('started')).toBe(201);
    await readAll();
  });

  test('that is killed while in use loses nothing that was acknowledged', async () => {
    let isOver = false;
    const seen: number[] = [];
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let n = 0; !isOver; n++) seen.push(await put(`killed ${writer}/${n}`));
    });
    await pause(500);
    await killService(name);
    await pause(1_000);
    await runService(name, 'start');
    const before = acknowledged.size;
    while (acknowledged.size < before + 8) await pause(50);
    isOver = true;
    await Promise.all(writers);
    expect(new Set(seen)).toEqual(new Set([201, ...(seen.includes(503) ? [503] : [])]));
    expect((await ready(cairn)).status).toBe(200);
    await readAll();
  });
});
