import type { Sha256 } from '../../storage/index.js';

/**
 * How an item lies in bytes: length of the path (2 bytes, big-endian as all numbers here), length of what follows it
 * (4), size (8), digest (32), the path in UTF-8, and what follows: of an entry its content type and metadata as JSON
 * (`[contentType or null, [[key, value], …]?]`) or nothing, of a child the number of entries under it (8).
 */
const EXTRA_LENGTH_AT = 2;
const SIZE_AT = 6;
export const DIGEST_AT = 14;
export const DIGEST_BYTES = 32;
export const PATH_AT = 46;
/** In the place of a length, in a list of edits: the path is to be removed. Nothing follows it. */
const REMOVAL = 0xffffffff;

/** Items one after another, ascending by path: those of a node, or edits of them. Read in place, never copied. */
export class Items {
  /** @param starts where each item begins and, last, where they end */
  constructor(
    readonly bytes: Buffer,
    readonly starts: Uint32Array,
    readonly count: number,
  ) {}

  pathStart(at: number): number {
    return this.starts[at]! + PATH_AT;
  }

  pathLength(at: number): number {
    return readLength(this.bytes, this.starts[at]!);
  }

  path(at: number): string {
    const start = this.pathStart(at);
    return this.bytes.toString('utf8', start, start + this.pathLength(at));
  }

  /** The path as bytes of their own. */
  key(at: number): Buffer {
    const start = this.pathStart(at);
    return Buffer.from(this.bytes.subarray(start, start + this.pathLength(at)));
  }

  sha256(at: number): Sha256 {
    const start = this.starts[at]! + DIGEST_AT;
    return this.bytes.toString('hex', start, start + DIGEST_BYTES) as Sha256;
  }

  sizeBytes(at: number): number {
    return readBig(this.bytes, this.starts[at]! + SIZE_AT);
  }

  /** What follows the path; to be read at once, as it is a view. */
  extra(at: number): Buffer {
    return this.bytes.subarray(this.pathStart(at) + this.pathLength(at), this.starts[at + 1]!);
  }

  /** Entries under a child. */
  entryCount(at: number): number {
    return readBig(this.bytes, this.starts[at + 1]! - 8);
  }

  isRemoval(at: number): boolean {
    return this.bytes.readUInt32BE(this.starts[at]! + EXTRA_LENGTH_AT) === REMOVAL;
  }

  /** @returns below, equal to or above 0, as the path is to `key` in the order of bytes */
  compareToKey(at: number, key: Uint8Array): number {
    return compareBytes(this.bytes, this.pathStart(at), this.pathLength(at), key, 0, key.length);
  }

  comparePaths(at: number, other: Items, otherAt: number): number {
    return compareBytes(
      this.bytes,
      this.pathStart(at),
      this.pathLength(at),
      other.bytes,
      other.pathStart(otherAt),
      other.pathLength(otherAt),
    );
  }

  hasSameDigest(at: number, other: Items, otherAt: number): boolean {
    const start = this.starts[at]! + DIGEST_AT;
    return equalBytes(this.bytes, start, other.bytes, other.starts[otherAt]! + DIGEST_AT, DIGEST_BYTES);
  }

  /** Whether the two items say the same in every respect. */
  equals(at: number, other: Items, otherAt: number): boolean {
    const start = this.starts[at]!;
    const length = this.starts[at + 1]! - start;
    const otherStart = other.starts[otherAt]!;
    if (other.starts[otherAt + 1]! - otherStart !== length) return false;
    return (
      this.hasSameDigest(at, other, otherAt) && equalBytes(this.bytes, start, other.bytes, otherStart, length)
    );
  }

  /** How many items from `at` on say the same as as many from `otherAt` on, up to `most`. */
  sharedRun(at: number, other: Items, otherAt: number, most: number): number {
    if (most === 0 || !this.equals(at, other, otherAt)) return 0;
    // Twice as many each time while they are the same, then half as many: near the end no step is larger than one.
    let shared = 1;
    let step = 2;
    while (shared < most) {
      const count = Math.min(step, most - shared);
      if (this.sameBytes(at + shared, other, otherAt + shared, count)) {
        shared += count;
        step *= 2;
        continue;
      }
      if (count === 1) break;
      step = count >> 1;
      for (; step > 0; step >>= 1) {
        if (shared + step <= most && this.sameBytes(at + shared, other, otherAt + shared, step))
          shared += step;
      }
      break;
    }
    return shared;
  }

  private sameBytes(at: number, other: Items, otherAt: number, count: number): boolean {
    const start = this.starts[at]!;
    const end = this.starts[at + count]!;
    const otherStart = other.starts[otherAt]!;
    const otherEnd = other.starts[otherAt + count]!;
    if (end - start !== otherEnd - otherStart) return false;
    return this.bytes.compare(other.bytes, otherStart, otherEnd, start, end) === 0;
  }
}

/** Writes items one after another. */
export class ItemWriter {
  private bytes: Buffer;
  private starts: Uint32Array;
  private length = 0;
  private count = 0;

  /** @param expected how many items will come, about */
  constructor(expected = 64) {
    this.bytes = Buffer.allocUnsafe(Math.max(expected, 1) * 128);
    this.starts = new Uint32Array(expected + 1);
  }

  /**
   * @param extra as {@link Items.extra} gives it back
   * @returns false, and nothing is written, unless `digest` is 64 lower-case hexadecimal digits
   */
  writeEntry(path: string, digest: string, sizeBytes: number, extra: Uint8Array): boolean {
    // A UTF-16 unit has three bytes at most.
    this.reserve(PATH_AT + path.length * 3 + extra.length);
    const { bytes, length: start } = this;
    if (!writeDigest(bytes, start + DIGEST_AT, digest)) return false;
    const pathLength = bytes.write(path, start + PATH_AT, 'utf8');
    const end = start + PATH_AT + pathLength;
    if (extra.length > 0) bytes.set(extra, end);
    writeHead(bytes, start, pathLength, extra.length, sizeBytes);
    this.length = end + extra.length;
    this.end();
    return true;
  }

  /** An edit that removes a path. */
  writeRemoval(path: string): void {
    this.reserve(PATH_AT + path.length * 3);
    const { bytes, length: start } = this;
    const pathLength = bytes.write(path, start + PATH_AT, 'utf8');
    writeHead(bytes, start, pathLength, REMOVAL, 0);
    bytes.fill(0, start + DIGEST_AT, start + PATH_AT);
    this.length = start + PATH_AT + pathLength;
    this.end();
  }

  /** A child whose greatest path is that of an item. */
  writeChild(of: Items, at: number, digest: Uint8Array, count: number, sizeBytes: number): void {
    const pathLength = of.pathLength(at);
    this.reserve(PATH_AT + pathLength + 8);
    const { bytes, length: start } = this;
    writeHead(bytes, start, pathLength, 8, sizeBytes);
    bytes.set(digest, start + DIGEST_AT);
    of.bytes.copy(bytes, start + PATH_AT, of.pathStart(at), of.pathStart(at) + pathLength);
    writeBig(bytes, start + PATH_AT + pathLength, count);
    this.length = start + PATH_AT + pathLength + 8;
    this.end();
  }

  copy(of: Items, at: number): void {
    const from = of.starts[at]!;
    const to = of.starts[at + 1]!;
    this.reserve(to - from);
    of.bytes.copy(this.bytes, this.length, from, to);
    this.length += to - from;
    this.end();
  }

  /** An edit that removes the path of an item. */
  copyAsRemoval(of: Items, at: number): void {
    const from = of.starts[at]!;
    const to = of.pathStart(at) + of.pathLength(at);
    this.reserve(to - from);
    of.bytes.copy(this.bytes, this.length, from, to);
    this.bytes.writeUInt32BE(REMOVAL, this.length + EXTRA_LENGTH_AT);
    this.length += to - from;
    this.end();
  }

  /** The items so far. The writer must not be used any more. */
  finish(): Items {
    return new Items(this.bytes, this.starts, this.count);
  }

  private reserve(bytes: number): void {
    if (this.length + bytes > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + bytes));
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    if (this.count + 2 > this.starts.length) {
      const larger = new Uint32Array(this.starts.length * 2 + 2);
      larger.set(this.starts);
      this.starts = larger;
    }
  }

  private end(): void {
    this.count += 1;
    this.starts[this.count] = this.length;
  }
}

/** Memory for so many items and their starts, in one piece: a cache of nodes holds many. */
export function allocateItems(count: number, sizeBytes: number): { bytes: Buffer; starts: Uint32Array } {
  const memory = Buffer.allocUnsafeSlow((count + 1) * 4 + sizeBytes);
  const starts = new Uint32Array(memory.buffer, 0, count + 1);
  return { bytes: memory.subarray(starts.byteLength), starts };
}

/**
 * Finds the items in bytes and copies them into memory of their own.
 * @param start where the first one begins
 * @returns `undefined` when the bytes do not end with the last of `count` items
 */
export function scanItems(source: Buffer, start: number, count: number): Items | undefined {
  // Before memory is taken for as many items as the bytes claim to have.
  if (start + count * PATH_AT > source.length) return undefined;
  const { bytes, starts } = allocateItems(count, source.length);
  source.copy(bytes);
  let at = start;
  for (let i = 0; i < count; i += 1) {
    starts[i] = at;
    if (at + PATH_AT > bytes.length) return undefined;
    at += PATH_AT + readLength(bytes, at) + bytes.readUInt32BE(at + EXTRA_LENGTH_AT);
    if (at > bytes.length) return undefined;
  }
  starts[count] = at;
  return at === bytes.length ? new Items(bytes, starts, count) : undefined;
}

/** The order of bytes, in which a beginning comes before what goes on. */
export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aLength: number,
  b: Uint8Array,
  bStart: number,
  bLength: number,
): number {
  const length = Math.min(aLength, bLength);
  for (let i = 0; i < length; i += 1) {
    const difference = a[aStart + i]! - b[bStart + i]!;
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/** The value of each lower-case hexadecimal digit by its code; 255 for everything else. */
const DIGITS = new Uint8Array(256).fill(255);
for (let digit = 0; digit < 16; digit += 1) DIGITS[digit.toString(16).charCodeAt(0)] = digit;

/** Checks and decodes in one pass, as there may be millions. */
function writeDigest(bytes: Buffer, at: number, digest: string): boolean {
  if (digest.length !== DIGEST_BYTES * 2) return false;
  for (let i = 0; i < DIGEST_BYTES; i += 1) {
    const high = DIGITS[digest.charCodeAt(i * 2)] ?? 255;
    const low = DIGITS[digest.charCodeAt(i * 2 + 1)] ?? 255;
    if ((high | low) === 255) return false;
    bytes[at + i] = (high << 4) | low;
  }
  return true;
}

function equalBytes(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number, length: number): boolean {
  for (let i = 0; i < length; i += 1) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

function readLength(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function readBig(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}

function writeBig(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt32BE(Math.floor(value / 0x1_0000_0000), at);
  bytes.writeUInt32BE(value % 0x1_0000_0000, at + 4);
}

function writeHead(
  bytes: Buffer,
  at: number,
  pathLength: number,
  extraLength: number,
  sizeBytes: number,
): void {
  bytes.writeUInt16BE(pathLength, at);
  bytes.writeUInt32BE(extraLength, at + EXTRA_LENGTH_AT);
  writeBig(bytes, at + SIZE_AT, sizeBytes);
}
