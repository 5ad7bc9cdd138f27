import { randomUUID } from 'node:crypto';

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

import type { StoreCapabilities } from '../../object-store.js';
import { sha256Of } from '../../sha256.js';
import { isMissing, statusOf } from './s3-errors.js';

/** What a bucket was seen to do. */
export type BucketAbilities = Omit<StoreCapabilities, 'driver' | 'location' | 'directTransfers'>;

const BODY = Buffer.from('cairn probe');
const digest = (bytes: Uint8Array) => Buffer.from(sha256Of(bytes), 'hex').toString('base64');

/**
 * Tries each ability with a small object of its own, which it removes: stores that do not know a header ignore it and
 * answer 200, so that only trying tells.
 */
export async function probeBucket(
  client: S3Client,
  bucket: string,
  prefix: string,
): Promise<BucketAbilities> {
  const at = { Bucket: bucket, Key: `${prefix}probe/${randomUUID()}` };
  const other = { ...at, Key: `${at.Key}-checksum` };
  // Some stores make a bucket of what is put into one that is not there.
  await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: at.Key, MaxKeys: 1 }));
  try {
    await client.send(new PutObjectCommand({ ...at, Body: BODY }));
    const isThere = await isListed(client, at);
    const rangedReads = isThere && (await readsRanges(client, at));
    return {
      rangedReads,
      conditionalPut: await isRefused(
        () => client.send(new PutObjectCommand({ ...at, Body: Buffer.from('other'), IfNoneMatch: '*' })),
        [412],
      ),
      conditionalMultipart: await refusesMultipart(client, at),
      checksums: await checksChecksums(client, other),
      versioning: await versioningOf(client, bucket),
      // Once more, after refused writes of its name.
      readAfterWrite: isThere && (await isListed(client, at)),
    };
  } finally {
    for (const place of [at, other]) await client.send(new DeleteObjectCommand(place)).catch(() => undefined);
  }
}

interface Place {
  readonly Bucket: string;
  readonly Key: string;
}

/** Whether a request is refused as it should be. One that the store does not know how to carry out is not. */
async function isRefused(request: () => Promise<unknown>, statuses: readonly number[]): Promise<boolean> {
  try {
    await request();
    return false;
  } catch (error) {
    const status = statusOf(error);
    if (status !== undefined && statuses.includes(status)) return true;
    if (status === 400 || status === 405 || status === 501) return false;
    throw error;
  }
}

/** Whether a right SHA-256 is taken and a wrong one refused: some stores refuse every one. */
async function checksChecksums(client: S3Client, at: Place): Promise<boolean> {
  const refusesDigestOf = (bytes: Uint8Array): Promise<boolean> => {
    const put = new PutObjectCommand({ ...at, Body: BODY, ChecksumSHA256: digest(bytes) });
    return isRefused(() => client.send(put), [400, 405, 422, 501]);
  };
  return !(await refusesDigestOf(BODY)) && (await refusesDigestOf(Buffer.from('other')));
}

async function isListed(client: S3Client, { Bucket, Key }: Place): Promise<boolean> {
  const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix: Key }));
  const read = await client.send(new GetObjectCommand({ Bucket, Key })).catch((error: unknown) => {
    if (!isMissing(error) || error.name === 'NoSuchBucket') throw error;
  });
  const bytes = await read?.Body?.transformToByteArray();
  return (
    page.Contents?.some((object) => object.Key === Key) === true && Buffer.from(bytes ?? []).equals(BODY)
  );
}

async function readsRanges(client: S3Client, at: Place): Promise<boolean> {
  const part = await client.send(new GetObjectCommand({ ...at, Range: 'bytes=1-3' }));
  const bytes = await part.Body?.transformToByteArray();
  return part.ContentRange !== undefined && Buffer.from(bytes ?? []).equals(BODY.subarray(1, 4));
}

/** Completes an upload in parts on a name that is taken. */
async function refusesMultipart(client: S3Client, at: Place): Promise<boolean> {
  const algorithm = { ChecksumAlgorithm: 'SHA256' } as const;
  let UploadId: string | undefined;
  try {
    ({ UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at, ...algorithm })));
    const part = { ...at, UploadId, PartNumber: 1, Body: BODY };
    const { ETag, ChecksumSHA256 } = await client.send(
      new UploadPartCommand({ ...part, ...algorithm, ChecksumSHA256: digest(BODY) }),
    );
    const Parts = [{ PartNumber: 1, ETag, ChecksumSHA256 }];
    return await isRefused(
      () =>
        client.send(
          new CompleteMultipartUploadCommand({
            ...{ ...at, UploadId, IfNoneMatch: '*' },
            MultipartUpload: { Parts },
          }),
        ),
      [412],
    );
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    return false; // it does not take uploads in parts as S3 does
  } finally {
    if (UploadId !== undefined)
      await client.send(new AbortMultipartUploadCommand({ ...at, UploadId })).catch(() => undefined);
  }
}

async function versioningOf(client: S3Client, bucket: string): Promise<BucketAbilities['versioning']> {
  try {
    const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }));
    return Status === undefined ? 'off' : Status === 'Enabled' ? 'on' : 'suspended';
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    return 'unknown';
  }
}
