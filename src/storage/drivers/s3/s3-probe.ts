import { randomUUID } from 'node:crypto';

import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

import { sha256Of } from '../../sha256.js';
import { statusOf } from './s3-errors.js';

/** What a bucket was seen to do. */
export interface BucketAbilities {
  readonly conditionalPut: boolean;
  readonly checksums: boolean;
  readonly rangedReads: boolean;
}

/**
 * Tries each ability with a small object of its own, which it removes: stores that do not know a header ignore it and
 * answer 200, so that only trying tells.
 */
export async function probeBucket(
  client: S3Client,
  bucket: string,
  prefix: string,
): Promise<BucketAbilities> {
  const key = `${prefix}probe/${randomUUID()}`;
  const body = Buffer.from('cairn probe');
  const refused = async (command: PutObjectCommand, ...statuses: number[]): Promise<boolean> => {
    try {
      await client.send(command);
      return false;
    } catch (error) {
      if (statuses.includes(statusOf(error) ?? 0)) return true;
      throw error;
    }
  };
  try {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    const conditionalPut = await refused(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: Buffer.from('other'), IfNoneMatch: '*' }),
      412,
    );
    const checksums = await refused(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `${key}-checksum`,
        Body: body,
        ChecksumSHA256: Buffer.from(sha256Of(Buffer.from('other')), 'hex').toString('base64'),
      }),
      400,
      422,
    );
    const part = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: 'bytes=1-3' }));
    const rangedReads = part.ContentLength === 3 && part.ContentRange !== undefined;
    part.Body?.transformToByteArray().catch(() => undefined);
    return { conditionalPut, checksums, rangedReads };
  } finally {
    for (const name of [key, `${key}-checksum`]) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: name })).catch(() => undefined);
    }
  }
}
