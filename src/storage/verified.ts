import { createHash } from 'node:crypto';
import { pipeline, Transform, type Readable } from 'node:stream';

import { InvalidInputError } from '../platform/errors/index.js';
import { CorruptObjectError, ObjectTooLargeError } from './errors.js';
import type { ByteRange, ObjectStore, StoredObject } from './object-store.js';
import { parseSha256, type Sha256 } from './sha256.js';

/** Bytes that may wait in between, so that reader and source do not wait for each other at each chunk. */
const GATE_BYTES = 1024 ** 2;

/**
 * The same bytes, hashed as they pass. The last chunk is held back until the whole is verified: a reader that was
 * told the length (an HTTP client) must not count a damaged object as complete. Destroying the result destroys
 * `source`.
 */
export function verified(source: Readable, object: StoredObject): Readable {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let held: Uint8Array | undefined;
  const gate = new Transform({
    highWaterMark: GATE_BYTES,
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
      const previous = held;
      held = chunk;
      done(null, previous);
    },
    flush(done) {
      if (sizeBytes !== object.sizeBytes) {
        const reason = `${sizeBytes} bytes came where ${object.sizeBytes} were to come`;
        done(new CorruptObjectError(object.sha256, reason));
        return;
      }
      const found = hash.digest('hex');
      if (found !== object.sha256) {
        done(new CorruptObjectError(object.sha256, `its bytes have the digest ${found}`));
        return;
      }
      done(null, held);
    },
  });
  // The callback only marks errors as seen; `gate` carries them to the reader.
  pipeline(source, gate, () => undefined);
  return gate;
}

/**
 * The same bytes, for a reader that was told the length by somebody else than the store: fewer or more of them are an error, so that
 * a client does not wait for what never comes. Destroying the result destroys `source`.
 */
export function ofLength(source: Readable, sha256: Sha256, sizeBytes: number): Readable {
  let passed = 0;
  const wrongLength = (): CorruptObjectError =>
    new CorruptObjectError(sha256, `it has not the ${sizeBytes} bytes that were asked of it`);
  const gate = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      passed += chunk.byteLength;
      if (passed > sizeBytes) done(wrongLength());
      else done(null, chunk);
    },
    flush(done) {
      done(passed === sizeBytes ? null : wrongLength());
    },
  });
  pipeline(source, gate, () => undefined);
  return gate;
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
