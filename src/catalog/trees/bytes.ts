export const DIGEST_BYTES = 32;

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
export function writeDigest(bytes: Buffer, at: number, digest: string): boolean {
  if (digest.length !== DIGEST_BYTES * 2) return false;
  for (let i = 0; i < DIGEST_BYTES; i += 1) {
    const high = DIGITS[digest.charCodeAt(i * 2)] ?? 255;
    const low = DIGITS[digest.charCodeAt(i * 2 + 1)] ?? 255;
    if ((high | low) === 255) return false;
    bytes[at + i] = (high << 4) | low;
  }
  return true;
}

/** {@link writeDigest} from the codes of the digits. */
export function writeDigestBytes(bytes: Buffer, at: number, digits: Uint8Array, from: number): boolean {
  for (let i = 0; i < DIGEST_BYTES; i += 1) {
    const high = DIGITS[digits[from + i * 2]!]!;
    const low = DIGITS[digits[from + i * 2 + 1]!]!;
    if ((high | low) === 255) return false;
    bytes[at + i] = (high << 4) | low;
  }
  return true;
}

export function equalBytes(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i += 1) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

export function readLength(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function readBig(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}

export function writeBig(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt32BE(Math.floor(value / 0x1_0000_0000), at);
  bytes.writeUInt32BE(value % 0x1_0000_0000, at + 4);
}
