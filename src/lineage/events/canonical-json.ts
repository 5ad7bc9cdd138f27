import { hash } from 'node:crypto';

/**
 * JSON with the keys of every object in order, without spaces: two values that are equal as JSON have the same text.
 * Nesting must be bounded by the caller.
 */
export function canonicalJson(value: unknown): string {
  return inOrder(value).json;
}

/** The same JSON with keys in order, so that the {@link canonicalJson} of what is in it is sooner told; and its own. */
export function inOrder<T>(value: T): { readonly value: T; readonly json: string } {
  const ordered = ordering(value);
  if (ordered === UNORDERED) return { value, json: spelled(value) };
  return { value: ordered as T, json: JSON.stringify(ordered) ?? 'null' };
}

/** An object has an order of its own for keys that are numbers, and no place for one that is called as this is. */
const ORDERED_BY_ENGINE = /^(?:0|[1-9]\d*|__proto__)$/;
const UNORDERED = Symbol('objects cannot have their keys in order');

/** @returns the value itself where its keys are in order, else a copy of what is not; `UNORDERED` where no object can be so */
function ordering(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const ordered = ordering(value[i]);
      if (ordered === UNORDERED) return UNORDERED;
      if (ordered !== value[i]) (copy ??= [...(value as unknown[])])[i] = ordered;
    }
    return copy ?? value;
  }
  const object = value as Record<string, unknown>;
  const keys = Object.keys(object);
  let copy: Record<string, unknown> | undefined;
  if (!isAscending(keys)) {
    if (keys.some((key) => ORDERED_BY_ENGINE.test(key))) return UNORDERED;
    keys.sort();
    copy = {};
  }
  for (const key of keys) {
    const ordered = ordering(object[key]);
    if (ordered === UNORDERED) return UNORDERED;
    if (copy !== undefined) copy[key] = ordered;
    else if (ordered !== object[key]) {
      if (keys.includes('__proto__')) return UNORDERED;
      copy = { ...object, [key]: ordered };
    }
  }
  return copy ?? object;
}

function isAscending(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return false;
  return true;
}

function spelled(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spelled).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const object = value as Record<string, unknown>;
  const members = Object.keys(object)
    .sort()
    .flatMap((key) => (object[key] === undefined ? [] : [`${JSON.stringify(key)}:${spelled(object[key])}`]));
  return `{${members.join(',')}}`;
}

/** SHA-256 in hex of a text in UTF-8. */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex');
}
