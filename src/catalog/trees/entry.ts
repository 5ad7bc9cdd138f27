import { InvalidInputError } from '../../platform/errors/index.js';
import { parseSha256, type Sha256 } from '../../storage/index.js';
import { isWellFormed } from './paths.js';

/** What a path stands for: the bytes, and what is known about them. */
export interface TreeEntry {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  /** A media type, 1–255 visible ASCII characters and spaces. */
  readonly contentType?: string;
  /** At most 32 keys of 1–64 characters, values up to 1,024 characters. An empty map counts as none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const MAX_METADATA_KEYS = 32;
const MAX_METADATA_VALUE = 1024;
const CONTENT_TYPE = /^[\x20-\x7e]{1,255}$/;
const METADATA_KEY = /^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}$/;

/**
 * Checks an entry and gives it its one form: metadata sorted by key, nothing absent spelled out.
 * @param field what to call the entry in the error
 * @throws {InvalidInputError}
 */
export function parseEntry(entry: TreeEntry, field = 'entry'): TreeEntry {
  const { sizeBytes, contentType, metadata } = entry;
  const sha256 = parseSha256(entry.sha256, `${field}.sha256`);
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
    throw new InvalidInputError(`${field}.sizeBytes`, `must be a whole number from 0, got ${sizeBytes}`);
  }
  if (contentType !== undefined && !CONTENT_TYPE.test(contentType)) {
    throw new InvalidInputError(`${field}.contentType`, 'must be 1–255 visible ASCII characters and spaces');
  }
  const pairs = Object.entries(metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (pairs.length > MAX_METADATA_KEYS) {
    throw new InvalidInputError(`${field}.metadata`, `must have at most ${MAX_METADATA_KEYS} keys`);
  }
  for (const [key, value] of pairs) {
    if (!METADATA_KEY.test(key)) {
      throw new InvalidInputError(
        `${field}.metadata`,
        `keys must be 1–64 letters, digits or "_.:/-" and start with a letter or digit, got ${JSON.stringify(key.slice(0, 80))}`,
      );
    }
    if (typeof value !== 'string' || value.length > MAX_METADATA_VALUE || !isWellFormed(value)) {
      throw new InvalidInputError(
        `${field}.metadata.${key}`,
        `must be valid Unicode text of at most ${MAX_METADATA_VALUE} characters`,
      );
    }
  }
  return {
    sha256,
    sizeBytes,
    ...(contentType !== undefined && { contentType }),
    ...(pairs.length > 0 && { metadata: Object.fromEntries(pairs) }),
  };
}

/** Whether two entries say the same; absent equals absent. */
export function entriesEqual(a: TreeEntry | undefined, b: TreeEntry | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.sha256 !== b.sha256 || a.sizeBytes !== b.sizeBytes || a.contentType !== b.contentType) return false;
  const left = Object.entries(a.metadata ?? {});
  const right = b.metadata ?? {};
  return left.length === Object.keys(right).length && left.every(([key, value]) => right[key] === value);
}
