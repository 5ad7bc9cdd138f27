import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { PassThrough, Readable, type Writable } from 'node:stream';

import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

import { InvalidInputError } from '../../../platform/errors/index.js';
import type { DirectTransfers } from '../../direct-transfers.js';
import { CorruptObjectError, ObjectNotFoundError, StoreUnavailableError } from '../../errors.js';
import { assertFit } from '../../fitness.js';
import type {
  ByteRange,
  ExpectedObject,
  ObjectBody,
  ObjectStore,
  StoreCapabilities,
  StoredObject,
} from '../../object-store.js';
import type { KeptDocuments } from '../../kept/kept-documents.js';
import { S3Documents } from '../../kept/s3-documents.js';
import { measured } from '../../measured.js';
import { isSha256, type Sha256 } from '../../sha256.js';
import { clampRange, objectKey, readVerified, shortOf, verified } from '../../verified.js';
import { ReadingHandler } from './reading-handler.js';
import { S3DirectTransfers } from './s3-direct-transfers.js';
import { isMissing, isPassing, s3Error, statusOf } from './s3-errors.js';
import { probeBucket } from './s3-probe.js';
import { spool, type Spooled } from './spool.js';
import { traceS3 } from './trace-s3.js';

/** Where the objects are. Credentials come from the AWS SDK's own sources (its environment variables first). */
export interface S3Options {
  readonly bucket: string;
  /** Base URL of an S3-compatible store, addressed with the bucket in the path; without it AWS itself is meant. */
  readonly endpoint?: string;
  /** Default `us-east-1`, which stores without regions take. */
  readonly region?: string;
  /** What all keys start with: empty, or ending in `/`. Default empty. */
  readonly prefix?: string;
  /** A local directory for bodies on their way, which needs room for those under way at once. */
  readonly spoolDirectory: string;
  /** How clients reach the store, if at all. */
  readonly direct?: {
    /** Base URL, where it is another one for them. */
    readonly endpoint?: string;
    readonly expiresInSeconds: number;
    /** Objects of more bytes are sent in parts. Default 64 MiB, at least 5 MiB. */
    readonly partBytes?: number;
    /** Objects of more bytes are copied in parts. Default 5 GiB, the most that S3 copies at once. */
    readonly copyBytes?: number;
  };
}

/** The most that S3 takes in one PUT. */
const MAX_OBJECT_BYTES = 5 * 1024 ** 3;
const PART_BYTES = 64 * 1024 ** 2;
const PUT_ATTEMPTS = 3;
/** A larger body whose digest is announced is sent as it comes, and not by way of a file. */
const STREAMED_BYTES = 256 * 1024;
const SINK_BYTES = 1024 ** 2;
const CONNECT_MS = 3_000;
/** A store that says nothing for so long is away. It may hash gigabytes before it answers. */
const SILENCE_MS = 20_000;
const RETRY_DELAY_MS = 100;
const ignore = (): void => undefined;
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * Objects in a bucket, as `PREFIX objects/ab/cdef…`. What a store says of checksums is not relied on: names are
 * computed here before sending, and whole reads are verified here.
 */
export class S3ObjectStore implements ObjectStore {
  private readonly client: S3Client;
  private readonly outside: S3Client;
  private readonly prefix: string;
  private readonly location: string;
  /** Not where the store does nothing with them: some refuse what they do not know. */
  private sendsChecksums = true;
  direct: DirectTransfers | undefined;

  /** Sends nothing yet, and knows nothing of the bucket: {@link probe} does. @throws {InvalidInputError} a bad prefix */
  constructor(private readonly options: S3Options) {
    const { bucket, endpoint, region = 'us-east-1', prefix = '' } = options;
    if (prefix !== '' && !/^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)+$/.test(prefix)) {
      throw new InvalidInputError(
        'prefix',
        `must be empty or segments of letters, digits and "._-", each ended by "/", got "${prefix}"`,
      );
    }
    this.prefix = prefix;
    this.location = `${endpoint ?? `s3.${region}`}/${bucket}/${prefix}`;
    this.client = clientOf(region, endpoint);
    this.outside = clientOf(region, options.direct?.endpoint ?? endpoint);
    traceS3(this.client);
  }

  put(body: ObjectBody, expected: ExpectedObject = {}): Promise<StoredObject> {
    const { sha256, sizeBytes } = expected;
    const isLarge = sizeBytes !== undefined && sizeBytes > STREAMED_BYTES;
    if (sha256 !== undefined && isLarge && !(body instanceof Uint8Array))
      return this.putStreamed(body, { ...expected, sha256, sizeBytes });
    return spool(this.options.spoolDirectory, body, expected, MAX_OBJECT_BYTES, async (spooled) => {
      await expected.claim?.(spooled.object);
      for (let attempt = 1; ; attempt += 1) {
        try {
          await this.send(spooled);
          return spooled.object;
        } catch (error) {
          if (attempt === PUT_ATTEMPTS || !isPassing(error)) throw s3Error(error, 'put', this.location);
          await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS * 2 ** attempt));
        }
      }
    });
  }

  async open(sha256: Sha256, range?: ByteRange): Promise<Readable> {
    if (range === undefined) {
      const { stream, sizeBytes } = await this.get(sha256);
      return verified(stream, { sha256, sizeBytes });
    }
    const object = await this.stat(sha256);
    if (object === undefined) throw new ObjectNotFoundError(sha256);
    const { start, end } = clampRange(range, object.sizeBytes);
    if (start === end) return Readable.from([], { objectMode: false });
    const { stream, sizeBytes } = await this.get(sha256, `bytes=${start}-${end - 1}`);
    if (sizeBytes === end - start) return stream;
    stream.destroy();
    throw shortOf(sha256, start, end - start, sizeBytes);
  }

  async read(sha256: Sha256, maxBytes: number): Promise<Buffer> {
    const object = await this.stat(sha256);
    if (object === undefined) throw new ObjectNotFoundError(sha256);
    return readVerified(this, object, maxBytes);
  }

  async readParts(
    sha256: Sha256,
    ranges: readonly Required<ByteRange>[],
    take: (at: number, part: Buffer) => void,
  ): Promise<void> {
    await Promise.all(ranges.map(async (range, at) => take(at, await this.readPart(sha256, range))));
  }

  async stat(sha256: Sha256): Promise<StoredObject | undefined> {
    try {
      const command = new HeadObjectCommand({ Bucket: this.options.bucket, Key: this.key(sha256) });
      const { ContentLength: sizeBytes = 0 } = await this.client.send(command);
      return { sha256, sizeBytes };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw s3Error(error, 'stat', this.location);
    }
  }

  async delete(sha256: Sha256): Promise<void> {
    try {
      await this.client.send(new DeleteObjectCommand({ Bucket: this.options.bucket, Key: this.key(sha256) }));
    } catch (error) {
      if (!isMissing(error)) throw s3Error(error, 'delete', this.location);
    }
  }

  async *list(after?: Sha256): AsyncIterable<StoredObject> {
    const folder = `${this.prefix}objects/`;
    let from = after === undefined ? undefined : this.key(after);
    for (;;) {
      const command = new ListObjectsV2Command({
        Bucket: this.options.bucket,
        Prefix: folder,
        StartAfter: from,
      });
      const page = await this.client.send(command).catch((error: unknown) => {
        throw s3Error(error, 'list', this.location);
      });
      for (const { Key: key = '', Size: sizeBytes = 0 } of page.Contents ?? []) {
        const sha256 = key.slice(folder.length).replace('/', '');
        if (isSha256(sha256)) yield { sha256, sizeBytes };
        from = key;
      }
      if (page.IsTruncated !== true) return;
    }
  }

  async check(): Promise<Record<string, never>> {
    try {
      const folder = { Bucket: this.options.bucket, Prefix: `${this.prefix}objects/`, MaxKeys: 1 };
      await this.client.send(new ListObjectsV2Command(folder));
      return {};
    } catch (error) {
      throw s3Error(error, 'check', this.location);
    }
  }

  async probe(): Promise<StoreCapabilities> {
    try {
      const abilities = await probeBucket(this.client, this.options.bucket, this.prefix);
      const { direct } = this.options;
      this.sendsChecksums = abilities.checksums;
      // Bytes that the store itself does not check could be put there to fill it.
      const directTransfers = direct !== undefined && abilities.checksums;
      const seen = { driver: 's3', location: this.location, ...abilities, directTransfers } as const;
      assertFit(seen);
      if (directTransfers) {
        this.direct = new S3DirectTransfers(this.client, this.outside, {
          ...{ bucket: this.options.bucket, prefix: this.prefix, location: this.location },
          ...{ partBytes: direct.partBytes ?? PART_BYTES, copyBytes: direct.copyBytes ?? MAX_OBJECT_BYTES },
          ...{
            conditionalMultipart: abilities.conditionalMultipart,
            expiresInSeconds: direct.expiresInSeconds,
          },
        });
      }
      return seen;
    } catch (error) {
      throw s3Error(error, 'probe', this.location);
    }
  }

  /** Documents in the same bucket, below the same prefix. */
  documents(): KeptDocuments {
    const { bucket } = this.options;
    return new S3Documents(this.client, { bucket, prefix: this.prefix, location: this.location });
  }

  /** Ends the connections that are kept open. */
  close(): void {
    this.client.destroy();
    this.outside.destroy();
  }

  /**
   * Sends a body whose name is announced as it comes. Its last chunk is held back until the whole is verified, so that the store never
   * has all bytes of a wrong one. There is one try: the bytes are gone with it.
   */
  private async putStreamed(
    body: AsyncIterable<Uint8Array>,
    expected: ExpectedObject & StoredObject,
  ): Promise<StoredObject> {
    const { chunks, verify } = measured(body, expected, MAX_OBJECT_BYTES);
    // A store that has it may refuse before it has read all, and end the connection.
    if ((await this.stat(expected.sha256)) !== undefined) {
      for await (const chunk of chunks) void chunk;
      const object = verify();
      await expected.claim?.(object);
      if ((await this.stat(object.sha256)) === undefined)
        throw new StoreUnavailableError('s3', 'put', 'it was removed meanwhile');
      await this.expectSame(object);
      return object;
    }
    const sink = new PassThrough({ highWaterMark: SINK_BYTES });
    const abort = new AbortController();
    let failure: unknown;
    const sent = this.send({ object: expected, content: sink }, abort.signal).catch((error: unknown) => {
      failure = error;
      sink.destroy();
    });
    try {
      let held: Uint8Array | undefined;
      for await (const chunk of chunks) {
        if (failure !== undefined) break;
        if (held !== undefined) await writeTo(sink, held);
        held = chunk;
      }
      if (failure === undefined) {
        const object = verify();
        // The object gets its name with its last bytes.
        await expected.claim?.(object);
        if (held !== undefined) await writeTo(sink, held);
        sink.end();
        await sent;
        if (failure === undefined) return object;
      }
      throw s3Error(failure, 'put', this.location);
    } catch (error) {
      abort.abort();
      sink.destroy();
      await sent;
      throw error;
    }
  }

  /** One try to store a body under its name, if nothing is there yet. */
  private async send(
    { object, content }: Spooled | { readonly object: StoredObject; readonly content: Readable },
    abortSignal?: AbortSignal,
  ): Promise<void> {
    const body =
      content instanceof Uint8Array || content instanceof Readable ? content : createReadStream(content.file);
    try {
      await this.client.send(
        new PutObjectCommand({
          Bucket: this.options.bucket,
          Key: this.key(object.sha256),
          Body: body,
          ContentLength: object.sizeBytes,
          ...(this.sendsChecksums && {
            ChecksumSHA256: Buffer.from(object.sha256, 'hex').toString('base64'),
          }),
          // Some stores lock the name of a conditional write while its body comes, which may be long. The bytes are the same in any case.
          ...(!(content instanceof Readable) && { IfNoneMatch: '*' }),
        }),
        { abortSignal },
      );
    } catch (error) {
      if (statusOf(error) !== 412) throw error;
      await this.expectSame(object);
    } finally {
      if (body instanceof Readable) body.destroy();
    }
  }

  /** Something has the name already. Its bytes are verified when they are read; its size can be now. */
  private async expectSame(object: StoredObject): Promise<void> {
    const there = await this.stat(object.sha256);
    if (there !== undefined && there.sizeBytes !== object.sizeBytes) {
      throw new CorruptObjectError(
        object.sha256,
        `it has ${there.sizeBytes} bytes instead of ${object.sizeBytes}`,
      );
    }
  }

  private async readPart(sha256: Sha256, { start, end }: Required<ByteRange>): Promise<Buffer> {
    if (start === end) return Buffer.alloc(0);
    const { stream } = await this.get(sha256, `bytes=${start}-${end - 1}`).catch((error: unknown) => {
      throw statusOf(error instanceof Error ? error.cause : undefined) === 416
        ? shortOf(sha256, start, end - start, 0)
        : error;
    });
    const part = Buffer.allocUnsafeSlow(end - start);
    let length = 0;
    try {
      for await (const chunk of stream) {
        const bytes = chunk as Uint8Array;
        if (length + bytes.length <= part.length) part.set(bytes, length);
        length += bytes.length;
      }
    } catch (error) {
      throw s3Error(error, 'open', this.location, sha256);
    }
    // A store that ignores ranges sends more.
    if (length !== part.length) throw shortOf(sha256, start, part.length, length);
    return part;
  }

  private async get(sha256: Sha256, range?: string): Promise<{ stream: Readable; sizeBytes: number }> {
    try {
      const command = new GetObjectCommand({
        Bucket: this.options.bucket,
        Key: this.key(sha256),
        Range: range,
      });
      const { Body: stream, ContentLength: sizeBytes = 0 } = await this.client.send(command);
      return { stream: stream as Readable, sizeBytes };
    } catch (error) {
      throw s3Error(error, 'open', this.location, sha256);
    }
  }

  private key(sha256: Sha256): string {
    return this.prefix + objectKey(sha256);
  }
}

/** Waits until there is room again. What is destroyed takes nothing any more. */
async function writeTo(sink: Writable, chunk: Uint8Array): Promise<void> {
  if (sink.destroyed || sink.write(chunk)) return;
  const done = new AbortController();
  const { signal } = done;
  await Promise.race([once(sink, 'drain', { signal }), once(sink, 'close', { signal })]).catch(ignore);
  done.abort();
}

function clientOf(region: string, endpoint: string | undefined): S3Client {
  const client = new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    // The SDK warns on the console of streams it cannot send again; `put` does that.
    logger: SILENT,
    // The SDK's own checksums are trailers that older stores store as content.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const { config } = client;
  config.requestHandler = new ReadingHandler(config.requestHandler, {
    ...{ connectMs: CONNECT_MS, silenceMs: SILENCE_MS },
  });
  return client;
}
