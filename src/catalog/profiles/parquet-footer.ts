import type { ContentReader } from './content-reader.js';
import { MAX_FOOTER_BYTES } from './profile.js';

const MAX_DEPTH = 32;
const MAX_VALUES = 2_000_000;
const MAGIC = 'PAR1';

/** A footer that breaks a rule; the message names it. */
export class FooterFault extends Error {}

/**
 * Reads the end of a Parquet file: the footer, its length and the magic.
 * @throws {FooterFault}
 */
export async function readFooter(reader: ContentReader): Promise<Uint8Array> {
  const { sizeBytes } = reader;
  if (sizeBytes < 12) throw new FooterFault('the file is too short for Parquet');
  const end = Buffer.from(await reader.read(sizeBytes - 8, sizeBytes));
  const magic = end.toString('latin1', 4);
  if (magic === 'PARE') throw new FooterFault('the footer is encrypted');
  if (magic !== MAGIC) throw new FooterFault(`the file does not end with ${MAGIC}`);
  const length = end.readUInt32LE(0);
  if (length > sizeBytes - 12)
    throw new FooterFault(`a footer of ${length} bytes does not fit into the file`);
  if (length > MAX_FOOTER_BYTES) {
    throw new FooterFault(`the footer has ${length} bytes, more than the ${MAX_FOOTER_BYTES} that are read`);
  }
  const footer = await reader.read(sizeBytes - 8 - length, sizeBytes);
  new ThriftCheck(Buffer.from(footer.buffer, footer.byteOffset, length)).struct(0);
  // A copy of its own: the parser looks at the whole buffer behind a view.
  return Uint8Array.from(footer);
}

/**
 * Walks Thrift's compact encoding before a parser may: hyparquet reserves a list's announced length at once and reads
 * varints without end, so that a few bytes could ask for all the memory or hours of arithmetic.
 */
class ThriftCheck {
  private offset = 0;
  private values = 0;
  /** Elements announced by open lists and not read yet; each takes a byte at least. */
  private owed = 0;

  constructor(private readonly bytes: Buffer) {}

  struct(depth: number): void {
    if (depth > MAX_DEPTH) throw new FooterFault('the footer is nested too deeply');
    for (;;) {
      const head = this.byte();
      const type = head & 0x0f;
      if (type === 0) return;
      if (head >> 4 === 0) this.varint();
      this.element(type, depth, true);
    }
  }

  private element(type: number, depth: number, isField: boolean): void {
    this.values += 1;
    if (this.values > MAX_VALUES) throw new FooterFault(`the footer has more than ${MAX_VALUES} values`);
    if (type === 1 || type === 2) {
      // A field's truth is its type; in a list it is a byte.
      if (!isField) this.skip(1);
    } else if (type === 3) this.skip(1);
    else if (type >= 4 && type <= 6) this.varint();
    else if (type === 7) this.skip(8);
    else if (type === 8) this.skip(this.varint());
    else if (type === 9) this.list(depth);
    else if (type === 12) this.struct(depth + 1);
    else throw new FooterFault(`the footer has a value of unknown type ${type}`);
  }

  private list(depth: number): void {
    if (depth > MAX_DEPTH) throw new FooterFault('the footer is nested too deeply');
    const head = this.byte();
    const length = head >> 4 === 15 ? this.varint() : head >> 4;
    if (this.offset + this.owed + length > this.bytes.length) {
      throw new FooterFault(`a list of ${length} values does not fit into the footer`);
    }
    this.owed += length;
    for (let i = 0; i < length; i += 1) {
      this.owed -= 1;
      this.element(head & 0x0f, depth + 1, false);
    }
  }

  private byte(): number {
    this.skip(1);
    return this.bytes[this.offset - 1]!;
  }

  private skip(count: number): void {
    if (this.offset + count > this.bytes.length) throw new FooterFault('the footer ends too early');
    this.offset += count;
  }

  private varint(): number {
    let value = 0;
    for (let i = 0; i < 10; i += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new FooterFault('a number in the footer is too long');
  }
}
