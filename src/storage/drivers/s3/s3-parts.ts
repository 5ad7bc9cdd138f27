import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type MultipartUpload,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import pLimit from 'p-limit';

import { UploadIncompleteError } from '../../errors.js';
import type { StoredObject } from '../../object-store.js';
import { isMissing, statusOf } from './s3-errors.js';

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

interface ArrivedPart {
  readonly sizeBytes: number;
  readonly etag: string | undefined;
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
    return this.missingOf(await this.arrived(key, uploadId), sizeBytes);
  }

  /**
   * Puts the parts together, if there are any. Another may do it at the same time, and its parts may go one by one (VersityGW): parts
   * that are missing are so only when nothing is at the key either.
   * @throws {UploadIncompleteError}
   */
  async finish(key: string, object: StoredObject, attempts = FINISH_ATTEMPTS): Promise<void> {
    const { sha256, sizeBytes } = object;
    const uploadId = await this.find(key);
    if (uploadId === undefined) return;
    const arrived = await this.arrived(key, uploadId);
    const missing = this.missingOf(arrived, sizeBytes);
    if (arrived.size === 0 || (missing.length > 0 && (await this.isThere(key)))) return;
    try {
      if (missing.length > 0) {
        const numbers = missing.map(({ number }) => number);
        throw new UploadIncompleteError(sha256, numbers);
      }
      const parts = rangesOf(sizeBytes, this.partBytes).map(({ number }) => ({
        ...{ PartNumber: number, ETag: arrived.get(number)?.etag },
      }));
      await this.complete(key, uploadId, parts);
    } catch (error) {
      const { name } = error as Error;
      // Another did it meanwhile.
      if (name === 'NoSuchUpload' || name === 'NoSuchKey') return;
      // Or is about to, or has, and took away what it made. Or a part was sent again.
      const mayPass = name === 'InvalidPart' || error instanceof UploadIncompleteError;
      if (!mayPass || attempts === 1) throw error;
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
    const listed = { Bucket: this.bucket, Prefix: prefix };
    let count = 0;
    for (let marker = {}, more = true; more;) {
      const page = await this.client.send(new ListMultipartUploadsCommand({ ...listed, ...marker }));
      const { Uploads: uploads = [], NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
      const old = uploads.filter(({ Initiated: at }) => at !== undefined && at < before);
      for (const { Key: key, UploadId: uploadId } of old) await this.abort(key!, uploadId!);
      count += old.length;
      marker = { KeyMarker, UploadIdMarker };
      more = page.IsTruncated === true && KeyMarker !== undefined;
    }
    return count;
  }

  private missingOf(arrived: ReadonlyMap<number, ArrivedPart>, sizeBytes: number): PartRange[] {
    return rangesOf(sizeBytes, this.partBytes).filter(
      ({ number, start, end }) => arrived.get(number)?.sizeBytes !== end - start,
    );
  }

  private async isThere(key: string): Promise<boolean> {
    try {
      await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  private async arrived(key: string, uploadId: string): Promise<Map<number, ArrivedPart>> {
    const arrived = new Map<number, ArrivedPart>();
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
