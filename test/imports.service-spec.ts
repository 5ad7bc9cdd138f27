import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { serviceEnvironment } from './support/services.js';

/** A lake that Cairn does not own, beside objects of its own on the local disk. */
describe.each(['minio', 'versitygw'])('imports from a bucket of %s', (name) => {
  const server = serviceEnvironment(name);
  const before = { ...process.env };
  const bucket = `lake-${randomUUID()}`;
  let client: S3Client;
  let cairn: TestCairn;
  let folder: string;

  const put = (key: string, body: string | Buffer) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key: `data/${key}`, Body: body }));

  beforeAll(async () => {
    Object.assign(process.env, server);
    process.env['LAKE_KEY'] = server['AWS_ACCESS_KEY_ID'];
    process.env['LAKE_SECRET'] = server['AWS_SECRET_ACCESS_KEY'];
    client = new S3Client({ endpoint: server['S3_ENDPOINT']!, region: 'us-east-1', forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-imports-'));
    const source = {
      ...{ name: 'lake', namespace: 'research/penguins', type: 's3', bucket, prefix: 'data/' },
      ...{ endpoint: server['S3_ENDPOINT'], accessKeyIdFrom: 'LAKE_KEY', secretAccessKeyFrom: 'LAKE_SECRET' },
    };
    writeFileSync(path.join(folder, 'sources.json'), JSON.stringify([source]));
    cairn = await startTestCairn({ CAIRN_IMPORT_SOURCES: path.join(folder, 'sources.json') });
    const i = { name: 'lake', kind: 'dataset', namespace: 'research/penguins' };
    await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', { i });
  });
  afterAll(async () => {
    await cairn.stop();
    client.destroy();
    rmSync(folder, { recursive: true });
    process.env = before;
  });

  async function importAll(prefix: string): Promise<any> {
    const i = { repository: 'lake', branch: 'main', source: 'lake', prefix, to: prefix };
    const started = await cairn.ask('mutation($i: ImportInput!) { startImport(input: $i) { id } }', { i });
    const wait =
      'query($id: ID!) { operation(id: $id, waitSeconds: 20) { state result problem { message } } }';
    const { operation } = await cairn.ask(wait, { id: started.startImport.id });
    if (operation.state !== 'succeeded') return operation;
    const c = { repository: 'lake', branch: 'main', message: `Import ${prefix}` };
    const committing = await cairn.ask(
      'mutation($c: CommitStagedInput!) { commitStaged(input: $c) { id } }',
      { c },
    );
    expect((await cairn.ask(wait, { id: committing.commitStaged.id })).operation.state).toBe('succeeded');
    return operation;
  }
  const get = (file: string, headers = {}) =>
    cairn.http(`/api/v1/repositories/lake/content/main/${file}?direct=true`, { headers });

  test('thousands of objects are there without a copy, and read whole and in part', async () => {
    const names = Array.from({ length: 1_100 }, (_, i) => `many/${String(i).padStart(5, '0')}.txt`);
    for (let at = 0; at < names.length; at += 50)
      await Promise.all(names.slice(at, at + 50).map((key) => put(key, `content of ${key}`)));
    expect((await importAll('many/')).result).toMatchObject({ objects: 1_100, skipped: { count: 0 } });
    const response = await get(names[777]!);
    expect([response.status, await response.text()]).toEqual([200, `content of ${names[777]}`]);
    const part = await get(names[3]!, { range: 'bytes=11-14' });
    expect([part.status, await part.text()]).toEqual([206, 'many']);
  }, 120_000);

  test('what was sent in parts, and what is empty, is read too', async () => {
    const bytes = randomBytes(6 * 1024 ** 2);
    const at = { Bucket: bucket, Key: 'data/large/parts.bin' };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(at));
    const parts = await Promise.all(
      [bytes.subarray(0, 5 * 1024 ** 2), bytes.subarray(5 * 1024 ** 2)].map(async (Body, i) => {
        const { ETag } = await client.send(
          new UploadPartCommand({ ...at, UploadId, PartNumber: i + 1, Body }),
        );
        return { ETag, PartNumber: i + 1 };
      }),
    );
    await client.send(
      new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts: parts } }),
    );
    await put('large/empty', Buffer.alloc(0));
    expect((await importAll('large/')).result).toMatchObject({ objects: 2, bytes: bytes.length });
    expect(Buffer.from(await (await get('large/parts.bin')).arrayBuffer()).equals(bytes)).toBe(true);
    expect(await (await get('large/empty')).text()).toBe('');
  }, 60_000);

  test('what was overwritten or removed there is told by name, and not served', async () => {
    await put('moving/a', 'first');
    await importAll('moving/');
    expect(await (await get('moving/a')).text()).toBe('first');
    await put('moving/a', 'other');
    const changed = await get('moving/a');
    expect([changed.status, ((await changed.json()) as any).detail]).toEqual([
      500,
      expect.stringMatching(/lake:moving\/a .* it has another ETag/),
    ]);
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'data/moving/a' }));
    expect(((await (await get('moving/a')).json()) as any).detail).toMatch(/it is gone/);
  });
});
