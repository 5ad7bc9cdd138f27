import { getRandomValues } from 'node:crypto';

const VERSION_7 = 0x70;
const VARIANT = 0x80;

/**
 * A new run id: a UUID version 7, so that ids sort by the millisecond they were made in; within one they do not.
 * Source: RFC 9562, 5.7.
 * @param at the instant to write into it; default now
 */
export function newRunId(at: Date = new Date()): string {
  const bytes = Buffer.from(getRandomValues(new Uint8Array(16)));
  bytes.writeUIntBE(at.getTime(), 0, 6);
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | VERSION_7;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | VARIANT;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
