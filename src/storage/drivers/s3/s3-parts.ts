import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type MultipartUpload,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import pLimit from 'p-limit';

import { UploadIncompleteError } from '../../errors.js';
import type { StoredObject } from '../../object-store.js';
import { statusOf } from './s3-errors.js';

/** S3 takes no more parts of one object. */
const MAX_PARTS = 10_000;
const MIB = 1024 ** 2;
const COPIES_AT_ONCE = 4;
const FINISH_ATTEMPTS = 3;

/** The bytes `[start, end)` as the part of that number, from 1. */
export interface PartRange {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** Cuts an object into parts of at least `partBytes`, the last one excepted. */
export function rangesOf(sizeBytes: number, partBytes: number): PartRange[] {
  const least = Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB;
  const step = Math.max(partBytes, least);
  return Array.from({ length: Math.ceil(sizeBytes / step) }, (_, i) => ({
    ...{ number: i + 1, start: i * step, end: Math.min((i + 1) * step, sizeBytes) },
  }));
}

function orderOf({ Initiated: at, UploadId: id }: MultipartUpload): string {
  return `${at?.toISOString() ?? ''} ${id ?? ''}`;
}

/** Uploads in parts. Their state is the store's own, so that any process goes on with them. */
export class S3Parts {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    private readonly partBytes: number,
    /** Whether the store completes an upload on the condition that nothing has its name yet. */
    private readonly canBeConditional: boolean,
  ) {}

  /** The upload of a key that is under way. */
  async find(key: string): Promise<string | undefined> {
    const { Uploads: uploads = [] } = await this.client.send(
      new ListMultipartUploadsCommand({ Bucket: this.bucket, Prefix: key }),
    );
    // Of several that began at the same time, all go on with the oldest.
    const [oldest] = uploads
      .filter((upload) => upload.Key === key)
      .sort((a, b) => orderOf(a).localeCompare(orderOf(b)));
    return oldest?.UploadId;
  }

  async begin(key: string): Promise<string> {
    await this.client.send(new CreateMultipartUploadCommand({ Bucket: this.bucket, Key: key }));
    return (await this.find(key))!;
  }

  /** Parts that have not arrived whole. */
  async missing(key: string, uploadId: string, sizeBytes: number): Promise<PartRange[]> {
    const arrived = await this.arrived(key, uploadId);
    return rangesOf(sizeBytes, this.partBytes).filter(
      ({ number, start, end }) => arrived.get(number)?.sizeBytes !== end - start,
    );
  }

  /**
   * Puts the parts together, if there are any.
   * @throws {UploadIncompleteError}
   */
  async finish(key: string, object: StoredObject, attempts = FINISH_ATTEMPTS): Promise<void> {
    const { sha256, sizeBytes } = object;
    const uploadId = await this.find(key);
    if (uploadId === undefined) return;
    const missing = await this.missing(key, uploadId, sizeBytes);
    const ranges = rangesOf(sizeBytes, this.partBytes);
    if (missing.length === ranges.length) return;
    if (missing.length > 0) {
      const numbers = missing.map(({ number }) => number);
      throw new UploadIncompleteError(sha256, numbers);
    }
    const arrived = await this.arrived(key, uploadId);
    const parts = ranges.map(({ number }) => ({ PartNumber: number, ETag: arrived.get(number)?.etag }));
    try {
      await this.complete(key, uploadId, parts);
    } catch (error) {
      const { name } = error as Error;
      // Another did it meanwhile.
      if (name === 'NoSuchUpload' || name === 'NoSuchKey') return;
      // Or is about to: VersityGW takes the parts away one by one. Or a part was sent again.
      if (name !== 'InvalidPart' || attempts === 1) throw error;
      await this.finish(key, object, attempts - 1);
    }
  }

  /**
   * Copies within the store what is too large for one copy, if nothing has the name yet. Where the store knows no such condition, the
   * name is given anew: to the same bytes, since it is that of their content.
   */
  async copy(
    key: string,
    source: { readonly CopySource: string; readonly CopySourceIfMatch: string | undefined },
    sizeBytes: number,
    copyBytes: number,
  ): Promise<void> {
    const at = { Bucket: this.bucket, Key: key };
    const { UploadId: uploadId } = await this.client.send(new CreateMultipartUploadCommand(at));
    try {
      const limit = pLimit(COPIES_AT_ONCE);
      const copyPart = async ({ number, start, end }: PartRange): Promise<CompletedPart> => {
        const part = { ...at, ...source, UploadId: uploadId, PartNumber: number };
        const range = `bytes=${start}-${end - 1}`;
        const { CopyPartResult: copied } = await this.client.send(
          new UploadPartCopyCommand({ ...part, CopySourceRange: range }),
        );
        return { PartNumber: number, ETag: copied?.ETag };
      };
      const parts = await Promise.all(
        rangesOf(sizeBytes, copyBytes).map((range) => limit(() => copyPart(range))),
      );
      await this.complete(key, uploadId!, parts, this.canBeConditional ? '*' : undefined);
    } catch (error) {
      await this.abort(key, uploadId!);
      if (statusOf(error) !== 412) throw error;
    }
  }

  /** Gives up uploads that began before an instant, as far as the store lists them: MinIO does not, and gives up old ones itself. @returns how many */
  async abortBefore(prefix: string, before: Date): Promise<number> {
    const { Uploads: uploads = [] } = await this.client.send(
      new ListMultipartUploadsCommand({ Bucket: this.bucket, Prefix: prefix }),
    );
    const old = uploads.filter(({ Initiated: at }) => at !== undefined && at < before);
    for (const { Key: key, UploadId: uploadId } of old) await this.abort(key!, uploadId!);
    return old.length;
  }

  private async arrived(
    key: string,
    uploadId: string,
  ): Promise<Map<number, { readonly sizeBytes: number; readonly etag: string | undefined }>> {
    const arrived = new Map<number, { sizeBytes: number; etag: string | undefined }>();
    const upload = { Bucket: this.bucket, Key: key, UploadId: uploadId };
    // Not the SDK's paginator: it takes a marker "0" for another page.
    for (let marker: string | undefined, more = true; more;) {
      const page = await this.client.send(new ListPartsCommand({ ...upload, PartNumberMarker: marker }));
      for (const { PartNumber: number, Size: sizeBytes = 0, ETag: etag } of page.Parts ?? [])
        arrived.set(number!, { sizeBytes, etag });
      ({ NextPartNumberMarker: marker, IsTruncated: more = false } = page);
    }
    return arrived;
  }

  private async complete(
    key: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    ifNoneMatch?: '*',
  ): Promise<void> {
    await this.client.send(
      new CompleteMultipartUploadCommand({
        ...{ Bucket: this.bucket, Key: key, UploadId: uploadId, IfNoneMatch: ifNoneMatch },
        MultipartUpload: { Parts: [...parts] },
      }),
    );
  }

  private async abort(key: string, uploadId: string): Promise<void> {
    await this.client.send(
      new AbortMultipartUploadCommand({ Bucket: this.bucket, Key: key, UploadId: uploadId }),
    );
  }
}
