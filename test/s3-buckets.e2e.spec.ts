import { randomBytes } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketLoggingCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from './support/eventually.js';
import { GatewayUnderTest, refusal } from './support/gateway.js';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
}, 60_000);
afterAll(() => gateway.stop());

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
      ? gateway.s3.send(new ListObjectsV2Command(input))
      : gateway.s3.send(new ListObjectsCommand(input)));
    const keysOf = (page.Contents ?? []).map(({ Key }) => Key!);
    return { ...page, found: [...keysOf, ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!)] };
  };

  beforeAll(async () => {
    await gateway.repository('lists');
    for (const name of names)
      await gateway.s3.send(new PutObjectCommand({ Bucket: 'lists', Key: `main/${name}`, Body: name }));
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
    await gateway.commitStaged('main', 'lists');
    const first = await list({ Prefix: 'main/', MaxKeys: 3 });
    await gateway.s3.send(new PutObjectCommand({ Bucket: 'lists', Key: 'main/m-new', Body: 'x' }));
    await gateway.commitStaged('main', 'lists');
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

  test('of all refs has that of a branch whose name goes on behind the name of another', async () => {
    await gateway.repository('nested');
    await gateway.cairn.ask('mutation($i: CreateBranchInput!) { createBranch(input: $i) { name } }', {
      i: { repository: 'nested', name: 'main/more', from: 'main' },
    });
    const keys = ['main/a', 'main/z', 'main/more/1', 'main/more/2'];
    for (const Key of keys) await gateway.s3.send(new PutObjectCommand({ Bucket: 'nested', Key, Body: 'x' }));
    const found: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await list({ Bucket: 'nested', MaxKeys: 1, ContinuationToken });
      found.push(...page.found);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    expect(found).toEqual(keys);
    expect((await list({ Bucket: 'nested' })).found).toEqual(keys);
  });

  test('an empty folder is there until it is deleted, or to the next commit', async () => {
    const Bucket = 'folders';
    const folder = (Key: string, body = '', more: object = {}) =>
      gateway.s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(body), ...more }));
    const found = async (more: object) => [...(await list({ Bucket, ...more })).found];
    await gateway.repository(Bucket);
    await folder('main/a/', '', { ContentType: 'application/x-directory' });
    await folder('main/a/b/');
    await folder('main/a/c', 'x');
    expect(await gateway.s3.send(new HeadObjectCommand({ Bucket, Key: 'main/a/' }))).toMatchObject({
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
    await gateway.s3.send(new CopyObjectCommand({ Bucket, Key: 'main/z/', CopySource: `${Bucket}/main/a/` }));
    const Objects = ['main/a/b/', 'main/a/b', 'main/none/'].map((Key) => ({ Key }));
    await gateway.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(await found({ Prefix: 'main/' })).toEqual(['main/a/', 'main/a/c', 'main/z/']);
    const staged = '{ repository(name: "folders") { staged { nodes { path } } } }';
    expect(await gateway.cairn.ask(staged)).toEqual({ repository: { staged: { nodes: [{ path: 'a/c' }] } } });
    await gateway.commitStaged('main', Bucket);
    expect(await found({})).toEqual(['main/a/c']);
  });

  test('each object is its only version', async () => {
    const found: (string | undefined)[] = [];
    let [KeyMarker, VersionIdMarker]: (string | undefined)[] = [];
    do {
      const page: ListObjectVersionsCommandOutput = await gateway.s3.send(
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
    await gateway.repository('secret', 'hidden');
    const analyst = gateway.client(await gateway.accessKey(await gateway.cairn.tokenFor('user:ana.analyst')));
    const names = ({ Buckets }: { Buckets?: { Name?: string }[] }) => Buckets!.map(({ Name }) => Name);
    expect(names(await gateway.s3.send(new ListBucketsCommand({})))).toEqual(
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
    expect(await refusal(gateway.s3.send(new CreateBucketCommand({ Bucket: 'birds' })))).toBe(
      '409 BucketAlreadyOwnedByYou',
    );
    expect(await refusal(gateway.s3.send(new CreateBucketCommand({ Bucket: 'newone' })))).toBe(
      '501 NotImplemented',
    );
  });

  test('tell the little that clients ask of them', async () => {
    const Bucket = 'birds';
    await gateway.put('main/tagged', 'x');
    expect((await gateway.s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeFalsy();
    expect((await gateway.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    const tags = await gateway.s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'main/tagged' }));
    expect(tags.TagSet).toEqual([]);
    for (const { Owner, Grants } of [
      await gateway.s3.send(new GetBucketAclCommand({ Bucket })),
      await gateway.s3.send(new GetObjectAclCommand({ Bucket, Key: 'main/tagged' })),
    ])
      expect(Grants).toEqual([{ Grantee: { ...Owner, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }]);
    for (const command of [GetObjectRetentionCommand, GetObjectLegalHoldCommand])
      expect(await refusal(gateway.s3.send(new command({ Bucket, Key: 'main/tagged' })))).toBe(
        '404 NoSuchObjectLockConfiguration',
      );
    const policy = new GetBucketPolicyCommand({ Bucket });
    expect(await refusal(gateway.s3.send(policy))).toBe('404 NoSuchBucketPolicy');
    const unseen = new GetBucketPolicyCommand({ Bucket: 'none' });
    expect(await refusal(gateway.s3.send(unseen))).toBe('404 NoSuchBucket');
    const controls = await gateway.s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
    expect(controls.OwnershipControls!.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
    expect((await gateway.s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled).toBeUndefined();
    const unsigned = await fetch(`${gateway.cairn.s3Url}/${Bucket}`, { method: 'HEAD' });
    expect([unsigned.status, unsigned.headers.get('x-amz-bucket-region')]).toEqual([403, 'us-east-1']);
    const none = new GetObjectAclCommand({ Bucket, Key: 'main/nothing' });
    expect(await refusal(gateway.s3.send(none))).toBe('404 NoSuchKey');
  });
});

describe('what is recorded', () => {
  test('who reached what, in order, for those who may manage it', async () => {
    await gateway.repository('watched');
    const engineer = gateway.client(
      await gateway.accessKey(await gateway.cairn.tokenFor('user:pia.engineer')),
    );
    const at = { Bucket: 'watched', Key: 'main/a' };
    await gateway.s3.send(new PutObjectCommand({ ...at, Body: '0123456789' }));
    const id = await gateway.commitStaged('main', 'watched');
    await engineer.send(new GetObjectCommand({ ...at, Range: 'bytes=2-3' }));
    await engineer.send(new ListObjectsV2Command({ Bucket: 'watched', Prefix: 'main/' }));
    await gateway.cairn.http('/api/v1/repositories/watched/content/main/a', {
      token: await gateway.cairn.tokenFor('user:pia.engineer'),
    });
    await engineer.send(new DeleteObjectCommand(at));
    const query = `query($path: String, $subject: String) { repository(name: "watched") {
      accesses(first: 10, path: $path, subject: $subject) { nodes { subject door action commitId isStaged revision path rangeStart rangeEnd requestId } } } }`;
    const { repository: found } = await gateway.cairn.ask(query);
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
    const own = await gateway.cairn.ask(query, { subject: 'user:admin', path: 'a' });
    expect(own.repository.accesses.nodes).toHaveLength(1);
    const denied = await gateway.cairn.graphql(query, {}, await gateway.cairn.tokenFor('user:pia.engineer'));
    expect(denied.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });

  test('metrics tell of operations and bytes, health of the gateway', async () => {
    await gateway.put('main/measured', 'x'.repeat(100_000));
    const bytesIn = (text: string) => Number(/cairn_s3_bytes_total\{direction="in"\} (\d+)/.exec(text)![1]);
    const metrics = await eventually(
      async () => (await gateway.cairn.http('/metrics')).text(),
      (text) => bytesIn(text) > 100_000,
    );
    expect(metrics).toMatch(
      /cairn_s3_request_duration_seconds_count\{operation="PutObject",status="2xx"\} \d/,
    );
    expect(metrics).toMatch(/cairn_s3_request_duration_seconds_count\{operation="none",status="4xx"\} \d/);
    const health = (await (await gateway.cairn.http('/health/ready')).json()) as {
      parts: Record<string, object>;
    };
    expect(health.parts['s3-gateway']).toMatchObject({ isReady: true });
  });
});

describe('the service', () => {
  test('opens keys after a restart; not with another CAIRN_SECRET_KEY', async () => {
    await gateway.put('main/kept', 'kept');
    await gateway.cairn.away(async () => undefined);
    gateway.connect();
    expect(await gateway.get('main/kept')).toBe('kept');
    const file = path.join(gateway.cairn.dataDir, 'secret.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await gateway.cairn.away(async () => writeFileSync(file, randomBytes(32).toString('hex')));
    gateway.connect();
    expect(await refusal(gateway.get('main/kept'))).toBe('500 InternalError');
  });
});
