import { createHash } from 'node:crypto';
import { pipeline, Readable, Transform } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ByteRange } from '../object-store.js';
import { clampRange } from '../verified.js';
import { isMissing, statusOf } from '../drivers/s3/s3-errors.js';
import {
  type ForeignObject,
  ImportedObjectChangedError,
  type ImportSource,
  ImportSourceError,
} from './import-source.js';

/** Where the objects are. Credentials are the given ones, or the AWS SDK's own sources. */
export interface S3SourceOptions {
  readonly bucket: string;
  readonly prefix: string;
  readonly endpoint?: string;
  readonly region: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const MD5 = /^[0-9a-f]{32}$/;

/** A prefix of a bucket. Every read says which ETag it wants; whole reads of objects whose ETag is their MD5 are hashed besides. */
export class S3Source implements ImportSource {
  private readonly client: S3Client;

  constructor(
    readonly name: string,
    readonly namespace: string,
    private readonly options: S3SourceOptions,
  ) {
    const { endpoint, region, credentials } = options;
    this.client = new S3Client({
      ...{ region, maxAttempts: 3, responseChecksumValidation: 'WHEN_REQUIRED' },
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      ...(credentials !== undefined && { credentials }),
    });
  }

  async *list(prefix: string): AsyncGenerator<readonly ForeignObject[]> {
    const { bucket, prefix: root } = this.options;
    for (let token: string | undefined, more = true; more;) {
      const command = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: root + prefix,
        ContinuationToken: token,
      });
      const page = await this.client.send(command).catch((error: Error) => {
        throw this.unreadable(error);
      });
      yield (page.Contents ?? []).map(({ Key: key = '', Size: sizeBytes = 0, ETag: etag = '' }) => ({
        ...{ key: key.slice(root.length), sizeBytes, etag: bare(etag) },
      }));
      ({ NextContinuationToken: token, IsTruncated: more = false } = page);
    }
  }

  async open(object: ForeignObject, range?: ByteRange): Promise<Readable> {
    const { start, end } = clampRange(range ?? { start: 0 }, object.sizeBytes);
    if (range !== undefined && start === end) return Readable.from([], { objectMode: false });
    const found = await this.get(object, range === undefined ? undefined : `bytes=${start}-${end - 1}`);
    const body = found.Body as Readable;
    const expected = range === undefined ? object.sizeBytes : end - start;
    if (found.ContentLength !== expected) {
      body.destroy();
      throw this.changed(object, `${found.ContentLength ?? 'no'} bytes came instead of ${expected}`);
    }
    return range === undefined && isMd5(object, found) ? this.hashed(body, object) : body;
  }

  private async get(
    { key, ...object }: ForeignObject,
    range: string | undefined,
  ): Promise<GetObjectCommandOutput> {
    const { bucket, prefix } = this.options;
    try {
      return await this.client.send(
        new GetObjectCommand({
          Bucket: bucket,
          Key: prefix + key,
          IfMatch: `"${object.etag}"`,
          Range: range,
        }),
      );
    } catch (error) {
      if (statusOf(error) === 412) throw this.changed({ key, ...object }, 'it has another ETag');
      if (isMissing(error)) throw this.changed({ key, ...object }, 'it is gone');
      throw this.unreadable(error as Error);
    }
  }

  private hashed(body: Readable, object: ForeignObject): Readable {
    const hash = createHash('md5');
    const check = new Transform({
      transform: (chunk: Buffer, _, done) => {
        hash.update(chunk);
        done(null, chunk);
      },
      flush: (done) =>
        hash.digest('hex') === object.etag
          ? done()
          : done(this.changed(object, 'its bytes have another MD5')),
    });
    return pipeline(body, check, () => undefined);
  }

  private changed({ key }: ForeignObject, reason: string): ImportedObjectChangedError {
    return new ImportedObjectChangedError(this.name, key, reason);
  }

  private unreadable(error: Error): ImportSourceError {
    return new ImportSourceError(this.name, error.name, { cause: error });
  }
}

const bare = (etag: string): string => etag.replace(/^"|"$/g, '');

/** The ETag of what was put at once is its MD5, unless keys of a key service encrypt it. */
function isMd5({ etag }: ForeignObject, found: GetObjectCommandOutput): boolean {
  const isOtherwise =
    found.SSECustomerAlgorithm !== undefined || found.ServerSideEncryption?.startsWith('aws:kms') === true;
  return MD5.test(etag) && !isOtherwise;
}
