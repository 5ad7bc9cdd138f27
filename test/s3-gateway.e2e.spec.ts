import { createHash, randomBytes } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import path_ from 'node:path';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketLoggingCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GcRoots } from '../src/catalog/index.js';
import { newChecksum } from '../src/gateway/s3/body/checksum.js';
import { NodeSha256 } from '../src/gateway/s3/signature/request-signature.js';
import { Database } from '../src/platform/index.js';
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

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** The name and status of the refusal. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: { name: string; $metadata: { httpStatusCode: number } }) => thrown,
  );
  if (error === undefined) throw new Error('it was not refused');
  return `${error.$metadata?.httpStatusCode} ${error.name}`;
}

/** Commits what is staged. @returns the commit's id */
async function commitStaged(branch: string, name = 'birds'): Promise<string> {
  const { commitStaged: started } = await cairn.ask(
    'mutation($i: CommitStagedInput!) { commitStaged(input: $i) { id } }',
    { i: { repository: name, branch, message: 'staged' } },
  );
  const { operation } = await cairn.ask(
    'query($id: ID!) { operation(id: $id, waitSeconds: 20) { state result } }',
    { id: started.id },
  );
  expect(operation.state).toBe('succeeded');
  return operation.result.commitId;
}

describe('objects', () => {
  test('what is put is read back at once by the branch, and by the commit once it is committed', async () => {
    await put('main/raw/one.csv', 'id\n1\n', { ContentType: 'text/csv', Metadata: { origin: 'field' } });
    const found = await s3.send(new GetObjectCommand({ Bucket: 'birds', Key: 'main/raw/one.csv' }));
    expect(await found.Body!.transformToString()).toBe('id\n1\n');
    expect(found).toMatchObject({ ContentType: 'text/csv', ContentLength: 5, Metadata: { origin: 'field' } });
    expect(found.ETag).toBe(`"${sha256('id\n1\n')}-1"`);
    expect(await refusal(get('main~0/raw/one.csv'))).toBe('404 NoSuchKey');
    const id = await commitStaged('main');
    for (const ref of ['main~0', id, id.slice(0, 10), 'HEAD'])
      expect(await get(`${ref}/raw/one.csv`)).toBe('id\n1\n');
  });

  test('headers of HTTP are kept, and can be asked for otherwise', async () => {
    await put('main/h', 'x', {
      CacheControl: 'no-cache',
      ContentDisposition: 'attachment',
      ContentEncoding: 'x-own',
    });
    const Key = 'main/h';
    const found = await s3.send(new HeadObjectCommand({ Bucket: 'birds', Key }));
    expect(found).toMatchObject({
      CacheControl: 'no-cache',
      ContentDisposition: 'attachment',
      ContentEncoding: 'x-own',
    });
    const other = new GetObjectCommand({ Bucket: 'birds', Key, ResponseContentType: 'text/x-own' });
    expect((await s3.send(other)).ContentType).toBe('text/x-own');
  });

  test('a part is given by first and last byte, from a byte on, and from the end', async () => {
    await put('main/range', '0123456789');
    for (const [Range, expected, part] of [
      ['bytes=2-4', '234', 'bytes 2-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-3', '789', 'bytes 7-9/10'],
      ['bytes=8-99', '89', 'bytes 8-9/10'],
    ] as const) {
      const found = await s3.send(new GetObjectCommand({ Bucket: 'birds', Key: 'main/range', Range }));
      expect([await found.Body!.transformToString(), found.ContentRange]).toEqual([expected, part]);
    }
    expect(await get('main/range', { Range: 'bytes=4-2' })).toBe('0123456789');
    expect(await get('main/range', { Range: 'bytes=0-1,3-4' })).toBe('0123456789');
    expect(await refusal(get('main/range', { Range: 'bytes=10-' }))).toBe('416 InvalidRange');
    expect(await get('main/range', { Range: 'bytes=2-4', IfMatch: `"${sha256('0123456789')}"` })).toBe('234');
    expect(await get('main/range', { PartNumber: 1 })).toBe('0123456789');
    expect(await refusal(get('main/range', { PartNumber: 2 }))).toMatch(/^416/);
  });

  test('conditions of reads', async () => {
    const etag = await put('main/conditions', 'x');
    const past = new Date(Date.now() - 86_400_000);
    const future = new Date(Date.now() + 86_400_000);
    expect(await refusal(get('main/conditions', { IfNoneMatch: etag }))).toMatch(/^304/);
    expect(await get('main/conditions', { IfNoneMatch: '"other"' })).toBe('x');
    expect(await refusal(get('main/conditions', { IfMatch: '"other"' }))).toBe('412 PreconditionFailed');
    expect(await refusal(get('main/conditions', { IfUnmodifiedSince: past }))).toBe('412 PreconditionFailed');
    expect(await get('main/conditions', { IfUnmodifiedSince: past, IfMatch: etag })).toBe('x');
    expect(await refusal(get('main/conditions', { IfModifiedSince: future }))).toMatch(/^304/);
    expect(await get('main/conditions', { IfModifiedSince: past })).toBe('x');
  });

  test('of ten who create one key, one does; If-Match replaces what it names only', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => put('main/race', `writer ${i}`, { IfNoneMatch: '*' })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason.name).toBe('PreconditionFailed');
    const etag = `"${sha256(await get('main/race'))}-1"`;
    await put('main/race', 'next', { IfMatch: etag });
    expect(await refusal(put('main/race', 'last', { IfMatch: etag }))).toBe('412 PreconditionFailed');
    expect(await get('main/race')).toBe('next');
  });

  test('copies move no bytes, keep or replace metadata, and reach other repositories', async () => {
    await repository('fish');
    await put('main/source é+ &.txt', 'copied', { Metadata: { a: '1' }, ContentType: 'text/plain' });
    const CopySource = `birds/${encodeURIComponent('main/source é+ &.txt')}`;
    await s3.send(new CopyObjectCommand({ Bucket: 'fish', Key: 'main/copy', CopySource }));
    const copy = await s3.send(new GetObjectCommand({ Bucket: 'fish', Key: 'main/copy' }));
    expect(await copy.Body!.transformToString()).toBe('copied');
    expect(copy).toMatchObject({ Metadata: { a: '1' }, ContentType: 'text/plain' });
    const replace = { CopySource, MetadataDirective: 'REPLACE', Metadata: { b: '2' } } as const;
    await s3.send(new CopyObjectCommand({ Bucket: 'birds', Key: 'main/source é+ &.txt', ...replace }));
    const head = await s3.send(new HeadObjectCommand({ Bucket: 'birds', Key: 'main/source é+ &.txt' }));
    expect(head.Metadata).toEqual({ b: '2' });
    const onto = new CopyObjectCommand({ Bucket: 'birds', Key: 'main/source é+ &.txt', CopySource });
    expect(await refusal(s3.send(onto))).toBe('400 InvalidRequest');
    const wrong = { CopySource, CopySourceIfMatch: '"other"' };
    const conditional = new CopyObjectCommand({ Bucket: 'fish', Key: 'main/copy', ...wrong });
    expect(await refusal(s3.send(conditional))).toBe('412 PreconditionFailed');
  });

  test('deleting is staged too, one by one and together, and what is not there is deleted already', async () => {
    for (const name of ['1', '2', '3']) await put(`main/gone/${name}`, name);
    await s3.send(new DeleteObjectCommand({ Bucket: 'birds', Key: 'main/gone/1' }));
    await s3.send(new DeleteObjectCommand({ Bucket: 'birds', Key: 'main/gone/1' }));
    expect(await refusal(get('main/gone/1'))).toBe('404 NoSuchKey');
    const Objects = ['main/gone/2', 'main/gone/3', 'main/gone/none', 'nowhere/x', 'main/../x'].map((Key) => ({
      Key,
    }));
    const answer = await s3.send(new DeleteObjectsCommand({ Bucket: 'birds', Delete: { Objects } }));
    expect(answer.Deleted!.map(({ Key }) => Key)).toEqual(['main/gone/2', 'main/gone/3', 'main/gone/none']);
    expect(answer.Errors!.map(({ Key, Code }) => [Key, Code])).toEqual([
      ['nowhere/x', 'NoSuchKey'],
      ['main/../x', 'InvalidArgument'],
    ]);
    const quiet = { Objects: [{ Key: 'main/gone/2' }], Quiet: true };
    expect(
      (await s3.send(new DeleteObjectsCommand({ Bucket: 'birds', Delete: quiet }))).Deleted,
    ).toBeUndefined();
  });

  test('of keys that are deleted together, one with an ETag goes only if it is what the ETag names', async () => {
    const etag = await put('main/gone/same', 'as it was');
    for (const name of ['changed', 'whatever']) await put(`main/gone/${name}`, 'another');
    const Objects = ['same', 'changed', 'none'].map((name) => ({ Key: `main/gone/${name}`, ETag: etag }));
    const Delete = { Objects: [...Objects, { Key: 'main/gone/whatever' }] };
    const answer = await s3.send(new DeleteObjectsCommand({ Bucket: 'birds', Delete }));
    expect(answer.Deleted!.map(({ Key }) => Key)).toEqual(['main/gone/same', 'main/gone/whatever']);
    expect(answer.Errors!.map(({ Key, Code }) => [Key, Code])).toEqual([
      ['main/gone/changed', 'PreconditionFailed'],
      ['main/gone/none', 'PreconditionFailed'],
    ]);
    expect(await get('main/gone/changed')).toBe('another');
    const sized = { Objects: [{ Key: 'main/gone/changed', Size: 1 }] };
    expect(await refusal(s3.send(new DeleteObjectsCommand({ Bucket: 'birds', Delete: sized })))).toBe(
      '501 NotImplemented',
    );
    const wrong = { Bucket: 'birds', Key: 'main/gone/changed', IfMatch: etag };
    expect(await refusal(s3.send(new DeleteObjectCommand(wrong)))).toBe('412 PreconditionFailed');
  });
});

describe('refs in keys', () => {
  test('the longest name of a branch counts, and only branches take changes', async () => {
    await repository('refs');
    const ref = (kind: string, name: string) =>
      cairn.ask(
        kind === 'branch'
          ? 'mutation($i: CreateBranchInput!) { createBranch(input: $i) { name } }'
          : 'mutation($i: CreateTagInput!) { createTag(input: $i) { name } }',
        { i: { repository: 'refs', name, [kind === 'branch' ? 'from' : 'revision']: 'main' } },
      );
    const at = (Key: string, Body?: string) =>
      Body === undefined
        ? s3
            .send(new GetObjectCommand({ Bucket: 'refs', Key }))
            .then(({ Body: bytes }) => bytes!.transformToString())
        : s3.send(new PutObjectCommand({ Bucket: 'refs', Key, Body }));
    await ref('branch', 'feature');
    await ref('branch', 'feature/x');
    await ref('tag', 'v1');
    await at('feature/a', 'short');
    await at('feature/x/a', 'long');
    expect([await at('feature/a'), await at('feature/x/a')]).toEqual(['short', 'long']);
    for (const key of ['v1/a', 'main~0/a', 'HEAD/a'])
      expect(await refusal(at(key, 'x'))).toBe('405 MethodNotAllowed');
    expect(await refusal(at('nowhere/a', 'x'))).toBe('404 NoSuchKey');
    expect(await refusal(at('nowhere/a'))).toBe('404 NoSuchKey');
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: 'refs', Delimiter: '/' }));
    expect(listed.CommonPrefixes!.map(({ Prefix }) => Prefix)).toEqual(['feature/', 'main/', 'v1/']);
    const all = await s3.send(new ListObjectsV2Command({ Bucket: 'refs' }));
    expect(all.Contents!.map(({ Key }) => Key)).toEqual(['feature/a', 'feature/x/a']);
  });
});

test('an object tells of itself what is asked for', async () => {
  const ETag = await put('main/told', 'abc');
  const attributes = async (...ObjectAttributes: string[]): Promise<object> => {
    const Key = 'main/told';
    const { $metadata: _, ...told } = await s3.send(
      new GetObjectAttributesCommand({ Bucket: 'birds', Key, ObjectAttributes: ObjectAttributes as never }),
    );
    return told;
  };
  const ChecksumSHA256 = createHash('sha256').update('abc').digest('base64');
  expect(await attributes('ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize')).toEqual({
    ...{ ETag: ETag.slice(1, -1), ObjectSize: 3, StorageClass: 'STANDARD', LastModified: expect.any(Date) },
    Checksum: { ChecksumSHA256, ChecksumType: 'FULL_OBJECT' },
  });
  expect(await attributes('ObjectSize')).toEqual({ ObjectSize: 3, LastModified: expect.any(Date) });
  expect(await refusal(attributes('Owner'))).toBe('400 InvalidArgument');
});

describe('lists', () => {
  const names = ['a', 'b/1', 'b/2', 'c+d &<>', 'd/e/f', 'd/g', 'z', 'ü/日本'];
  interface Listed {
    readonly found: readonly string[];
    readonly IsTruncated?: boolean;
    readonly NextMarker?: string;
    readonly NextContinuationToken?: string;
  }
  const list = async (more: object, version: 1 | 2 = 2): Promise<Listed> => {
    const input = { Bucket: 'lists', ...more };
    const page = await (version === 2
      ? s3.send(new ListObjectsV2Command(input))
      : s3.send(new ListObjectsCommand(input)));
    const keysOf = (page.Contents ?? []).map(({ Key }) => Key!);
    return { ...page, found: [...keysOf, ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!)] };
  };

  beforeAll(async () => {
    await repository('lists');
    for (const name of names)
      await s3.send(new PutObjectCommand({ Bucket: 'lists', Key: `main/${name}`, Body: name }));
  });

  test.each([1, 2] as const)('prefix, folders and encoding, in version %i', async (version) => {
    expect((await list({}, version)).found).toEqual(names.map((name) => `main/${name}`));
    expect((await list({ Prefix: 'main/d' }, version)).found).toEqual(['main/d/e/f', 'main/d/g']);
    expect((await list({ Prefix: 'main/', Delimiter: '/' }, version)).found).toEqual([
      ...['main/a', 'main/c+d &<>', 'main/z', 'main/b/', 'main/d/', 'main/ü/'],
    ]);
    expect((await list({ Prefix: 'main/d/', Delimiter: '/' }, version)).found).toEqual([
      'main/d/g',
      'main/d/e/',
    ]);
    expect((await list({ Prefix: 'main/c', EncodingType: 'url' }, version)).found).toEqual([
      'main/c%2Bd%20%26%3C%3E',
    ]);
    expect((await list({ Prefix: 'mai', Delimiter: '/' }, version)).found).toEqual(['main/']);
    expect((await list({ Prefix: 'other' }, version)).found).toEqual([]);
    expect((await list({ MaxKeys: 0 }, version)).found).toEqual([]);
  });

  test.each([
    ['', undefined],
    ['main/', undefined],
    ['main/', '/'],
    ['', '/'],
  ])('pages of one key under %j with delimiter %j join to the whole', async (Prefix, Delimiter) => {
    const whole = [...(await list({ Prefix, Delimiter })).found].sort();
    const one: string[] = [];
    const two: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await list({ Prefix, Delimiter, MaxKeys: 1, ContinuationToken });
      two.push(...page.found);
      expect(page.IsTruncated).toBe((ContinuationToken = page.NextContinuationToken) !== undefined);
    } while (ContinuationToken);
    let Marker: string | undefined;
    do {
      const page = await list({ Prefix, Delimiter, MaxKeys: 1, Marker }, 1);
      one.push(...page.found);
      Marker = page.NextMarker;
    } while (Marker);
    expect([two.sort(), one.sort()]).toEqual([whole, whole]);
  });

  test('all pages are of the commit that the first was of', async () => {
    await commitStaged('main', 'lists');
    const first = await list({ Prefix: 'main/', MaxKeys: 3 });
    await s3.send(new PutObjectCommand({ Bucket: 'lists', Key: 'main/m-new', Body: 'x' }));
    await commitStaged('main', 'lists');
    const rest = await list({ Prefix: 'main/', ContinuationToken: first.NextContinuationToken });
    expect([...first.found, ...rest.found]).toEqual(names.map((name) => `main/${name}`));
    expect((await list({ Prefix: 'main/m' })).found).toEqual(['main/m-new']);
  });

  test('a list that begins behind its own folder has all that is in it', async () => {
    for (const prefix of ['main/d/', 'main~0/d/'])
      expect((await list({ Prefix: prefix, Delimiter: '/', StartAfter: prefix })).found).toEqual([
        ...[`${prefix}g`, `${prefix}e/`],
      ]);
  });

  test('an empty folder is there until it is deleted, or to the next commit', async () => {
    const Bucket = 'folders';
    const folder = (Key: string, body = '', more: object = {}) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(body), ...more }));
    const found = async (more: object) => [...(await list({ Bucket, ...more })).found];
    await repository(Bucket);
    await folder('main/a/', '', { ContentType: 'application/x-directory' });
    await folder('main/a/b/');
    await folder('main/a/c', 'x');
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'main/a/' }))).toMatchObject({
      ...{ ContentLength: 0, ContentType: 'application/x-directory' },
    });
    expect(await found({ Prefix: 'main/' })).toEqual(['main/a/', 'main/a/b/', 'main/a/c']);
    expect(await found({ Prefix: 'main/', Delimiter: '/' })).toEqual(['main/a/']);
    const inside = { Prefix: 'main/a/', Delimiter: '/' };
    expect(await found(inside)).toEqual(['main/a/', 'main/a/c', 'main/a/b/']);
    const first = await list({ Bucket, ...inside, MaxKeys: 1 });
    const ContinuationToken = first.NextContinuationToken;
    expect([first.found, await found({ ...inside, ContinuationToken })]).toEqual([
      ...[['main/a/'], ['main/a/c', 'main/a/b/']],
    ]);
    expect(await refusal(folder('main/a/', 'x'))).toBe('400 InvalidArgument');
    expect(await refusal(folder('main/a/', '', { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'main/z/', CopySource: `${Bucket}/main/a/` }));
    const Objects = ['main/a/b/', 'main/a/b', 'main/none/'].map((Key) => ({ Key }));
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(await found({ Prefix: 'main/' })).toEqual(['main/a/', 'main/a/c', 'main/z/']);
    const staged = '{ repository(name: "folders") { staged { nodes { path } } } }';
    expect(await cairn.ask(staged)).toEqual({ repository: { staged: { nodes: [{ path: 'a/c' }] } } });
    await commitStaged('main', Bucket);
    expect(await found({})).toEqual(['main/a/c']);
  });

  test('each object is its only version', async () => {
    const found: (string | undefined)[] = [];
    let [KeyMarker, VersionIdMarker]: (string | undefined)[] = [];
    do {
      const page: ListObjectVersionsCommandOutput = await s3.send(
        new ListObjectVersionsCommand({
          ...{ Bucket: 'lists', Prefix: 'main/', Delimiter: '/', MaxKeys: 1 },
          ...{ KeyMarker, VersionIdMarker },
        }),
      );
      for (const version of page.Versions ?? [])
        expect(version).toMatchObject({ VersionId: 'null', IsLatest: true, Size: expect.any(Number) });
      found.push(...(page.Versions ?? []).map(({ Key }) => Key));
      found.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      [KeyMarker, VersionIdMarker] = [page.NextKeyMarker, page.NextVersionIdMarker];
    } while (KeyMarker !== undefined);
    expect(found.sort()).toEqual([...(await list({ Prefix: 'main/', Delimiter: '/' })).found].sort());
  });

  test('owners are told where they are asked for', async () => {
    const owner = { ID: expect.any(String), DisplayName: 'admin' };
    const owners = (page: unknown) => (page as { Contents: { Owner?: object }[] }).Contents[0]!.Owner;
    expect(owners(await list({ FetchOwner: true }))).toEqual(owner);
    expect(owners(await list({}))).toBeUndefined();
    expect(owners(await list({}, 1))).toEqual(owner);
  });

  test('what is no list is refused', async () => {
    expect(await refusal(list({ ContinuationToken: 'x' }))).toBe('400 InvalidArgument');
    expect(await refusal(list({ Delimiter: '-' }))).toBe('501 NotImplemented');
    expect(await refusal(list({ EncodingType: 'none' }))).toBe('400 InvalidArgument');
    expect(await refusal(list({ Prefix: 'main/\0' }))).toBe('400 InvalidArgument');
  });
});

describe('buckets', () => {
  test('are the repositories that one may see', async () => {
    await repository('secret', 'hidden');
    const analyst = client(await accessKey(await cairn.tokenFor('user:ana.analyst')));
    const names = ({ Buckets }: { Buckets?: { Name?: string }[] }) => Buckets!.map(({ Name }) => Name);
    expect(names(await s3.send(new ListBucketsCommand({})))).toEqual(
      expect.arrayContaining(['birds', 'secret']),
    );
    expect(names(await analyst.send(new ListBucketsCommand({})))).not.toContain('secret');
    const write = new PutObjectCommand({ Bucket: 'birds', Key: 'main/x', Body: 'x' });
    expect(await refusal(analyst.send(write))).toBe('403 AccessDenied');
    for (const Bucket of ['secret', 'none', 'NONE..', '%2e']) {
      expect(await refusal(analyst.send(new GetObjectCommand({ Bucket, Key: 'main/x' })))).toBe(
        '404 NoSuchBucket',
      );
      expect(await refusal(analyst.send(new HeadBucketCommand({ Bucket })))).toMatch(/^404/);
    }
    expect(await refusal(s3.send(new CreateBucketCommand({ Bucket: 'birds' })))).toBe(
      '409 BucketAlreadyOwnedByYou',
    );
    expect(await refusal(s3.send(new CreateBucketCommand({ Bucket: 'newone' })))).toBe('501 NotImplemented');
  });

  test('tell the little that clients ask of them', async () => {
    const Bucket = 'birds';
    await put('main/tagged', 'x');
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeFalsy();
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    const tags = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'main/tagged' }));
    expect(tags.TagSet).toEqual([]);
    for (const { Owner, Grants } of [
      await s3.send(new GetBucketAclCommand({ Bucket })),
      await s3.send(new GetObjectAclCommand({ Bucket, Key: 'main/tagged' })),
    ])
      expect(Grants).toEqual([{ Grantee: { ...Owner, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }]);
    for (const command of [GetObjectRetentionCommand, GetObjectLegalHoldCommand])
      expect(await refusal(s3.send(new command({ Bucket, Key: 'main/tagged' })))).toBe(
        '404 NoSuchObjectLockConfiguration',
      );
    const policy = new GetBucketPolicyCommand({ Bucket });
    expect(await refusal(s3.send(policy))).toBe('404 NoSuchBucketPolicy');
    const unseen = new GetBucketPolicyCommand({ Bucket: 'none' });
    expect(await refusal(s3.send(unseen))).toBe('404 NoSuchBucket');
    const controls = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
    expect(controls.OwnershipControls!.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
    expect((await s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled).toBeUndefined();
    const unsigned = await fetch(`${cairn.s3Url}/${Bucket}`, { method: 'HEAD' });
    expect([unsigned.status, unsigned.headers.get('x-amz-bucket-region')]).toEqual([403, 'us-east-1']);
    const none = new GetObjectAclCommand({ Bucket, Key: 'main/nothing' });
    expect(await refusal(s3.send(none))).toBe('404 NoSuchKey');
  });
});

describe('uploads in parts', () => {
  const Bucket = 'birds';
  const begin = async (Key: string, more: object = {}) =>
    (await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId!;
  const part = (Key: string, UploadId: string, PartNumber: number, Body: Uint8Array | string) =>
    s3
      .send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))
      .then(({ ETag }) => ({ PartNumber, ETag }));
  const complete = (Key: string, UploadId: string, Parts: object[], more: object = {}) =>
    s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }),
    );

  test('become one object of its own digest, once, whoever asks how often', async () => {
    const Key = 'main/parts';
    const bytes = randomBytes(11 * MIB);
    const id = await begin(Key, { ContentType: 'x/y', Metadata: { a: 'b' } });
    const second = await part(Key, id, 2, bytes.subarray(5 * MIB, 10 * MIB));
    await part(Key, id, 1, 'an earlier try');
    const first = await part(Key, id, 1, bytes.subarray(0, 5 * MIB));
    await part(Key, id, 7, 'not listed');
    const third = await part(Key, id, 9, bytes.subarray(10 * MIB));
    const listed = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId: id, MaxParts: 2 }));
    expect(listed.Parts!.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 5 * MIB],
      [2, 5 * MIB],
    ]);
    expect(listed.NextPartNumberMarker).toBe('2');
    const pending = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'main/par' }));
    expect(pending.Uploads!.map(({ UploadId }) => UploadId)).toEqual([id]);
    await begin('main/parts-of/one');
    await begin('main/parts-of/two');
    const folded = { Bucket, Prefix: 'main/par', Delimiter: '/' };
    const firstOf = await s3.send(new ListMultipartUploadsCommand({ ...folded, MaxUploads: 1 }));
    expect(firstOf).toMatchObject({ IsTruncated: true, NextKeyMarker: Key, NextUploadIdMarker: id });
    const rest = await s3.send(
      new ListMultipartUploadsCommand({ ...folded, KeyMarker: Key, UploadIdMarker: id }),
    );
    expect(rest).toMatchObject({ IsTruncated: false, CommonPrefixes: [{ Prefix: 'main/parts-of/' }] });
    expect(rest.Uploads).toBeUndefined();
    const beyond = new ListMultipartUploadsCommand({ ...folded, KeyMarker: 'main/parts-of/' });
    expect((await s3.send(beyond)).CommonPrefixes).toBeUndefined();
    const all = [first, second, third];
    const outcomes = await Promise.all([1, 2, 3].map(() => complete(Key, id, all)));
    const etag = `"${createHash('sha256').update(bytes).digest('hex')}-1"`;
    expect(outcomes.map(({ ETag }) => ETag)).toEqual([etag, etag, etag]);
    expect((await complete(Key, id, all)).ETag).toBe(etag);
    const found = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(Buffer.compare(await found.Body!.transformToByteArray(), bytes)).toBe(0);
    expect(found).toMatchObject({ ContentType: 'x/y', Metadata: { a: 'b' } });
    expect(await refusal(part(Key, id, 1, 'late'))).toBe('404 NoSuchUpload');
  }, 60_000);

  test('are refused when a part is missing, small, another, or out of order; nothing is staged then', async () => {
    const Key = 'main/refused';
    const id = await begin(Key);
    const one = await part(Key, id, 1, 'small');
    const two = await part(Key, id, 2, 'last');
    expect(await refusal(complete(Key, id, [one, two]))).toBe('400 EntityTooSmall');
    expect(await refusal(complete(Key, id, [two, one]))).toBe('400 InvalidPartOrder');
    expect(await refusal(complete(Key, id, [{ PartNumber: 3, ETag: one.ETag }]))).toBe('400 InvalidPart');
    expect(await refusal(complete(Key, id, [{ PartNumber: 1, ETag: two.ETag }]))).toBe('400 InvalidPart');
    expect(await refusal(complete(Key, id, []))).toBe('400 MalformedXML');
    expect(await refusal(complete('main/elsewhere', id, [one]))).toBe('404 NoSuchUpload');
    expect(await refusal(complete(Key, id, [one], { MpuObjectSize: 99 }))).toBe('400 InvalidRequest');
    expect(
      await refusal(complete(Key, id, [one], { ChecksumCRC32: 'AAAAAA==', ChecksumType: 'FULL_OBJECT' })),
    ).toBe('400 BadDigest');
    expect(await refusal(get(Key))).toBe('404 NoSuchKey');
    await complete(Key, id, [one]);
    expect(await get(Key)).toBe('small');
  });

  test('are checked by a checksum of their checksums', async () => {
    const Key = 'main/composite';
    const ChecksumAlgorithm = 'CRC32C';
    const id = await begin(Key, { ChecksumAlgorithm });
    const sent = [Buffer.alloc(5 * MIB, 1), Buffer.from('the last')].map(async (Body, i) => {
      const place = { Bucket, Key, UploadId: id, PartNumber: i + 1 };
      const answer = await s3.send(new UploadPartCommand({ ...place, Body, ChecksumAlgorithm }));
      return { PartNumber: i + 1, ETag: answer.ETag, ChecksumCRC32C: answer.ChecksumCRC32C };
    });
    const parts = await Promise.all(sent);
    const listed = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId: id }));
    expect(listed.ChecksumAlgorithm).toBe(ChecksumAlgorithm);
    const crc = newChecksum('crc32c');
    for (const { ChecksumCRC32C } of parts) crc.update(Buffer.from(ChecksumCRC32C!, 'base64'));
    const composite = await crc.digest();
    for (const wrong of [
      { ChecksumCRC32C: 'AAAAAA==' },
      { ChecksumCRC32C: 'AAAAAA==-2' },
      { ChecksumCRC32C: composite, ChecksumType: 'FULL_OBJECT' },
    ])
      expect(await refusal(complete(Key, id, parts, wrong))).toBe('400 BadDigest');
    await complete(Key, id, parts, { ChecksumCRC32C: composite });
    expect(await get(Key)).toHaveLength(5 * MIB + 8);
  });

  test('can be conditional, made of copies, and aborted', async () => {
    const Key = 'main/conditional';
    await put('main/part-source', '0123456789');
    const id = await begin(Key);
    const copied = await s3.send(
      new UploadPartCopyCommand({
        ...{ Bucket, Key, UploadId: id, PartNumber: 1 },
        ...{ CopySource: 'birds/main/part-source', CopySourceRange: 'bytes=2-5' },
      }),
    );
    const parts = [{ PartNumber: 1, ETag: copied.CopyPartResult!.ETag }];
    await put(Key, 'there');
    expect(await refusal(complete(Key, id, parts, { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
    expect(await get(Key)).toBe('there');
    await complete(Key, id, parts, { IfMatch: `"${sha256('there')}"` });
    expect(await get(Key)).toBe('2345');
    const other = await begin(Key);
    await part(Key, other, 1, 'kept while the upload is');
    const kept = async (): Promise<string[]> => {
      const batches: string[] = [];
      const provider = cairn.app.get(GcRoots).objects.get('parts of uploads')!;
      for await (const batch of provider()) batches.push(...batch);
      return batches;
    };
    expect(await kept()).toContain(sha256('kept while the upload is'));
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: other }));
    expect(await refusal(s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: other })))).toBe(
      '404 NoSuchUpload',
    );
    expect(await kept()).not.toContain(sha256('kept while the upload is'));
    expect(await refusal(part(Key, 'no-upload', 1, 'x'))).toBe('404 NoSuchUpload');
  });
});

describe('requests as they are on the wire', () => {
  interface Raw {
    readonly method?: string;
    /** Encoded. */
    readonly path: string;
    readonly headers?: Record<string, string>;
    readonly body?: Uint8Array | string;
    readonly at?: Date;
    readonly secret?: string;
    /** Ends the connection before the body is over. */
    readonly isCut?: boolean;
    /** What the signature says, changed. */
    readonly forge?: (headers: Record<string, string>) => void;
  }

  /** Signs by the library of the SDK, and sends what it is told to. */
  async function send({ method = 'GET', path, headers = {}, body = '', at, secret, isCut, forge }: Raw) {
    const url = new URL(cairn.s3Url!);
    const [pathname, query = ''] = path.split('?') as [string, string?];
    const signer = signerOf(secret);
    const hash = headers['x-amz-content-sha256'] ?? createHash('sha256').update(body).digest('hex');
    const signed = await signer.sign(
      {
        ...{ method, protocol: 'http:', hostname: url.hostname, path: pathname },
        query: Object.fromEntries(new URLSearchParams(query)),
        headers: { host: url.host, ...headers, 'x-amz-content-sha256': hash },
      },
      { signingDate: at ?? new Date() },
    );
    forge?.(signed.headers);
    return wire(method, path, signed.headers, body, isCut);
  }

  const signerOf = (secretAccessKey = keys.secretAccessKey) =>
    new SignatureV4({
      credentials: { ...keys, secretAccessKey },
      ...{ region: 'us-east-1', service: 's3', sha256: NodeSha256, uriEscapePath: false },
    });

  function wire(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: Uint8Array | string,
    isCut = false,
  ) {
    return new Promise<{ status: number; code: string; body: string; requestId: string }>(
      (resolve, reject) => {
        const { hostname, port } = new URL(cairn.s3Url!);
        const length = { 'content-length': String(Buffer.byteLength(body)) };
        const out = httpRequest(
          { hostname, port, method, path, headers: { ...length, ...headers } },
          (answer) => {
            let text = '';
            answer.setEncoding('utf8').on('data', (chunk) => (text += chunk));
            answer.on('end', () =>
              resolve({
                ...{ status: answer.statusCode!, body: text, code: /<Code>(\w+)</.exec(text)?.[1] ?? '' },
                requestId: String(answer.headers['x-amz-request-id']),
              }),
            );
          },
        );
        out.on('error', reject);
        if (isCut) out.write(body, () => out.destroy(new Error('cut')));
        else out.end(body);
      },
    );
  }
  const told = async (raw: Raw) => {
    const { status, code } = await send(raw);
    return `${status} ${code}`.trim();
  };
  const path = '/birds/main/wire';
  const put_ = { method: 'PUT', path };

  test('a signature counts for what was signed, by whom, and for a quarter of an hour', async () => {
    expect(await told({ ...put_, body: 'x' })).toBe('200');
    expect(await told({ path, secret: 'not the secret' })).toBe('403 SignatureDoesNotMatch');
    expect(await told({ path, forge: (headers) => void (headers['x-amz-date'] = '20200101T000000Z') })).toBe(
      '403 RequestTimeTooSkewed',
    );
    for (const minutes of [-20, 20])
      expect(await told({ path, at: new Date(Date.now() + minutes * 60_000) })).toBe(
        '403 RequestTimeTooSkewed',
      );
    for (const minutes of [-14, 14])
      expect(await told({ path, at: new Date(Date.now() + minutes * 60_000) })).toBe('200');
    expect(await told({ path, forge: (headers) => void (headers['x-amz-copy-source'] = '/a/b') })).toBe(
      '403 AccessDenied',
    );
    const other = (from: string, to: string) => (headers: Record<string, string>) =>
      void (headers['authorization'] = headers['authorization']!.replace(from, to));
    expect(await told({ path, forge: other(keys.accessKeyId, 'CAIRNAAAAAAAAAAAAAAA') })).toBe(
      '403 InvalidAccessKeyId',
    );
    expect(await told({ path, forge: other('/s3/', '/sts/') })).toBe('400 AuthorizationHeaderMalformed');
    for (const region of ['eu-west-1', '127.0.0.1'])
      expect(await told({ path, forge: other('/us-east-1/', `/${region}/`) })).toBe(
        '403 SignatureDoesNotMatch',
      );
    expect(await told({ path, forge: (headers) => void delete headers['authorization'] })).toBe(
      '403 AccessDenied',
    );
    expect(await told({ path, forge: (headers) => void (headers['authorization'] = 'AWS a:b') })).toBe(
      '400 InvalidRequest',
    );
    expect(await told({ path, headers: { 'x-amz-security-token': 'x' } })).toBe('400 InvalidToken');
    expect(await told({ path, headers: { 'x-amz-security-token': '' } })).toBe('200');
  });

  test('a presigned address is over when it is, and is for one method and key', async () => {
    const command = new GetObjectCommand({ Bucket: 'birds', Key: 'main/wire' });
    const sign = (expiresIn: number, signingDate = new Date()) =>
      getSignedUrl(s3, command, { expiresIn, signingDate });
    await put('main/wire', 'x');
    const fetched = async (url: string, init?: RequestInit) => {
      const answer = await fetch(url, init);
      return `${answer.status} ${/<(?:Code|Message)>(.*?)</.exec(await answer.text())?.[1] ?? ''}`.trim();
    };
    const url = await sign(60);
    expect(await fetched(url)).toBe('200');
    expect(await fetched(await sign(60, new Date(Date.now() - 61_000)))).toBe('403 AccessDenied');
    expect(await fetched(await sign(604_800, new Date(Date.now() - 604_700_000)))).toBe('200');
    expect(await fetched(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'))).toBe(
      '403 SignatureDoesNotMatch',
    );
    expect(await fetched(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=9999999'))).toBe(
      '400 AuthorizationQueryParametersError',
    );
    expect(await fetched(url.replace('/main/wire', '/main/other'))).toBe('403 SignatureDoesNotMatch');
    expect(await fetched(url, { method: 'DELETE' })).toBe('403 SignatureDoesNotMatch');
    expect(await fetched(`${url}&response-content-type=text%2Fhtml`)).toBe('403 SignatureDoesNotMatch');
    expect(await fetched(await sign(60, new Date(Date.now() + 20 * 60_000)))).toBe('403 AccessDenied');
    expect(await fetched(`${cairn.s3Url}/birds/main/wire?AWSAccessKeyId=x&Signature=y`)).toBe(
      '400 InvalidRequest',
    );
    const late = await getSignedUrl(s3, new PutObjectCommand({ Bucket: 'birds', Key: 'main/late' }), {
      ...{ expiresIn: 60, signingDate: new Date(Date.now() - 61_000) },
    });
    expect(await fetched(late, { method: 'PUT', body: 'late' })).toBe('403 AccessDenied');
    expect(await refusal(get('main/late'))).toBe('404 NoSuchKey');
  });

  test('what is signed otherwise, or not, is told what is taken', async () => {
    const ask = async (options: RequestInit): Promise<string> => {
      const answer = await fetch(`${cairn.s3Url}/birds`, options);
      return `${answer.status} ${/<Code>(\w+)/.exec(await answer.text())![1]!}`;
    };
    for (const authorization of ['Bearer x', 'AWS4-ECDSA-P256-SHA256 Credential=A/20260101/s3/aws4_request'])
      expect(await ask({ headers: { authorization } })).toBe('400 InvalidRequest');
    expect(await ask({ headers: { authorization: 'AWS4-HMAC-SHA256 x' } })).toBe(
      '400 AuthorizationHeaderMalformed',
    );
    expect(await ask({ method: 'POST', body: new FormData() })).toBe('501 NotImplemented');
    expect(await ask({ method: 'OPTIONS', headers: { origin: 'http://other.test' } })).toBe(
      '403 AccessForbidden',
    );
  });

  test('a revoked key ends at once, as does a disabled principal', async () => {
    const token = await cairn.tokenFor('user:pia.engineer');
    const own = await accessKey(token);
    const list = () => client(own).send(new ListBucketsCommand({}));
    await list();
    await cairn.ask(
      'mutation($id: ID!) { revokeAccessKey(id: $id) { revokedAt } }',
      { id: own.accessKeyId },
      token,
    );
    expect(await refusal(list())).toBe('403 InvalidAccessKeyId');
    const analyst = await cairn.tokenFor('user:ana.analyst');
    const foreign = await cairn.graphql(
      'mutation($id: ID!) { revokeAccessKey(id: $id) { id } }',
      { id: keys.accessKeyId },
      analyst,
    );
    expect(foreign.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    const { accessKeys } = await cairn.ask('{ accessKeys { id lastUsedAt revokedAt } }', {}, token);
    expect(accessKeys).toMatchObject([
      { id: own.accessKeyId, lastUsedAt: expect.any(String), revokedAt: expect.any(String) },
    ]);
    const rows = await cairn.app
      .get(Database)
      .query<{ sealed: string }>("SELECT encode(sealed_secret, 'escape') AS sealed FROM access_key");
    for (const { sealed } of rows) expect(sealed).not.toContain(keys.secretAccessKey);
  });

  test('bytes are stored only when they are what was announced', async () => {
    const hash = sha256('announced');
    const upload = { ...put_, path: '/birds/main/announced' };
    expect(await told({ ...upload, body: 'another', headers: { 'x-amz-content-sha256': hash } })).toBe(
      '400 XAmzContentSHA256Mismatch',
    );
    const md5 = createHash('md5').update('announced').digest('base64');
    expect(await told({ ...upload, body: 'another', headers: { 'content-md5': md5 } })).toBe('400 BadDigest');
    expect(await told({ ...upload, body: 'x', headers: { 'content-md5': 'bad' } })).toBe('400 InvalidDigest');
    for (const [name, value] of [
      ['crc32', 'AAAAAA=='],
      ['crc32c', 'AAAAAA=='],
      ['crc64nvme', 'AAAAAAAAAAA='],
      ['sha1', createHash('sha1').update('').digest('base64')],
      ['sha256', createHash('sha256').update('').digest('base64')],
      ['sha512', createHash('sha512').update('').digest('base64')],
      ['md5', createHash('md5').update('').digest('base64')],
    ] as const) {
      const headers = { [`x-amz-checksum-${name}`]: value, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
      expect(await told({ ...upload, body: 'another', headers })).toBe('400 BadDigest');
      expect(await told({ ...upload, body: 'x', headers: { [`x-amz-checksum-${name}`]: 'AA==' } })).toBe(
        '400 InvalidRequest',
      );
    }
    expect(await told({ ...upload, body: 'x', headers: { 'x-amz-checksum-xxhash64': 'AA==' } })).toBe(
      '501 NotImplemented',
    );
    await expect(
      send({ ...upload, body: 'x', headers: { 'content-length': '10' }, isCut: true }),
    ).rejects.toThrow();
    expect(await told({ ...upload, headers: { 'content-length': '99999999999999' } })).toBe(
      '400 EntityTooLarge',
    );
    expect(await refusal(get('main/announced'))).toBe('404 NoSuchKey');
    const right = {
      'x-amz-checksum-crc64nvme': await checksum('crc64nvme', 'announced'),
      'content-md5': md5,
    };
    expect(await told({ ...upload, body: 'announced', headers: right })).toBe('200');
    expect(await get('main/announced')).toBe('announced');
  });

  /** A body of signed chunks; the signatures can be bent. */
  async function chunked(chunks: readonly string[], trailer?: string, bend = (text: string) => text) {
    const at = new Date();
    const decoded = chunks.join('').length;
    const kind =
      trailer === undefined
        ? 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
        : 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
    const stamp = at.toISOString().replace(/[-:]|\.\d{3}/g, '');
    const scope = `${stamp.slice(0, 8)}/us-east-1/s3/aws4_request`;
    const signer = signerOf();
    const { host, hostname } = new URL(cairn.s3Url!);
    const signed = await signer.sign(
      {
        ...{ method: 'PUT', protocol: 'http:', hostname, path: '/birds/main/chunked' },
        headers: {
          ...{ host, 'x-amz-content-sha256': kind, 'x-amz-decoded-content-length': String(decoded) },
          ...{
            'content-encoding': 'aws-chunked',
            ...(trailer && { 'x-amz-trailer': 'x-amz-checksum-crc32' }),
          },
        },
      },
      { signingDate: at },
    );
    let previous = /Signature=(\w+)/.exec(signed.headers['authorization']!)![1]!;
    const sign = (what: string, ...lines: string[]) =>
      signer.sign([`AWS4-HMAC-SHA256-${what}`, stamp, scope, previous, ...lines].join('\n'), {
        signingDate: at,
      });
    let body = '';
    for (const chunk of [...chunks, '']) {
      previous = await sign('PAYLOAD', sha256(''), sha256(chunk));
      body += `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}${chunk === '' && trailer ? '' : '\r\n'}`;
    }
    if (trailer !== undefined) {
      const line = `x-amz-checksum-crc32:${trailer}`;
      body += `${line}\r\nx-amz-trailer-signature:${await sign('TRAILER', sha256(`${line}\n`))}\r\n\r\n`;
    }
    const { status, code } = await wire('PUT', '/birds/main/chunked', signed.headers, bend(body));
    return `${status} ${code}`.trim();
  }

  test('chunks are each signed, and the trailer', async () => {
    const text = 'x'.repeat(70_000);
    expect(await chunked([text, 'tail'])).toBe('200');
    expect(await get('main/chunked')).toBe(`${text}tail`);
    const crc32 = await checksum('crc32', 'abcdef');
    expect(await chunked(['abc', 'def'], crc32)).toBe('200');
    expect(await get('main/chunked')).toBe('abcdef');
    expect(await chunked(['abc', 'def'], await checksum('crc32', 'other'))).toBe('400 BadDigest');
    expect(await chunked(['abc', 'def'], undefined, (body) => body.replace('abc', 'abd'))).toBe(
      '403 SignatureDoesNotMatch',
    );
    const forged = (body: string) => body.replace(/signature=\w+/, `signature=${'0'.repeat(64)}`);
    expect(await chunked(['abc', 'def'], undefined, forged)).toBe('403 SignatureDoesNotMatch');
    const unsigned = (body: string) => body.replaceAll(/;chunk-signature=\w+/g, '');
    expect(await chunked(['abc', 'def'], undefined, unsigned)).toBe('403 SignatureDoesNotMatch');
    expect(
      await chunked(['abc', 'def'], crc32, (body) =>
        body.replace(/trailer-signature:\w{8}/, 'trailer-signature:00000000'),
      ),
    ).toBe('403 SignatureDoesNotMatch');
    expect(await chunked(['abc', 'def'], undefined, (body) => body.slice(0, -90))).toBe('400 IncompleteBody');
    expect(await chunked(['abc', 'def'], undefined, (body) => `${body}more`)).toBe('400 IncompleteBody');
    expect(await chunked(['abc'], undefined, (body) => body.replace(/^3;/, '4;'))).toMatch(/^40[03] /);
    expect(await chunked(['abc'], undefined, () => 'z'.repeat(5_000))).toBe('400 InvalidRequest');
    expect(await get('main/chunked')).toBe('abcdef');
  });

  test('keys that are no paths, heads and documents that are hostile', async () => {
    for (const [key, expected] of [
      ['main/../x', '400 InvalidArgument'],
      ['main/./x', '400 InvalidArgument'],
      ['main//x', '400 InvalidArgument'],
      ['main/a%00b', '400 InvalidArgument'],
      ['main/%ED%A0%80', '400 InvalidURI'],
      ['main/%', '400 InvalidURI'],
      [`main/${'k'.repeat(4096)}`, '400 KeyTooLongError'],
      [`main/${'é'.repeat(600)}`.replaceAll('é', '%C3%A9'), '400 KeyTooLongError'],
      ['main/folder/', '400 InvalidArgument'],
    ] as const)
      expect([key, await told({ method: 'PUT', path: `/birds/${key}`, body: 'x' })]).toEqual([key, expected]);
    expect(await told({ path, headers: { 'x-amz-meta-big': 'v'.repeat(40_000) } })).toMatch(/^400/);
    const metadata = Object.fromEntries([1, 2, 3, 4].map((i) => [`x-amz-meta-${i}`, 'v'.repeat(3_000)]));
    expect(await told({ ...put_, body: 'x', headers: metadata })).toBe('400 MetadataTooLarge');
    for (const [name, value] of [
      ['x-amz-server-side-encryption', 'AES256'],
      ['x-amz-if-match-size', '1'],
      ['x-amz-expected-bucket-owner', '111122223333'],
    ] as const)
      expect(await told({ ...put_, body: 'x', headers: { [name]: value } })).toBe('501 NotImplemented');
    for (const [acl, expected] of [
      ['public-read', '400 AccessControlListNotSupported'],
      ['private', '200'],
      ['bucket-owner-full-control', '200'],
    ] as const)
      expect(await told({ ...put_, body: 'x', headers: { 'x-amz-acl': acl } })).toBe(expected);
    expect(await told({ ...put_, path: `${path}?acl` })).toBe('501 NotImplemented');
    expect(await told({ method: 'POST', path })).toBe('501 NotImplemented');
    expect(await told({ ...put_, headers: { 'x-amz-copy-source': 'nothing' } })).toBe('400 InvalidArgument');
    const bomb = `<!DOCTYPE d [<!ENTITY a "${'a'.repeat(100)}"><!ENTITY b "${'&a;'.repeat(100)}">]><Delete><Object><Key>&b;</Key></Object></Delete>`;
    for (const body of [
      bomb,
      '<Delete>',
      '',
      'no xml',
      '<Other/>',
      '<Delete/>',
      '<Delete><Object/></Delete>',
      '\xff\xfe',
      '<a>'.repeat(9_999),
    ])
      expect(await told({ method: 'POST', path: '/birds?delete', body: Buffer.from(body, 'latin1') })).toBe(
        '400 MalformedXML',
      );
    const many = `<Delete>${'<Object><Key>main/k</Key></Object>'.repeat(1001)}</Delete>`;
    expect(await told({ method: 'POST', path: '/birds?delete', body: many })).toBe('400 MalformedXML');
    const answer = await send({ path: '/birds/nowhere/x' });
    expect(answer.body).toContain(`<RequestId>${answer.requestId}</RequestId>`);
  });
});

describe('what is recorded', () => {
  test('who reached what, in order, for those who may manage it', async () => {
    await repository('watched');
    const engineer = client(await accessKey(await cairn.tokenFor('user:pia.engineer')));
    const at = { Bucket: 'watched', Key: 'main/a' };
    await s3.send(new PutObjectCommand({ ...at, Body: '0123456789' }));
    const id = await commitStaged('main', 'watched');
    await engineer.send(new GetObjectCommand({ ...at, Range: 'bytes=2-3' }));
    await engineer.send(new ListObjectsV2Command({ Bucket: 'watched', Prefix: 'main/' }));
    await cairn.http('/api/v1/repositories/watched/content/main/a', {
      token: await cairn.tokenFor('user:pia.engineer'),
    });
    await engineer.send(new DeleteObjectCommand(at));
    const query = `query($path: String, $subject: String) { repository(name: "watched") {
      accesses(first: 10, path: $path, subject: $subject) { nodes { subject door action commitId isStaged revision path rangeStart rangeEnd requestId } } } }`;
    const { repository: found } = await cairn.ask(query);
    expect(found.accesses.nodes).toMatchObject([
      { subject: 'user:pia.engineer', action: 'delete', path: 'a', door: 's3' },
      { action: 'read', door: 'rest', commitId: id, path: 'a', rangeStart: null },
      { action: 'list', path: '', commitId: id },
      {
        action: 'read',
        door: 's3',
        commitId: id,
        isStaged: false,
        rangeStart: 2,
        rangeEnd: 4,
        requestId: expect.any(String),
      },
      { subject: 'user:admin', action: 'write', revision: 'main', path: 'a' },
    ]);
    const own = await cairn.ask(query, { subject: 'user:admin', path: 'a' });
    expect(own.repository.accesses.nodes).toHaveLength(1);
    const denied = await cairn.graphql(query, {}, await cairn.tokenFor('user:pia.engineer'));
    expect(denied.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });

  test('metrics tell of operations and bytes, health of the gateway', async () => {
    await put('main/measured', 'x'.repeat(100_000));
    const metrics = await (await cairn.http('/metrics')).text();
    expect(metrics).toMatch(
      /cairn_s3_request_duration_seconds_count\{operation="PutObject",status="2xx"\} \d/,
    );
    expect(metrics).toMatch(/cairn_s3_request_duration_seconds_count\{operation="none",status="4xx"\} \d/);
    expect(Number(/cairn_s3_bytes_total\{direction="in"\} (\d+)/.exec(metrics)![1])).toBeGreaterThan(100_000);
    const health = (await (await cairn.http('/health/ready')).json()) as { parts: Record<string, object> };
    expect(health.parts['s3-gateway']).toMatchObject({ isReady: true });
  });
});

describe('the service', () => {
  test('opens keys after a restart; not with another CAIRN_SECRET_KEY', async () => {
    await put('main/kept', 'kept');
    await cairn.away(async () => undefined);
    s3 = client(keys);
    expect(await get('main/kept')).toBe('kept');
    const file = path_.join(cairn.dataDir, 'secret.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await cairn.away(async () => writeFileSync(file, randomBytes(32).toString('hex')));
    s3 = client(keys);
    expect(await refusal(get('main/kept'))).toBe('500 InternalError');
  });
});

/** A checksum in base64. */
async function checksum(algorithm: 'crc32' | 'crc64nvme', text: string): Promise<string> {
  const sum = newChecksum(algorithm);
  sum.update(Buffer.from(text));
  return sum.digest();
}
