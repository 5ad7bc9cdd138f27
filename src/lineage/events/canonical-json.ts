import { hash } from 'node:crypto';

/**
 * JSON with the keys of every object in order, without spaces: two values that are equal as JSON have the same text.
 * Nesting must be bounded by the caller.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  let json = '';
  if (Array.isArray(value)) {
    for (const item of value) json += json === '' ? canonicalJson(item) : `,${canonicalJson(item)}`;
    return `[${json}]`;
  }
  const object = value as Record<string, unknown>;
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member !== undefined) json += `${json === '' ? '' : ','}${quoted(key)}:${canonicalJson(member)}`;
  }
  return `{${json}}`;
}

const NEEDS_ESCAPE = new RegExp('["\\\\\\u0000-\\u001f\\ud800-\\udfff]');

/** Most texts need no escapes; the engine's own quoting is several times slower on short ones. */
function quoted(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** SHA-256 in hex of a text in UTF-8. */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex');
}
