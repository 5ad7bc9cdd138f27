import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

import type {
  DirectTransfers,
  DownloadAs,
  SignedRequest,
  SignedUpload,
  UploadPlace,
} from '../../direct-transfers.js';
import { ChecksumMismatchError, ObjectTooLargeError, UploadIncompleteError } from '../../errors.js';
import type { StoredObject } from '../../object-store.js';
import { parseSha256, type Sha256 } from '../../sha256.js';
import { ObjectBusyError } from '../../ledger/ledger.js';
import { objectKey } from '../../verified.js';
import { isMissing, s3Error } from './s3-errors.js';
import { type PartRange, S3Parts } from './s3-parts.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const CHECKSUM = 'x-amz-checksum-sha256';
/** The most that S3 keeps as one object. */
const MAX_OBJECT_BYTES = 5 * 1024 ** 4;

/** What signed requests are made from. */
export interface S3DirectOptions {
  readonly bucket: string;
  readonly prefix: string;
  readonly location: string;
  /** Objects of more bytes are sent in parts of as many, or larger ones. At least 5 MiB. */
  readonly partBytes: number;
  /** The most that the store copies at once; more is copied in parts. At least 5 MiB. */
  readonly copyBytes: number;
  /** Whether the store completes uploads in parts on a condition. */
  readonly conditionalMultipart: boolean;
  readonly expiresInSeconds: number;
}

/**
 * Presigned requests of S3. Uploads go to `PREFIX uploads/RECIPIENT/SHA256`, with the length and the SHA-256 of the body in the
 * signature; what arrived is hashed here and copied, within the store, to the name of its content.
 */
export class S3DirectTransfers implements DirectTransfers {
  private readonly parts: S3Parts;

  /**
   * @param client as the service reaches the store
   * @param outside as clients reach it, by another address maybe
   */
  constructor(
    private readonly client: S3Client,
    private readonly outside: S3Client,
    private readonly options: S3DirectOptions,
  ) {
    const { bucket, partBytes, conditionalMultipart } = options;
    this.parts = new S3Parts(client, bucket, partBytes, conditionalMultipart);
  }

  async signUpload(place: UploadPlace): Promise<SignedUpload> {
    const { sizeBytes } = place.object;
    if (sizeBytes > MAX_OBJECT_BYTES) throw new ObjectTooLargeError(MAX_OBJECT_BYTES);
    if (sizeBytes <= this.options.partBytes) return { kind: 'whole', request: await this.signWhole(place) };
    try {
      const key = this.keyOf(place);
      const uploadId = (await this.parts.find(key)) ?? (await this.parts.begin(key));
      const missing = await this.parts.missing(key, uploadId, sizeBytes);
      const parts = missing.map(async (part) => ({
        ...part,
        request: await this.signPart(key, uploadId, part),
      }));
      return { kind: 'parts', parts: await Promise.all(parts) };
    } catch (error) {
      throw s3Error(error, 'begin an upload', this.options.location);
    }
  }

  async adopt(place: UploadPlace, claim?: (object: StoredObject) => Promise<void>): Promise<boolean> {
    const { object } = place;
    const key = this.keyOf(place);
    let isProven = false;
    try {
      if (object.sizeBytes > this.options.partBytes) await this.parts.finish(key, object);
      const { Body: body, ETag } = await this.client.send(new GetObjectCommand(this.at(key)));
      const found = await measure(body as Readable, object.sizeBytes);
      const property = found.sizeBytes !== object.sizeBytes ? 'sizeBytes' : 'sha256';
      if (found[property] !== object[property]) {
        await this.remove(key);
        throw new ChecksumMismatchError(property, object[property], found[property]);
      }
      isProven = true;
      await claim?.(object);
      if (!(await this.has(object))) {
        const target = this.options.prefix + objectKey(object.sha256);
        // What was hashed, and nothing that was put in its place since.
        const source = { CopySource: `${this.options.bucket}/${key}`, CopySourceIfMatch: ETag };
        if (object.sizeBytes <= this.options.copyBytes)
          await this.client.send(new CopyObjectCommand({ ...this.at(target), ...source }));
        else await this.parts.copy(target, source, object.sizeBytes, this.options.copyBytes);
      }
      await this.remove(key);
      return true;
    } catch (error) {
      if (error instanceof UploadIncompleteError || error instanceof ObjectBusyError) throw error;
      // Another adopts it at the same time, and was faster.
      if (isMissing(error) && error.name !== 'NoSuchBucket') return isProven && (await this.has(object));
      throw s3Error(error, 'adopt', this.options.location);
    }
  }

  async signDownload(sha256: Sha256, { contentType, fileName }: DownloadAs = {}): Promise<SignedRequest> {
    const command = new GetObjectCommand({
      ...this.at(this.options.prefix + objectKey(sha256)),
      ResponseContentType: contentType,
      ResponseContentDisposition:
        fileName === undefined ? undefined : `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`,
    });
    const url = await getSignedUrl(this.outside, command, { expiresIn: this.options.expiresInSeconds });
    return { method: 'GET', url, headers: {}, expiresAt: this.expiry() };
  }

  async sweep(before: Date): Promise<number> {
    let count = 0;
    const page = { Bucket: this.options.bucket, Prefix: `${this.options.prefix}uploads/` };
    try {
      for (let token: string | undefined, more = true; more;) {
        const listed = await this.client.send(
          new ListObjectsV2Command({ ...page, ContinuationToken: token }),
        );
        for (const { Key: key, LastModified: at } of listed.Contents ?? []) {
          if (key === undefined || at === undefined || at >= before) continue;
          await this.remove(key);
          count += 1;
        }
        ({ NextContinuationToken: token, IsTruncated: more = false } = listed);
      }
      return count + (await this.parts.abortBefore(page.Prefix, before));
    } catch (error) {
      throw s3Error(error, 'sweep', this.options.location);
    }
  }

  private async signWhole(place: UploadPlace): Promise<SignedRequest> {
    const { sha256, sizeBytes } = place.object;
    const checksum = Buffer.from(sha256, 'hex').toString('base64');
    const command = new PutObjectCommand({
      ...this.at(this.keyOf(place)),
      ContentLength: sizeBytes,
      ChecksumSHA256: checksum,
    });
    const url = await getSignedUrl(this.outside, command, {
      expiresIn: this.options.expiresInSeconds,
      signableHeaders: new Set(['content-length', 'host', CHECKSUM]),
      unhoistableHeaders: new Set([CHECKSUM]),
    });
    return { method: 'PUT', url, headers: { [CHECKSUM]: checksum }, expiresAt: this.expiry() };
  }

  /** The whole is hashed when it is adopted; of a part only its length is known. */
  private async signPart(
    key: string,
    uploadId: string,
    { number, start, end }: PartRange,
  ): Promise<SignedRequest> {
    const command = new UploadPartCommand({
      ...{ ...this.at(key), UploadId: uploadId, PartNumber: number, ContentLength: end - start },
    });
    const url = await getSignedUrl(this.outside, command, {
      expiresIn: this.options.expiresInSeconds,
      signableHeaders: new Set(['content-length', 'host']),
    });
    return { method: 'PUT', url, headers: {}, expiresAt: this.expiry() };
  }

  private async has({ sha256, sizeBytes }: UploadPlace['object']): Promise<boolean> {
    try {
      const command = new HeadObjectCommand(this.at(this.options.prefix + objectKey(sha256)));
      return (await this.client.send(command)).ContentLength === sizeBytes;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  private async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand(this.at(key)));
  }

  private keyOf({ recipient, object }: UploadPlace): string {
    // Checked once more: a forged part would leave the place.
    if (!UUID.test(recipient)) throw new TypeError(`recipient: must be a UUID, got "${recipient}"`);
    return `${this.options.prefix}uploads/${recipient}/${parseSha256(object.sha256)}`;
  }

  private at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.options.bucket, Key: key };
  }

  private expiry(): Date {
    return new Date(Date.now() + this.options.expiresInSeconds * 1000);
  }
}

/** Reads a body to its end, or to where it is too long. */
async function measure(
  body: Readable,
  expectedBytes: number,
): Promise<{ readonly sha256: string; readonly sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += (chunk as Uint8Array).byteLength;
    hash.update(chunk as Uint8Array);
    if (sizeBytes > expectedBytes) break;
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}
