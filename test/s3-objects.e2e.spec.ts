import { createHash, randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GcRoots } from '../src/catalog/index.js';
import { newChecksum } from '../src/gateway/s3/body/checksum.js';
import { GatewayUnderTest, refusal, sha256 } from './support/gateway.js';

const MIB = 1024 ** 2;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
}, 60_000);
afterAll(() => gateway.stop());

describe('objects', () => {
  test('what is put is read back at once by the branch, and by the commit once it is committed', async () => {
    await gateway.put('main/raw/one.csv', 'id\n1\n', {
      ContentType: 'text/csv',
      Metadata: { origin: 'field' },
    });
    const found = await gateway.s3.send(new GetObjectCommand({ Bucket: 'birds', Key: 'main/raw/one.csv' }));
    expect(await found.Body!.transformToString()).toBe('id\n1\n');
    expect(found).toMatchObject({ ContentType: 'text/csv', ContentLength: 5, Metadata: { origin: 'field' } });
    expect(found.ETag).toBe(`"${sha256('id\n1\n')}-1"`);
    expect(await refusal(gateway.get('main~0/raw/one.csv'))).toBe('404 NoSuchKey');
    const id = await gateway.commitStaged('main');
    for (const ref of ['main~0', id, id.slice(0, 10), 'HEAD'])
      expect(await gateway.get(`${ref}/raw/one.csv`)).toBe('id\n1\n');
  });

  test('headers of HTTP are kept, and can be asked for otherwise', async () => {
    await gateway.put('main/h', 'x', {
      CacheControl: 'no-cache',
      ContentDisposition: 'attachment',
      ContentEncoding: 'x-own',
    });
    const Key = 'main/h';
    const found = await gateway.s3.send(new HeadObjectCommand({ Bucket: 'birds', Key }));
    expect(found).toMatchObject({
      CacheControl: 'no-cache',
      ContentDisposition: 'attachment',
      ContentEncoding: 'x-own',
    });
    const other = new GetObjectCommand({ Bucket: 'birds', Key, ResponseContentType: 'text/x-own' });
    expect((await gateway.s3.send(other)).ContentType).toBe('text/x-own');
  });

  test('a part is given by first and last byte, from a byte on, and from the end', async () => {
    await gateway.put('main/range', '0123456789');
    for (const [Range, expected, part] of [
      ['bytes=2-4', '234', 'bytes 2-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-3', '789', 'bytes 7-9/10'],
      ['bytes=8-99', '89', 'bytes 8-9/10'],
    ] as const) {
      const found = await gateway.s3.send(
        new GetObjectCommand({ Bucket: 'birds', Key: 'main/range', Range }),
      );
      expect([await found.Body!.transformToString(), found.ContentRange]).toEqual([expected, part]);
    }
    expect(await gateway.get('main/range', { Range: 'bytes=4-2' })).toBe('0123456789');
    expect(await gateway.get('main/range', { Range: 'bytes=0-1,3-4' })).toBe('0123456789');
    expect(await refusal(gateway.get('main/range', { Range: 'bytes=10-' }))).toBe('416 InvalidRange');
    expect(
      await gateway.get('main/range', { Range: 'bytes=2-4', IfMatch: `"${sha256('0123456789')}"` }),
    ).toBe('234');
    expect(await gateway.get('main/range', { PartNumber: 1 })).toBe('0123456789');
    expect(await refusal(gateway.get('main/range', { PartNumber: 2 }))).toMatch(/^416/);
  });

  test('conditions of reads', async () => {
    const etag = await gateway.put('main/conditions', 'x');
    const past = new Date(Date.now() - 86_400_000);
    const future = new Date(Date.now() + 86_400_000);
    expect(await refusal(gateway.get('main/conditions', { IfNoneMatch: etag }))).toMatch(/^304/);
    expect(await gateway.get('main/conditions', { IfNoneMatch: '"other"' })).toBe('x');
    expect(await refusal(gateway.get('main/conditions', { IfMatch: '"other"' }))).toBe(
      '412 PreconditionFailed',
    );
    expect(await refusal(gateway.get('main/conditions', { IfUnmodifiedSince: past }))).toBe(
      '412 PreconditionFailed',
    );
    expect(await gateway.get('main/conditions', { IfUnmodifiedSince: past, IfMatch: etag })).toBe('x');
    expect(await refusal(gateway.get('main/conditions', { IfModifiedSince: future }))).toMatch(/^304/);
    expect(await gateway.get('main/conditions', { IfModifiedSince: past })).toBe('x');
  });

  test('of ten who create one key, one does; If-Match replaces what it names only', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => gateway.put('main/race', `writer ${i}`, { IfNoneMatch: '*' })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason.name).toBe('PreconditionFailed');
    const etag = `"${sha256(await gateway.get('main/race'))}-1"`;
    await gateway.put('main/race', 'next', { IfMatch: etag });
    expect(await refusal(gateway.put('main/race', 'last', { IfMatch: etag }))).toBe('412 PreconditionFailed');
    expect(await gateway.get('main/race')).toBe('next');
  });

  test('copies move no bytes, keep or replace metadata, and reach other repositories', async () => {
    await gateway.repository('fish');
    await gateway.put('main/source é+ &.txt', 'copied', { Metadata: { a: '1' }, ContentType: 'text/plain' });
    const CopySource = `birds/${encodeURIComponent('main/source é+ &.txt')}`;
    await gateway.s3.send(new CopyObjectCommand({ Bucket: 'fish', Key: 'main/copy', CopySource }));
    const copy = await gateway.s3.send(new GetObjectCommand({ Bucket: 'fish', Key: 'main/copy' }));
    expect(await copy.Body!.transformToString()).toBe('copied');
    expect(copy).toMatchObject({ Metadata: { a: '1' }, ContentType: 'text/plain' });
    const replace = { CopySource, MetadataDirective: 'REPLACE', Metadata: { b: '2' } } as const;
    await gateway.s3.send(
      new CopyObjectCommand({ Bucket: 'birds', Key: 'main/source é+ &.txt', ...replace }),
    );
    const head = await gateway.s3.send(
      new HeadObjectCommand({ Bucket: 'birds', Key: 'main/source é+ &.txt' }),
    );
    expect(head.Metadata).toEqual({ b: '2' });
    const onto = new CopyObjectCommand({ Bucket: 'birds', Key: 'main/source é+ &.txt', CopySource });
    expect(await refusal(gateway.s3.send(onto))).toBe('400 InvalidRequest');
    const wrong = { CopySource, CopySourceIfMatch: '"other"' };
    const conditional = new CopyObjectCommand({ Bucket: 'fish', Key: 'main/copy', ...wrong });
    expect(await refusal(gateway.s3.send(conditional))).toBe('412 PreconditionFailed');
  });

  test('deleting is staged too, one by one and together, and what is not there is deleted already', async () => {
    for (const name of ['1', '2', '3']) await gateway.put(`main/gone/${name}`, name);
    await gateway.s3.send(new DeleteObjectCommand({ Bucket: 'birds', Key: 'main/gone/1' }));
    await gateway.s3.send(new DeleteObjectCommand({ Bucket: 'birds', Key: 'main/gone/1' }));
    expect(await refusal(gateway.get('main/gone/1'))).toBe('404 NoSuchKey');
    const Objects = ['main/gone/2', 'main/gone/3', 'main/gone/none', 'nowhere/x', 'main/../x'].map((Key) => ({
      Key,
    }));
    const answer = await gateway.s3.send(new DeleteObjectsCommand({ Bucket: 'birds', Delete: { Objects } }));
    expect(answer.Deleted!.map(({ Key }) => Key)).toEqual(['main/gone/2', 'main/gone/3', 'main/gone/none']);
    expect(answer.Errors!.map(({ Key, Code }) => [Key, Code])).toEqual([
      ['nowhere/x', 'NoSuchKey'],
      ['main/../x', 'InvalidArgument'],
    ]);
    const quiet = { Objects: [{ Key: 'main/gone/2' }], Quiet: true };
    expect(
      (await gateway.s3.send(new DeleteObjectsCommand({ Bucket: 'birds', Delete: quiet }))).Deleted,
    ).toBeUndefined();
  });

  test('of keys that are deleted together, one with an ETag goes only if it is what the ETag names', async () => {
    const etag = await gateway.put('main/gone/same', 'as it was');
    for (const name of ['changed', 'whatever']) await gateway.put(`main/gone/${name}`, 'another');
    const Objects = ['same', 'changed', 'none'].map((name) => ({ Key: `main/gone/${name}`, ETag: etag }));
    const Delete = { Objects: [...Objects, { Key: 'main/gone/whatever' }] };
    const answer = await gateway.s3.send(new DeleteObjectsCommand({ Bucket: 'birds', Delete }));
    expect(answer.Deleted!.map(({ Key }) => Key)).toEqual(['main/gone/same', 'main/gone/whatever']);
    expect(answer.Errors!.map(({ Key, Code }) => [Key, Code])).toEqual([
      ['main/gone/changed', 'PreconditionFailed'],
      ['main/gone/none', 'PreconditionFailed'],
    ]);
    expect(await gateway.get('main/gone/changed')).toBe('another');
    const sized = { Objects: [{ Key: 'main/gone/changed', Size: 1 }] };
    expect(await refusal(gateway.s3.send(new DeleteObjectsCommand({ Bucket: 'birds', Delete: sized })))).toBe(
      '501 NotImplemented',
    );
    const wrong = { Bucket: 'birds', Key: 'main/gone/changed', IfMatch: etag };
    expect(await refusal(gateway.s3.send(new DeleteObjectCommand(wrong)))).toBe('412 PreconditionFailed');
  });
});

describe('refs in keys', () => {
  test('the longest name of a branch counts, and only branches take changes', async () => {
    await gateway.repository('refs');
    const ref = (kind: string, name: string) =>
      gateway.cairn.ask(
        kind === 'branch'
          ? 'mutation($i: CreateBranchInput!) { createBranch(input: $i) { name } }'
          : 'mutation($i: CreateTagInput!) { createTag(input: $i) { name } }',
        { i: { repository: 'refs', name, [kind === 'branch' ? 'from' : 'revision']: 'main' } },
      );
    const at = (Key: string, Body?: string) =>
      Body === undefined
        ? gateway.s3
            .send(new GetObjectCommand({ Bucket: 'refs', Key }))
            .then(({ Body: bytes }) => bytes!.transformToString())
        : gateway.s3.send(new PutObjectCommand({ Bucket: 'refs', Key, Body }));
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
    const listed = await gateway.s3.send(new ListObjectsV2Command({ Bucket: 'refs', Delimiter: '/' }));
    expect(listed.CommonPrefixes!.map(({ Prefix }) => Prefix)).toEqual(['feature/', 'main/', 'v1/']);
    const all = await gateway.s3.send(new ListObjectsV2Command({ Bucket: 'refs' }));
    expect(all.Contents!.map(({ Key }) => Key)).toEqual(['feature/a', 'feature/x/a']);
  });
});

test('an object tells of itself what is asked for', async () => {
  const ETag = await gateway.put('main/told', 'abc');
  const attributes = async (...ObjectAttributes: string[]): Promise<object> => {
    const Key = 'main/told';
    const { $metadata: _, ...told } = await gateway.s3.send(
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

describe('uploads in parts', () => {
  const Bucket = 'birds';
  const begin = async (Key: string, more: object = {}) =>
    (await gateway.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId!;
  const part = (Key: string, UploadId: string, PartNumber: number, Body: Uint8Array | string) =>
    gateway.s3
      .send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))
      .then(({ ETag }) => ({ PartNumber, ETag }));
  const complete = (Key: string, UploadId: string, Parts: object[], more: object = {}) =>
    gateway.s3.send(
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
    const listed = await gateway.s3.send(new ListPartsCommand({ Bucket, Key, UploadId: id, MaxParts: 2 }));
    expect(listed.Parts!.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 5 * MIB],
      [2, 5 * MIB],
    ]);
    expect(listed.NextPartNumberMarker).toBe('2');
    const pending = await gateway.s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'main/par' }));
    expect(pending.Uploads!.map(({ UploadId }) => UploadId)).toEqual([id]);
    await begin('main/parts-of/one');
    await begin('main/parts-of/two');
    const folded = { Bucket, Prefix: 'main/par', Delimiter: '/' };
    const firstOf = await gateway.s3.send(new ListMultipartUploadsCommand({ ...folded, MaxUploads: 1 }));
    expect(firstOf).toMatchObject({ IsTruncated: true, NextKeyMarker: Key, NextUploadIdMarker: id });
    const rest = await gateway.s3.send(
      new ListMultipartUploadsCommand({ ...folded, KeyMarker: Key, UploadIdMarker: id }),
    );
    expect(rest).toMatchObject({ IsTruncated: false, CommonPrefixes: [{ Prefix: 'main/parts-of/' }] });
    expect(rest.Uploads).toBeUndefined();
    const beyond = new ListMultipartUploadsCommand({ ...folded, KeyMarker: 'main/parts-of/' });
    expect((await gateway.s3.send(beyond)).CommonPrefixes).toBeUndefined();
    const all = [first, second, third];
    const outcomes = await Promise.all([1, 2, 3].map(() => complete(Key, id, all)));
    const etag = `"${createHash('sha256').update(bytes).digest('hex')}-1"`;
    expect(outcomes.map(({ ETag }) => ETag)).toEqual([etag, etag, etag]);
    expect((await complete(Key, id, all)).ETag).toBe(etag);
    const found = await gateway.s3.send(new GetObjectCommand({ Bucket, Key }));
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
    expect(await refusal(gateway.get(Key))).toBe('404 NoSuchKey');
    await complete(Key, id, [one]);
    expect(await gateway.get(Key)).toBe('small');
  });

  test('are checked by a checksum of their checksums', async () => {
    const Key = 'main/composite';
    const ChecksumAlgorithm = 'CRC32C';
    const id = await begin(Key, { ChecksumAlgorithm });
    const sent = [Buffer.alloc(5 * MIB, 1), Buffer.from('the last')].map(async (Body, i) => {
      const place = { Bucket, Key, UploadId: id, PartNumber: i + 1 };
      const answer = await gateway.s3.send(new UploadPartCommand({ ...place, Body, ChecksumAlgorithm }));
      return { PartNumber: i + 1, ETag: answer.ETag, ChecksumCRC32C: answer.ChecksumCRC32C };
    });
    const parts = await Promise.all(sent);
    const listed = await gateway.s3.send(new ListPartsCommand({ Bucket, Key, UploadId: id }));
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
    expect(await gateway.get(Key)).toHaveLength(5 * MIB + 8);
  });

  test('can be conditional, made of copies, and aborted', async () => {
    const Key = 'main/conditional';
    await gateway.put('main/part-source', '0123456789');
    const id = await begin(Key);
    const copied = await gateway.s3.send(
      new UploadPartCopyCommand({
        ...{ Bucket, Key, UploadId: id, PartNumber: 1 },
        ...{ CopySource: 'birds/main/part-source', CopySourceRange: 'bytes=2-5' },
      }),
    );
    const parts = [{ PartNumber: 1, ETag: copied.CopyPartResult!.ETag }];
    await gateway.put(Key, 'there');
    expect(await refusal(complete(Key, id, parts, { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
    expect(await gateway.get(Key)).toBe('there');
    await complete(Key, id, parts, { IfMatch: `"${sha256('there')}"` });
    expect(await gateway.get(Key)).toBe('2345');
    const other = await begin(Key);
    await part(Key, other, 1, 'kept while the upload is');
    const kept = async (): Promise<string[]> => {
      const batches: string[] = [];
      const provider = gateway.cairn.app.get(GcRoots).objects.get('parts of uploads')!;
      for await (const batch of provider()) batches.push(...batch);
      return batches;
    };
    expect(await kept()).toContain(sha256('kept while the upload is'));
    await gateway.s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: other }));
    expect(
      await refusal(gateway.s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: other }))),
    ).toBe('404 NoSuchUpload');
    expect(await kept()).not.toContain(sha256('kept while the upload is'));
    expect(await refusal(part(Key, 'no-upload', 1, 'x'))).toBe('404 NoSuchUpload');
  });
});
