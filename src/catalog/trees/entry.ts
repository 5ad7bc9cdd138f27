import { InvalidInputError } from '../../platform/errors/index.js';
import { CorruptObjectError, parseSha256, type Sha256 } from '../../storage/index.js';
import { ItemWriter } from './item-writer.js';
import type { Items } from './items.js';
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

/** Entries without metadata are many and their content types few; a map of this many is begun anew. */
const MAX_REMEMBERED = 1000;
const NOTHING = Buffer.alloc(0);
const contentTypes = new Map<string, Buffer>();
let lastContentType: string | undefined;
let lastExtra: Buffer = NOTHING;

/**
 * Checks an entry and writes it in its one form: metadata sorted by key, an empty map like none.
 * @param path checked already
 * @throws {InvalidInputError} naming the field of `entry`
 */
export function writeEntry(writer: ItemWriter, path: string, entry: TreeEntry): void {
  const { sizeBytes } = entry;
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
    throw new InvalidInputError('entry.sizeBytes', `must be a whole number from 0, got ${sizeBytes}`);
  }
  const isWritten = writer.writeEntry(path, entry.sha256, sizeBytes, extraOf(entry));
  // It says what is wrong, and takes its time for it.
  if (!isWritten) parseSha256(entry.sha256, 'entry.sha256');
}

/** @throws {InvalidInputError} naming the field of `entry` */
export function checkEntry(entry: TreeEntry): void {
  writeEntry(new ItemWriter(1), 'any', entry);
}

/** The entry of an item. @throws {CorruptObjectError} */
export function entryOf(items: Items, at: number): TreeEntry {
  const sha256 = items.sha256(at);
  const sizeBytes = items.sizeBytes(at);
  const extra = items.extra(at);
  if (extra.length === 0) return { sha256, sizeBytes };
  try {
    const [contentType, metadata] = JSON.parse(extra.toString('utf8')) as [unknown, unknown];
    return {
      sha256,
      sizeBytes,
      ...(contentType !== null && { contentType: textOf(contentType) }),
      ...(metadata !== undefined && {
        metadata: Object.fromEntries(
          (metadata as [unknown, unknown][]).map(([key, value]) => [textOf(key), textOf(value)]),
        ),
      }),
    };
  } catch (error) {
    // A parse error quotes the bytes, which need not be anybody's to see.
    throw new CorruptObjectError(sha256, 'its entry in the tree is not in the form of one', { cause: error });
  }
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('not a text');
  return value;
}

/** What an item says of content type and metadata. @throws {InvalidInputError} */
export function extraOf({ contentType, metadata }: TreeEntry): Buffer {
  const pairs = metadata === undefined ? [] : pairsOf(metadata);
  if (contentType === undefined) {
    return pairs.length === 0 ? NOTHING : Buffer.from(JSON.stringify([null, pairs]));
  }
  if (pairs.length === 0) {
    if (contentType === lastContentType) return lastExtra;
    const known = contentTypes.get(contentType);
    if (known !== undefined) return remember(contentType, known);
  }
  if (!CONTENT_TYPE.test(contentType)) {
    throw new InvalidInputError('entry.contentType', 'must be 1–255 visible ASCII characters and spaces');
  }
  if (pairs.length > 0) return Buffer.from(JSON.stringify([contentType, pairs]));
  const extra = Buffer.from(JSON.stringify([contentType]));
  if (contentTypes.size >= MAX_REMEMBERED) contentTypes.clear();
  contentTypes.set(contentType, extra);
  return remember(contentType, extra);
}

function remember(contentType: string, extra: Buffer): Buffer {
  lastContentType = contentType;
  lastExtra = extra;
  return extra;
}

function pairsOf(metadata: Readonly<Record<string, string>>): [string, string][] {
  if (metadata === null || typeof metadata !== 'object') {
    throw new InvalidInputError('entry.metadata', 'must be a map of texts');
  }
  const pairs = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (pairs.length > MAX_METADATA_KEYS) {
    throw new InvalidInputError('entry.metadata', `must have at most ${MAX_METADATA_KEYS} keys`);
  }
  for (const [key, value] of pairs) {
    if (!METADATA_KEY.test(key)) {
      throw new InvalidInputError(
        'entry.metadata',
        `keys must be 1–64 letters, digits or "_.:/-" and start with a letter or digit, got ${JSON.stringify(key.slice(0, 80))}`,
      );
    }
    if (typeof value !== 'string' || value.length > MAX_METADATA_VALUE || !isWellFormed(value)) {
      throw new InvalidInputError(
        `entry.metadata.${key}`,
        `must be valid Unicode text of at most ${MAX_METADATA_VALUE} characters`,
      );
    }
  }
  return pairs;
}

/** Whether two entries say the same; absent equals absent. */
export function entriesEqual(a: TreeEntry | undefined, b: TreeEntry | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.sha256 !== b.sha256 || a.sizeBytes !== b.sizeBytes || a.contentType !== b.contentType) return false;
  const left = Object.entries(a.metadata ?? {});
  const right = b.metadata ?? {};
  return left.length === Object.keys(right).length && left.every(([key, value]) => right[key] === value);
}
