import { createHash } from 'node:crypto';
import { finished, Readable } from 'node:stream';
import { InvalidInputError } from '../platform/errors/index.js';
import { CorruptObjectError, ObjectTooLargeError } from './errors.js';
import type { ByteRange, ObjectStore, StoredObject } from './object-store.js';
import { parseSha256, type Sha256 } from './sha256.js';

/** Bytes that may wait in between, so that reader and source do not wait for each other at each chunk. */
const GATE_BYTES = 1024 ** 2;

/** What is asked of bytes on their way. Both throw when the bytes are wrong. */
interface Check {
  pass(chunk: Uint8Array): void;
  end(): void;
}

/**
 * The same bytes, hashed as they pass. The last chunk is held back until the whole is verified: a reader that was
 * told the length (an HTTP client) must not count a damaged object as complete. Destroying the result destroys
 * `source`.
 */
export function verified(source: Readable, object: StoredObject): Readable {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  return new Gate(source, {
    pass(chunk) {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
    },
    end() {
      if (sizeBytes !== object.sizeBytes) {
        const reason = `${sizeBytes} bytes came where ${object.sizeBytes} were to come`;
        throw new CorruptObjectError(object.sha256, reason);
      }
      const found = hash.digest('hex');
      if (found !== object.sha256)
        throw new CorruptObjectError(object.sha256, `its bytes have the digest ${found}`);
    },
  });
}

/**
 * The same bytes, for a reader that was told the length by somebody else than the store: fewer or more of them are an error, so that
 * a client does not wait for what never comes. Destroying the result destroys `source`.
 */
export function ofLength(source: Readable, sha256: Sha256, sizeBytes: number): Readable {
  let passed = 0;
  const wrongLength = (): CorruptObjectError =>
    new CorruptObjectError(sha256, `it has not the ${sizeBytes} bytes that were asked of it`);
  return new Gate(source, {
    pass(chunk) {
      passed += chunk.byteLength;
      if (passed > sizeBytes) throw wrongLength();
    },
    end() {
      if (passed !== sizeBytes) throw wrongLength();
    },
  });
}

/**
 * Passes chunks on as they come, the last one after the check of the whole. Of large objects each chunk costs, so this does without
 * the queue of its own that a Transform has for what it takes in.
 */
class Gate extends Readable {
  private held: Uint8Array | undefined;

  constructor(
    private readonly source: Readable,
    private readonly check: Check,
  ) {
    super({ highWaterMark: GATE_BYTES });
    source.on('data', (chunk: Uint8Array) => this.admit(chunk));
    source.pause();
    finished(source, { writable: false }, (error) => this.finish(error));
  }

  override _read(): void {
    this.source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.source.destroy();
    done(error);
  }

  private admit(chunk: Uint8Array): void {
    if (this.destroyed) return;
    try {
      this.check.pass(chunk);
    } catch (error) {
      this.destroy(error as Error);
      return;
    }
    const ready = this.held;
    this.held = chunk;
    if (ready !== undefined && !this.push(ready)) this.source.pause();
  }

  private finish(error?: Error | null): void {
    if (this.destroyed) return;
    try {
      if (error) throw error;
      this.check.end();
    } catch (failure) {
      this.destroy(failure as Error);
      return;
    }
    if (this.held !== undefined) this.push(this.held);
    this.push(null);
  }
}

/** {@link ObjectStore.read} on top of a driver's `stat` and `open`. */
export async function readVerified(
  store: Pick<ObjectStore, 'open'>,
  object: StoredObject,
  maxBytes: number,
): Promise<Buffer> {
  if (object.sizeBytes > maxBytes) throw new ObjectTooLargeError(maxBytes);
  const chunks: Uint8Array[] = [];
  for await (const chunk of await store.open(object.sha256)) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/**
 * @returns the range with both ends, cut to the object
 * @throws {InvalidInputError}
 */
export function clampRange(range: ByteRange, sizeBytes: number): Required<ByteRange> {
  const { start, end = sizeBytes } = range;
  if (!Number.isSafeInteger(start) || start < 0 || start > sizeBytes) {
    throw new InvalidInputError(
      'range.start',
      `must be an integer from 0 to the size ${sizeBytes}, got ${start}`,
    );
  }
  if (!Number.isSafeInteger(end) || end < start) {
    throw new InvalidInputError('range.end', `must be an integer not below the start ${start}, got ${end}`);
  }
  return { start, end: Math.min(end, sizeBytes) };
}

/** An object that ends before the part that was asked for. */
export function shortOf(sha256: Sha256, start: number, wanted: number, found: number): CorruptObjectError {
  return new CorruptObjectError(sha256, `${found} bytes came for the ${wanted} from ${start} on`);
}

/** Where an object lies under a root: 256 folders, so that none of them gets too long to list. */
export function objectKey(sha256: Sha256): string {
  // Checked once more although the type promises it: a forged name would leave the root.
  const name = parseSha256(sha256);
  return `objects/${name.slice(0, 2)}/${name.slice(2)}`;
}
