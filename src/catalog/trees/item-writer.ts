import { writeBig, writeDigest, writeDigestBytes } from './bytes.js';
import { DIGEST_AT, EXTRA_LENGTH_AT, Items, PATH_AT, REMOVAL, SIZE_AT } from './items.js';

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

  /** Like {@link writeEntry}, from bytes that hold the path and the digits of the digest. */
  writePlain(
    source: Buffer,
    pathStart: number,
    pathEnd: number,
    digits: number,
    sizeBytes: number,
    extra: Uint8Array,
  ): boolean {
    const pathLength = pathEnd - pathStart;
    this.reserve(PATH_AT + pathLength + extra.length);
    const { bytes, length: start } = this;
    if (!writeDigestBytes(bytes, start + DIGEST_AT, source, digits)) return false;
    const end = start + PATH_AT + pathLength;
    for (let i = 0; i < pathLength; i += 1) bytes[start + PATH_AT + i] = source[pathStart + i]!;
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
