import type { Sha256 } from '../../storage/index.js';
import { compareBytes, DIGEST_BYTES, equalBytes, readBig, readLength } from './bytes.js';

/**
 * How an item lies in bytes: length of the path (2 bytes, big-endian as all numbers here), length of what follows it
 * (4), size (8), digest (32), the path in UTF-8, and what follows: of an entry its content type and metadata as JSON
 * (`[contentType or null, [[key, value], …]?]`) or nothing, of a child the number of entries under it (8).
 */
export const EXTRA_LENGTH_AT = 2;
export const SIZE_AT = 6;
export const DIGEST_AT = 14;
export const PATH_AT = 46;
/** A child's number of entries. */
const CHILD_EXTRA_BYTES = 8;
/** In the place of a length, in a list of edits: the path is to be removed. Nothing follows it. */
export const REMOVAL = 0xffffffff;

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
    return readBig(this.bytes, this.starts[at + 1]! - CHILD_EXTRA_BYTES);
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

/** Whether each path is greater than the one before. Nodes that are read are looked at from end to end, so it takes four bytes at a time. */
export function areAscending({ bytes, starts, count }: Items): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let before = 0;
  let beforeLength = 0;
  for (let i = 0; i < count; i += 1) {
    const start = starts[i]! + PATH_AT;
    const length = view.getUint16(starts[i]!);
    if (i > 0) {
      const shared = Math.min(beforeLength, length);
      let at = 0;
      while (at + 4 <= shared && view.getUint32(before + at) === view.getUint32(start + at)) at += 4;
      while (at < shared && bytes[before + at] === bytes[start + at]) at += 1;
      if (at === shared ? beforeLength >= length : bytes[before + at]! > bytes[start + at]!) return false;
    }
    before = start;
    beforeLength = length;
  }
  return true;
}

/** Whether all items have what a child has behind its path: a number of entries. */
export function areChildren({ bytes, starts, count }: Items): boolean {
  for (let i = 0; i < count; i += 1)
    if (bytes.readUInt32BE(starts[i]! + EXTRA_LENGTH_AT) !== CHILD_EXTRA_BYTES) return false;
  return true;
}
