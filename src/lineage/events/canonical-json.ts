import { createHash } from 'node:crypto';

/**
 * JSON with the keys of every object in order, without spaces: two values that are equal as JSON have the same text.
 * Nesting must be bounded by the caller.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .filter((key) => (value as Record<string, unknown>)[key] !== undefined)
    .map((key) => `${JSON.stringify(key)}:${canonicalJson((value as Record<string, unknown>)[key])}`);
  return `{${members.join(',')}}`;
}

/** SHA-256 in hex of a text in UTF-8. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
