import { GetObjectCommand, paginateListObjectsV2, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { type ContentReader, profileContent } from '../../../catalog/index.js';
import type { CatalogConnector, ExternalColumn, ExternalTable } from '../catalog-connector.js';
import { SourceUnavailableError } from '../errors.js';
import { type FileGroup, FileGroups, type ListedFile } from './file-groups.js';

/** Where files are. */
export interface S3Source {
  readonly bucket: string;
  /** What keys start with: empty, or ending in `/`. */
  readonly prefix: string;
  readonly endpoint?: string;
  readonly region: string;
  /** Without them the AWS SDK's own sources are asked. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Text formats tell their columns by so much of the newest file. */
const SAMPLE_BYTES = 1024 * 1024;
const MAX_FILES = 5_000_000;
const MAX_TABLES = 100_000;

/** Folders of Parquet, CSV or JSON files under a prefix, each as a table. Columns are those of the file that was written last. */
export class S3Connector implements CatalogConnector {
  private readonly client: S3Client;
  private readonly location: string;

  constructor(private readonly source: S3Source) {
    const { endpoint, region, credentials } = source;
    this.location = `s3://${source.bucket}`;
    this.client = new S3Client({
      region,
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      ...(credentials && { credentials }),
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: 3,
    });
  }

  async *tables(signal: AbortSignal): AsyncIterable<ExternalTable> {
    for (const group of (await this.list(signal)).all()) {
      signal.throwIfAborted();
      yield await this.tableOf(group, signal);
    }
  }

  async close(): Promise<void> {
    this.client.destroy();
  }

  private async list(signal: AbortSignal): Promise<FileGroups> {
    const { bucket, prefix } = this.source;
    const groups = new FileGroups(prefix);
    let files = 0;
    await this.told(async () => {
      const request = { Bucket: bucket, Prefix: prefix };
      for await (const page of paginateListObjectsV2({ client: this.client }, request)) {
        signal.throwIfAborted();
        for (const { Key: key, Size = 0, ETag = '', LastModified = new Date(0) } of page.Contents ?? []) {
          if (key === undefined) continue;
          groups.add({ key, sizeBytes: Size, etag: ETag, modifiedAt: LastModified });
          files += 1;
        }
        if (files > MAX_FILES || groups.size > MAX_TABLES) {
          const limit = `${MAX_FILES} files or ${MAX_TABLES} tables; connect to narrower prefixes`;
          throw new SourceUnavailableError(this.location, `it has more than ${limit}`);
        }
      }
    });
    return groups;
  }

  private async tableOf(group: FileGroup, signal: AbortSignal): Promise<ExternalTable> {
    const { name, newest, files, sizeBytes, contentVersion, partitions } = group;
    const identity = { identityNamespace: this.location, identityName: name };
    const found = await this.profileOf(newest, signal);
    if (found === 'changed') return { ...identity, columns: [], statistics: {}, isUnread: true };
    const columns = (found?.columns ?? []).map((column): ExternalColumn => ({
      name: column.name,
      type: column.type,
      nullable: column.nullable,
    }));
    const known = new Set(columns.map((column) => column.name));
    const rowCount = files === 1 ? found?.rowCount : undefined;
    return {
      ...{ ...identity, contentVersion },
      columns: [
        ...columns,
        ...partitions
          .filter((partition) => !known.has(partition))
          .map((partition) => ({ name: partition, type: 'string', nullable: false })),
      ],
      statistics: { ...(rowCount !== undefined && { rowCount }), sizeBytes, files },
      ...(found !== undefined && found.problems.length > 0 && { problems: found.problems }),
    };
  }

  /** @returns `changed` when the file is not the one that was listed */
  private async profileOf(file: ListedFile, signal: AbortSignal) {
    try {
      return await profileContent(this.readerOf(file, signal), { path: file.key }, SAMPLE_BYTES);
    } catch (error) {
      const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
      if (status === 404 || status === 412) return 'changed' as const;
      return this.told(() => Promise.reject(error as Error));
    }
  }

  private readerOf({ key, sizeBytes, etag }: ListedFile, signal: AbortSignal): ContentReader {
    return {
      sizeBytes,
      read: async (start, end) => {
        if (start === end) return new Uint8Array();
        const { Body } = await this.client.send(
          new GetObjectCommand({
            ...{ Bucket: this.source.bucket, Key: key, Range: `bytes=${start}-${end - 1}` },
            // Two reads of one file are of the same bytes.
            ...(etag !== '' && { IfMatch: etag }),
          }),
          { abortSignal: signal },
        );
        return Body!.transformToByteArray();
      },
    };
  }

  private async told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SourceUnavailableError) throw error;
      // The SDK's messages can hold the request; its names do not.
      const code = /\bE[A-Z]{4,}\b/.exec(String(error))?.[0] ?? (error as Error).name;
      throw new SourceUnavailableError(this.location, code, { cause: error });
    }
  }
}
