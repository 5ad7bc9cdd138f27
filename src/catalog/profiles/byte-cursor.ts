import type { ContentReader } from './content-reader.js';
import { HeaderFault } from './tensors.js';

const WINDOW_BYTES = 256 * 1024;

/** Reads little-endian values one after the other, a window of the file at a time. */
export class ByteCursor {
  private window: Buffer = Buffer.alloc(0);
  private windowStart = 0;
  at = 0;

  /** @param maxBytes how far is read */
  constructor(
    private readonly reader: ContentReader,
    private readonly maxBytes: number,
  ) {}

  async uint(bytes: 1 | 2 | 4): Promise<number> {
    return (await this.take(bytes)).readUIntLE(0, bytes);
  }

  async int(bytes: 1 | 2 | 4): Promise<number> {
    return (await this.take(bytes)).readIntLE(0, bytes);
  }

  async uint64(): Promise<bigint> {
    return (await this.take(8)).readBigUInt64LE();
  }

  async int64(): Promise<bigint> {
    return (await this.take(8)).readBigInt64LE();
  }

  async float(bytes: 4 | 8): Promise<number> {
    const taken = await this.take(bytes);
    return bytes === 4 ? taken.readFloatLE() : taken.readDoubleLE();
  }

  /** A number that is a size or a count. @throws {HeaderFault} above `max` */
  async count(what: string, max: number): Promise<number> {
    const value = await this.uint64();
    if (value > BigInt(max)) throw new HeaderFault(`${what} is ${value}, more than ${max}`);
    return Number(value);
  }

  async text(what: string, maxBytes: number): Promise<string> {
    return (await this.take(await this.count(`the length of ${what}`, maxBytes))).toString('utf8');
  }

  /** Passes over bytes without reading them. */
  skip(bytes: number): void {
    this.at += bytes;
    if (this.at > this.reader.sizeBytes) throw new HeaderFault('the file ends too early');
    if (this.at > this.maxBytes)
      throw new HeaderFault(`it has more than the ${this.maxBytes} bytes that are read`);
  }

  private async take(bytes: number): Promise<Buffer> {
    const start = this.at;
    this.skip(bytes);
    if (start < this.windowStart || this.at > this.windowStart + this.window.length) {
      const end = Math.min(this.reader.sizeBytes, Math.max(this.at, start + WINDOW_BYTES));
      this.window = Buffer.from(await this.reader.read(start, end));
      this.windowStart = start;
      if (this.window.length < bytes) throw new HeaderFault('the file ends too early');
    }
    return this.window.subarray(start - this.windowStart, this.at - this.windowStart);
  }
}
