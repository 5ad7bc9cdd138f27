import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { DomainError } from '../../platform/index.js';
import type { ByteRange } from '../object-store.js';
import type { Sha256 } from '../sha256.js';

/** Something at a place that Cairn does not own, as it was when it was looked at. */
export interface ForeignObject {
  /** Within the source: 1–1024 bytes of UTF-8. */
  readonly key: string;
  readonly sizeBytes: number;
  /** Changes when the bytes do. */
  readonly etag: string;
}

/** A place that objects are imported from: a prefix of a bucket, or a folder. Read, never written. */
export interface ImportSource {
  /** 1–63 lower-case letters, digits, `-`. */
  readonly name: string;
  /** Where policy sees it: whoever may `read` the dataset `import/NAME` there may import from it. */
  readonly namespace: string;

  /**
   * All objects whose keys start with a prefix, ascending by their bytes in UTF-8, in batches.
   * @throws {ImportSourceError}
   */
  list(prefix: string): AsyncIterable<readonly ForeignObject[]>;

  /**
   * The bytes, as long as they are those that were imported.
   * @throws {ImportedObjectChangedError} the object is another by now, or gone; a whole read may tell it at its end
   * @throws {ImportSourceError}
   */
  open(object: ForeignObject, range?: ByteRange): Promise<Readable>;
}

/** The source cannot be used now. */
export class ImportSourceError extends DomainError {
  readonly kind = 'unavailable';
  constructor(source: string, reason: string, options?: ErrorOptions) {
    super(`The import source "${source}" cannot be read: ${reason}.`, { source, reason }, options);
  }
}

/** What was imported is not there any more as it was. */
export class ImportedObjectChangedError extends DomainError {
  readonly kind = 'corrupt';
  constructor(source: string, key: string, reason: string) {
    super(
      `${source}:${key} was imported without being copied, and is not what it was: ${reason}. Import it again, or restore it there.`,
      { source, key, reason },
    );
  }
}

/**
 * The name of an imported object: a digest of where it is and what it was, as its bytes were not read. By SHA-512/256, so that nobody can
 * upload bytes that have this name.
 */
export function importDigest(source: string, { key, etag, sizeBytes }: ForeignObject): Sha256 {
  const text = `cairn import 1\n${JSON.stringify([source, key, etag, sizeBytes])}`;
  return createHash('sha512-256').update(text).digest('hex') as Sha256;
}
