import type { ContentReader } from './content-reader.js';

const WINDOW_BYTES = 128 * 1024;
const MAX_READS = 5000;
const MAX_FIELDS = 500_000;

/** A file that is not protobuf, or more of it than is read; the message names the rule. */
export class WireFault extends Error {}

/** A field of a protobuf message: where its content is, or its number. */
export interface WireField {
  readonly number: number;
  /** The content of a length-delimited field (wire type 2) as `[start, end)`; absent for numbers. */
  readonly start?: number;
  readonly end?: number;
  /** The value of a varint field (wire type 0), exact up to 2^53. */
  readonly value?: number;
}

/**
 * Walks the fields of protobuf messages in a file and reads only what it is asked for: a model of gigabytes is
 * described from some kilobytes.
 */
export class WireReader {
  private window: Uint8Array = new Uint8Array();
  private windowStart = 0;
  private reads = 0;
  private fieldCount = 0;

  constructor(private readonly reader: ContentReader) {}

  /** The fields of the message in `[start, end)`, one by one. @throws {WireFault} */
  async *fields(start: number, end: number): AsyncGenerator<WireField> {
    let at = start;
    while (at < end) {
      this.fieldCount += 1;
      if (this.fieldCount > MAX_FIELDS) throw new WireFault(`more than ${MAX_FIELDS} fields`);
      const tag = await this.varint(at, end);
      const number = Math.floor(tag.value / 8);
      at = tag.next;
      if (number === 0) throw new WireFault(`a field without a number at byte ${at}`);
      switch (tag.value % 8) {
        case 0: {
          const { value, next } = await this.varint(at, end);
          at = next;
          yield { number, value };
          break;
        }
        case 1:
          at += 8;
          break;
        case 2: {
          const { value: length, next } = await this.varint(at, end);
          at = next + length;
          if (at > end) throw new WireFault(`a field of ${length} bytes at byte ${next} does not fit`);
          yield { number, start: next, end: at };
          break;
        }
        case 5:
          at += 4;
          break;
        default:
          throw new WireFault(`a field of unknown wire type at byte ${at}`);
      }
    }
    if (at > end) throw new WireFault('the message ends within a field');
  }

  /** @throws {WireFault} more than `maxBytes` */
  async bytes(start: number, end: number, maxBytes: number): Promise<Uint8Array> {
    if (end - start > maxBytes) throw new WireFault(`a value of ${end - start} bytes, more than ${maxBytes}`);
    await this.load(start, end);
    return this.window.subarray(start - this.windowStart, end - this.windowStart);
  }

  private async varint(start: number, end: number): Promise<{ value: number; next: number }> {
    await this.load(start, Math.min(start + 10, end));
    let value = 0;
    for (let i = 0; i < 10; i += 1) {
      if (start + i >= end) throw new WireFault('the message ends within a number');
      const byte = this.window[start + i - this.windowStart]!;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return { value, next: start + i + 1 };
    }
    throw new WireFault(`a number of more than ten bytes at byte ${start}`);
  }

  private async load(start: number, end: number): Promise<void> {
    if (start >= this.windowStart && end <= this.windowStart + this.window.byteLength) return;
    this.reads += 1;
    if (this.reads > MAX_READS) throw new WireFault(`more than ${MAX_READS} reads`);
    this.windowStart = start;
    this.window = await this.reader.read(
      start,
      Math.min(this.reader.sizeBytes, Math.max(end, start + WINDOW_BYTES)),
    );
    if (this.window.byteLength < end - start) throw new WireFault('the file ends too early');
  }
}
