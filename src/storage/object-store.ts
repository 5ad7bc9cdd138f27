import type { Readable } from 'node:stream';

import type { DirectTransfers } from './direct-transfers.js';
import type { Sha256 } from './sha256.js';

/** An object that is in the store, safe on its medium. */
export interface StoredObject {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
}

/** What the sender says about the bytes; each given part is checked before anything is stored. */
export interface ExpectedObject {
  readonly sha256?: Sha256;
  readonly sizeBytes?: number;
  /** The most bytes to accept; without it the driver's own limit counts. */
  readonly maxBytes?: number;
  /**
   * Called when the bytes are known and right, before they get their name; they get none when it throws. Bytes that are there already
   * are announced too.
   */
  readonly claim?: (object: StoredObject) => Promise<void>;
}

/** A half-open part of an object, `[start, end)` in bytes. `end` beyond the object means its end. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

/** What this store, as it is configured now, was seen to do when it was tried. Shown on the health page. */
export interface StoreCapabilities {
  readonly driver: 'local' | 's3';
  /** Where the objects are, without credentials: a directory, or endpoint, bucket and prefix. */
  readonly location: string;
  /** What was written can be read, listed and removed at once. */
  readonly readAfterWrite: boolean;
  /** Two writers of one name cannot overwrite each other. */
  readonly conditionalPut: boolean;
  /** The same of an upload in parts, when it is completed. */
  readonly conditionalMultipart: boolean;
  /** The store itself refuses bytes that do not match their announced SHA-256. Reads are verified in any case. */
  readonly checksums: boolean;
  readonly rangedReads: boolean;
  /** Whether removed objects are kept as older versions; `unknown` where the store does not tell. */
  readonly versioning: 'on' | 'suspended' | 'off' | 'unknown';
  /** Bytes go straight between client and store. */
  readonly directTransfers: boolean;
}

export type ObjectBody = AsyncIterable<Uint8Array> | Uint8Array;

/**
 * Immutable bytes, named by their SHA-256. Every driver passes `describeObjectStore`.
 *
 * Deleting is for garbage collection only: whoever deletes must know that nothing refers to the object and that no
 * put of the same bytes is relied upon meanwhile.
 */
export interface ObjectStore {
  /**
   * Stores the bytes and resolves once they would survive a power cut. Putting what is there already succeeds. The
   * body is always read to its end and hashed, so that knowing a digest is not enough to claim an object. When the
   * body fails or does not match, the store is as it was before.
   * @throws {ChecksumMismatchError} the bytes are not those expected
   * @throws {ObjectTooLargeError} more than `expected.maxBytes`, or than the driver can store as one object
   * @throws {StorageFullError} no room
   */
  put(body: ObjectBody, expected?: ExpectedObject): Promise<StoredObject>;

  /**
   * A whole read is verified while it streams: if the bytes are not those of the name, the stream ends with a
   * {@link CorruptObjectError} in place of its last chunk. A ranged read cannot be verified.
   * Destroy the stream when you stop reading early.
   * @throws {ObjectNotFoundError}
   * @throws {InvalidInputError} the range is not integers with 0 ≤ start ≤ end, or starts after the object's end
   */
  open(sha256: Sha256, range?: ByteRange): Promise<Readable>;

  /**
   * The whole object, verified.
   * @throws {ObjectNotFoundError}
   * @throws {ObjectTooLargeError} the object has more than `maxBytes`; nothing was read
   * @throws {CorruptObjectError}
   */
  read(sha256: Sha256, maxBytes: number): Promise<Buffer>;

  /**
   * Parts of the object, each at the cost of one request, for objects whose parts can be verified by other means. An object that was
   * deleted may be read so for some seconds more.
   * @param ranges with both ends, within the object
   * @param take is given exactly those parts, each by its place among the ranges and in any order, not verified; their memory is used
   *   again once it has returned
   * @throws {ObjectNotFoundError}
   * @throws {CorruptObjectError} the object ends before a part does
   */
  readParts(
    sha256: Sha256,
    ranges: readonly Required<ByteRange>[],
    take: (at: number, part: Buffer) => void,
  ): Promise<void>;

  /** @returns `undefined` when there is no such object */
  stat(sha256: Sha256): Promise<StoredObject | undefined>;

  /** Deleting what is not there succeeds. */
  delete(sha256: Sha256): Promise<void>;

  /**
   * All objects in ascending order of their name; objects put or deleted meanwhile may or may not appear.
   * @param after only names greater than this one, which need not exist
   */
  list(after?: Sha256): AsyncIterable<StoredObject>;

  /**
   * Whether the store answers now, at little cost.
   * @returns bytes that can still be written, where the store tells
   * @throws {StoreUnavailableError} it cannot be reached or written to
   */
  check(): Promise<{ readonly freeBytes?: number }>;

  /**
   * Tries the store, once before it is used, and says what it can do.
   * @throws {StoreUnfitError} naming what it lacks
   * @throws {StoreUnavailableError} it cannot be reached or written to
   * @throws {StorageFullError}
   */
  probe(): Promise<StoreCapabilities>;

  /** Absent where bytes have to pass the service; known after {@link probe}. */
  readonly direct?: DirectTransfers;
}
