import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.js';
import { serviceEnvironment } from './support/services.js';

const MIB = 1024 ** 2;
const minio = serviceEnvironment('minio');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
let proxy: FaultProxy;
let cairn: TestCairn;
let s3: S3Client;

beforeAll(async () => {
  Object.assign(process.env, minio);
  const bucket = `cairn-${randomUUID()}`;
  const store = new S3Client({ endpoint: minio['S3_ENDPOINT']!, region: 'us-east-1', forcePathStyle: true });
  await store.send(new CreateBucketCommand({ Bucket: bucket }));
  proxy = await startFaultProxy({ port: Number(new URL(minio['S3_ENDPOINT']!).port) });
  cairn = await startTestCairn({ S3_ENDPOINT: `http://127.0.0.1:${proxy.port}`, S3_BUCKET: bucket });
  await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
    i: { name: 'faults', kind: 'dataset', namespace: 'research/penguins' },
  });
  const { createAccessKey } = await cairn.ask(
    'mutation { createAccessKey(input: { label: "test" }) { secret accessKey { id } } }',
  );
  s3 = new S3Client({
    ...{ endpoint: cairn.s3Url!, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 },
    credentials: { accessKeyId: createAccessKey.accessKey.id, secretAccessKey: createAccessKey.secret },
  });
}, 60_000);
afterAll(async () => {
  await cairn.stop();
  await proxy.close();
});

const put = (Key: string, Body: Uint8Array) => s3.send(new PutObjectCommand({ Bucket: 'faults', Key, Body }));
const get = async (Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket: 'faults', Key }))).Body!.transformToByteArray();
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: { name: string; $metadata?: { httpStatusCode?: number } }) =>
      `${error.$metadata?.httpStatusCode ?? '-'} ${error.name}`,
  );

test('a store that is away is told as such, stages nothing, and all goes on when it is back', async () => {
  for (const bytes of [randomBytes(100), randomBytes(3 * MIB)]) {
    proxy.cut();
    expect(await outcome(put('main/away', bytes))).toBe('503 ServiceUnavailable');
    proxy.heal();
    expect(await outcome(get('main/away'))).toBe('404 NoSuchKey');
  }
  const bytes = randomBytes(3 * MIB);
  await put('main/back', bytes);
  expect(Buffer.compare(await get('main/back'), bytes)).toBe(0);
  proxy.cut();
  expect(await outcome(get('main/back'))).toBe('503 ServiceUnavailable');
  proxy.heal();
  expect(Buffer.compare(await get('main/back'), bytes)).toBe(0);
});

test('a store that is cut off in the middle: what was acknowledged is there, what was not is not, at any of twenty points', async () => {
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < 20; round++) {
    const [key, bytes] = [`main/cut/${round}`, randomBytes(2 * MIB)];
    proxy.slow(round % 4);
    const work = outcome(put(key, bytes));
    await new Promise((resolve) => setTimeout(resolve, round * 8));
    proxy.cut();
    const found = await work;
    proxy.heal();
    if (found === 'ok') acknowledged.set(key, sha256(bytes));
    else expect(found).toBe('503 ServiceUnavailable');
    const there = await outcome(get(key));
    expect(there).toBe(found === 'ok' ? 'ok' : '404 NoSuchKey');
  }
  proxy.slow(0);
  for (const [key, digest] of acknowledged) expect(sha256(await get(key))).toBe(digest);
});

test('a read that is cut off is short for the client, and never whole', async () => {
  const bytes = randomBytes(24 * MIB);
  await put('main/large', bytes);
  proxy.slow(5);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'faults', Key: 'main/large' }));
  setTimeout(() => proxy.cut(), 50);
  await expect(Body!.transformToByteArray()).rejects.toThrow();
  proxy.heal();
  proxy.slow(0);
  expect(sha256(await get('main/large'))).toBe(sha256(bytes));
});

test('a completion that fails in the middle can be asked for again', async () => {
  const at = { Bucket: 'faults', Key: 'main/parts' };
  const bytes = randomBytes(11 * MIB);
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
  const Parts: { PartNumber: number; ETag?: string }[] = [];
  for (const [i, part] of [bytes.subarray(0, 6 * MIB), bytes.subarray(6 * MIB)].entries()) {
    const input = { ...at, UploadId, PartNumber: i + 1, Body: part };
    Parts.push({ PartNumber: i + 1, ETag: (await s3.send(new UploadPartCommand(input))).ETag });
  }
  const complete = () =>
    s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }));
  proxy.cut();
  expect(await outcome(complete())).toBe('503 ServiceUnavailable');
  proxy.heal();
  expect(await outcome(get(at.Key))).toBe('404 NoSuchKey');
  await complete();
  expect(sha256(await get(at.Key))).toBe(sha256(bytes));
  const left = await cairn.app.get(Database).query('SELECT 1 FROM multipart_part');
  expect(left).toEqual([]);
});
