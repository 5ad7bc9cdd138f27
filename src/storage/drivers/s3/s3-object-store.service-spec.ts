import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { serviceEnvironment } from '../../../../test/support/services.js';
import { describeObjectStore } from '../../contract/object-store.contract.js';
import { StoreUnavailableError, StoreUnfitError } from '../../errors.js';
import { assertFit } from '../../fitness.js';
import { sha256Of } from '../../sha256.js';
import { objectKey } from '../../verified.js';
import { S3DirectTransfers } from './s3-direct-transfers.js';
import { S3ObjectStore } from './s3-object-store.js';
import { probeBucket } from './s3-probe.js';

const prefix = 'some/prefix/';

/** Two stores of different making. */
describe.each(['minio', 'versitygw'])('%s', (name) => {
  const server = serviceEnvironment(name);
  const endpoint = server['S3_ENDPOINT']!;
  const before = { ...process.env };
  beforeAll(() => {
    Object.assign(process.env, server);
  });
  afterAll(() => {
    process.env = before;
  });

  const clientOf = () => new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
  async function freshBucket(client: S3Client): Promise<string> {
    const bucket = `cairn-${randomUUID()}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return bucket;
  }

  describeObjectStore(
    `s3 on ${name}`,
    async () => {
      const spoolDirectory = mkdtempSync(join(tmpdir(), 'cairn-spool-'));
      const client = clientOf();
      const bucket = await freshBucket(client);
      const direct = { expiresInSeconds: 600, partBytes: 5 * 1024 ** 2, copyBytes: 5 * 1024 ** 2 };
      const store = new S3ObjectStore({ bucket, endpoint, prefix, spoolDirectory, direct });
      const write = async (key: string, bytes: Uint8Array) => {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + key, Body: bytes }));
      };
      return {
        store,
        damage: (sha256, bytes) => write(objectKey(sha256), bytes),
        plant: ({ recipient, object }, bytes) => write(`uploads/${recipient}/${object.sha256}`, bytes),
        leftovers: async () => readdirSync(spoolDirectory),
        ...(name === 'minio' && { cannotList: 'uploads' as const }),
        close: async () => {
          store.close();
          client.destroy();
          rmSync(spoolDirectory, { recursive: true });
        },
      };
    },
    true,
  );

  describe('the probe', () => {
    const client = clientOf();
    afterAll(() => client.destroy());

    it('finds what it can do, and leaves nothing', async () => {
      const bucket = await freshBucket(client);
      expect(await probeBucket(client, bucket, prefix)).toEqual({
        ...{ readAfterWrite: true, conditionalPut: true, conditionalMultipart: true },
        ...{ checksums: true, rangedReads: true, versioning: expect.stringMatching(/off|unknown/) },
      });
      const store = new S3ObjectStore({ bucket, endpoint, spoolDirectory: tmpdir() });
      expect((await store.probe()).directTransfers).toBe(false);
      expect(store.direct).toBeUndefined();
      store.close();
    });

    it('refuses a store that ignores conditions and ranges, by name of what is missing', async () => {
      const bucket = await freshBucket(client);
      const ignorant = clientOf();
      ignorant.middlewareStack.add(
        (next) => (args) => {
          const { IfNoneMatch, Range, ...input } = args.input as Record<string, unknown>;
          void [IfNoneMatch, Range];
          return next({ ...args, input: input as unknown as typeof args.input });
        },
        { step: 'initialize' },
      );
      const abilities = await probeBucket(ignorant, bucket, '');
      expect(abilities).toMatchObject({
        ...{ conditionalPut: false, conditionalMultipart: false, rangedReads: false, checksums: true },
      });
      const seen = { ...abilities, driver: 's3', location: 'there', directTransfers: false } as const;
      expect(() => assertFit(seen)).toThrow(StoreUnfitError);
      expect(() => assertFit(seen)).toThrow(/at there cannot be used.*conditional PUT.*; ranged reads/);
      ignorant.destroy();
    });

    it('finds a store fit that cannot complete uploads on a condition; large objects are kept in it all the same', async () => {
      const bucket = await freshBucket(client);
      const unable = clientOf();
      unable.middlewareStack.add(
        (next, { commandName }) =>
          async (args) => {
            const { IfNoneMatch } = args.input as { IfNoneMatch?: string };
            if (commandName === 'CompleteMultipartUploadCommand' && IfNoneMatch !== undefined)
              throw new S3ServiceException({
                ...{ name: 'NotImplemented', $fault: 'server', $metadata: { httpStatusCode: 501 } },
              });
            return next(args);
          },
        { step: 'initialize' },
      );
      const { conditionalMultipart } = await probeBucket(unable, bucket, '');
      expect(conditionalMultipart).toBe(false);
      const transfers = new S3DirectTransfers(unable, unable, {
        ...{ bucket, prefix: '', location: 'there', conditionalMultipart, expiresInSeconds: 60 },
        ...{ partBytes: 5 * 1024 ** 2, copyBytes: 5 * 1024 ** 2 },
      });
      const bytes = randomBytes(6 * 1024 ** 2);
      const place = {
        recipient: randomUUID(),
        object: { sha256: sha256Of(bytes), sizeBytes: bytes.length },
      };
      const upload = await transfers.signUpload(place);
      if (upload.kind !== 'parts') throw new Error('it was to come in parts');
      for (const { start, end, request } of upload.parts)
        await fetch(request.url, { method: 'PUT', body: bytes.subarray(start, end) });
      expect(await transfers.adopt(place)).toBe(true);
      const { url } = await transfers.signDownload(place.object.sha256);
      expect(sha256Of(Buffer.from(await (await fetch(url)).arrayBuffer()))).toBe(place.object.sha256);
      unable.destroy();
    });

    it('refuses a store that loses an object when an upload in parts to its name is given up', async () => {
      const bucket = await freshBucket(client);
      const losing = clientOf();
      losing.middlewareStack.add(
        (next, { commandName }) =>
          async (args) => {
            const { Key } = args.input as { Key?: string };
            if (commandName === 'AbortMultipartUploadCommand')
              await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
            return next(args);
          },
        { step: 'initialize' },
      );
      const abilities = await probeBucket(losing, bucket, '');
      expect(abilities).toMatchObject({ readAfterWrite: false, rangedReads: true, conditionalPut: true });
      const seen = { ...abilities, driver: 's3', location: 'there', directTransfers: false } as const;
      expect(() => assertFit(seen)).toThrow(/cannot be used.*strong consistency/);
      losing.destroy();
    });

    it('finds a store fit that refuses checksums in headers, and sends it none', async () => {
      const bucket = await freshBucket(client);
      const front = createServer((message, answer) => {
        const { method, url, headers } = message;
        if (headers['x-amz-checksum-sha256'] !== undefined) {
          message.resume();
          answer.writeHead(501).end('<Error><Code>NotImplemented</Code></Error>');
          return;
        }
        const to = new URL(url!, endpoint);
        const forwarded = request(to, { method, headers }, (response) => {
          answer.writeHead(response.statusCode!, response.rawHeaders);
          response.pipe(answer);
        });
        message.pipe(forwarded);
      }).listen(0, '127.0.0.1');
      await once(front, 'listening');
      const direct = { expiresInSeconds: 600 };
      const store = new S3ObjectStore({
        ...{ bucket, direct, spoolDirectory: tmpdir() },
        endpoint: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
      });
      expect(await store.probe()).toMatchObject({
        ...{ checksums: false, conditionalPut: true, directTransfers: false },
      });
      const { sha256 } = await store.put(Buffer.from('without a checksum'));
      expect(String(await store.read(sha256, 100))).toBe('without a checksum');
      store.close();
      front.close();
    });

    it('puts nothing into a bucket that is not there', async () => {
      const watched = clientOf();
      const sent: unknown[] = [];
      watched.middlewareStack.add(
        (next, { commandName }) =>
          (args) => {
            sent.push(commandName);
            return next(args);
          },
        { step: 'initialize' },
      );
      await expect(probeBucket(watched, `none-${randomUUID()}`, '')).rejects.toThrow(/bucket/i);
      expect(sent).not.toContain('PutObjectCommand');
      watched.destroy();
    });

    it('tells of a bucket that is not there, and of credentials that are wrong', async () => {
      const open = (bucket: string) =>
        new S3ObjectStore({ bucket, endpoint, spoolDirectory: tmpdir() }).probe();
      await expect(open(`none-${randomUUID()}`)).rejects.toThrow(/could not probe: NoSuchBucket/);
      const bucket = await freshBucket(client);
      process.env['AWS_SECRET_ACCESS_KEY'] = 'not-the-secret';
      const refused = expect(open(bucket)).rejects;
      await refused.toBeInstanceOf(StoreUnavailableError);
      await refused.toThrow(/refuses the credentials/);
      Object.assign(process.env, server);
    });
  });
});

it('the probe tells of versioning', async () => {
  const minio = serviceEnvironment('minio');
  Object.assign(process.env, minio);
  const client = new S3Client({ endpoint: minio['S3_ENDPOINT']!, region: 'us-east-1', forcePathStyle: true });
  const bucket = `cairn-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
  expect((await probeBucket(client, bucket, '')).versioning).toBe('on');
  client.destroy();
});
