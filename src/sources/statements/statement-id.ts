import { createHash } from 'node:crypto';

/**
 * The id of a statement's run and of its line in the ledger: the same for the same statement, sent again by the same principal.
 * Source: RFC 9562 UUIDv8 over a SHA-256.
 * @param parts what tells it from others
 */
export function statementIdOf(parts: readonly unknown[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
