import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestCairn, type TestCairn } from './support/cairn.js';

const MIB = 1024 ** 2;
let cairn: TestCairn;
let s3: S3Client;
let keys: { accessKeyId: string; secretAccessKey: string };

beforeAll(async () => {
  cairn = await startTestCairn();
  keys = await accessKey();
  s3 = client(keys);
  await repository('birds');
}, 60_000);
afterAll(() => cairn.stop());

async function accessKey(token?: string): Promise<typeof keys> {
  const { createAccessKey } = await cairn.ask(
    'mutation { createAccessKey(input: { label: "test" }) { secret accessKey { id } } }',
    {},
    token,
  );
  return { accessKeyId: createAccessKey.accessKey.id, secretAccessKey: createAccessKey.secret };
}

function client(credentials: typeof keys, options: object = {}): S3Client {
  return new S3Client({
    ...{ endpoint: cairn.s3Url, region: 'us-east-1', forcePathStyle: true, credentials, maxAttempts: 1 },
    ...options,
  });
}

async function repository(name: string, namespace = 'research/penguins'): Promise<void> {
  await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
    i: { name, kind: 'dataset', namespace },
  });
}

async function put(key: string, body: string | Uint8Array, more: object = {}): Promise<string> {
  const { ETag } = await s3.send(new PutObjectCommand({ Bucket: 'birds', Key: key, Body: body, ...more }));
  return ETag!;
}

async function get(key: string, more: object = {}): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'birds', Key: key, ...more }));
  return Body!.transformToString();
}

/** The name and status of the refusal. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: { name: string; $metadata: { httpStatusCode: number } }) => thrown,
  );
  if (error === undefined) throw new Error('it was not refused');
  return `${error.$metadata?.httpStatusCode} ${error.name}`;
}

describe('objects', () => {
  test('what is put is read back at once by the branch, and by the commit once it is committed', async () => {
    await put('main/raw/one.csv', 'id\n1\n', { ContentType: 'text/csv', Metadata: { origin: 'field' } });
    const found = await s3.send(new GetObjectCommand({ Bucket: 'birds', Key: 'main/raw/one.csv' }));
    expect(await found.Body!.transformToString()).toBe('id\n1\n');
    expect(found).toMatchObject({ ContentType: 'text/csv', ContentLength: 5, Metadata: { origin: 'field' } });
    expect(found.ETag).toBe(`"${createHash('sha256').update('id\n1\n').digest('hex')}"`);
    expect(await refusal(get('main~0/raw/one.csv'))).toBe('404 NoSuchKey');
  });
});
