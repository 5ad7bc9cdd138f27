import type { JsonObject } from './json.js';
import { isSecretName, redactText } from './redaction-rules.js';

/** Stands where a secret was. */
export const REDACTED = '***';

/** What was changed in a body, and why. */
export interface Alteration {
  /** JSON path from the body, e.g. `run.facets.spark_properties.properties.password`. */
  readonly path: string;
  readonly rule: string;
}

/** Objects below these keys are named by columns, so that a column named `password` is no secret. */
const KEYED_BY_COLUMN: ReadonlySet<string> = new Set(['fields', 'columnMetrics', 'columns']);

const MAX_ALTERATIONS = 50;

/**
 * Takes secrets out of a JSON value, in place, by name (`password: …`, `{name: 'API_KEY', value: …}`) and by form (keys of clouds,
 * bearer tokens, credentials in URLs and connection strings). What PostgreSQL cannot store in JSON (NUL, half a surrogate pair) is
 * replaced by U+FFFD. Nesting must be bounded by the caller.
 * @returns what was changed, the first 50
 */
export function redact(value: JsonObject): Alteration[] {
  const alterations: Alteration[] = [];
  const tell = (path: readonly string[], rule: string) => {
    if (alterations.length < MAX_ALTERATIONS) alterations.push({ path: path.join('.'), rule });
  };
  walk(value, [], false, tell);
  return alterations;
}

type Tell = (path: readonly string[], rule: string) => void;

/** @param isSecret whether the key above says that all text below is secret */
function walk(container: JsonObject | unknown[], path: string[], isSecret: boolean, tell: Tell): void {
  const object = Array.isArray(container) ? undefined : container;
  const isColumns = path.length > 0 && KEYED_BY_COLUMN.has(path.at(-1)!);
  const namesSecret = object !== undefined && isPairOfSecret(object);
  for (const key of Object.keys(container)) {
    const at = object === undefined ? Number(key) : key;
    const value = (container as JsonObject)[at];
    const isSecretHere =
      isSecret ||
      (object !== undefined && !isColumns && isSecretName(key)) ||
      (namesSecret && key === 'value');
    path.push(key);
    if (typeof value === 'string') {
      const clean = isSecretHere ? secretText(value, path, tell) : cleanText(value, path, tell);
      if (clean !== value) (container as JsonObject)[at] = clean;
    } else if (typeof value === 'number' && isSecretHere && namesCredential(path)) {
      (container as JsonObject)[at] = REDACTED;
      tell(path, 'redacted: the name says that it is a secret');
    } else if (typeof value === 'object' && value !== null) {
      walk(value as JsonObject, path, isSecretHere && !isColumns, tell);
    }
    path.pop();
    if (object !== undefined && !isStorable(key)) {
      delete object[key];
      object[storable(key)] = value;
    }
  }
}

/** `{name: 'DB_PASSWORD', value: 's3cret'}`, as environment variables and parameters come. */
function isPairOfSecret(object: JsonObject): boolean {
  const name = object['name'] ?? object['key'];
  return 'value' in object && typeof name === 'string' && isSecretName(name);
}

/** A number is a secret under `password`, and a count under `tokens`. */
function namesCredential(path: readonly string[]): boolean {
  return /pass|secret/i.test(path.at(-1)!);
}

function secretText(value: string, path: readonly string[], tell: Tell): string {
  if (value === '' || value === REDACTED) return value;
  tell(path, 'redacted: the name says that it is a secret');
  return REDACTED;
}

function cleanText(value: string, path: readonly string[], tell: Tell): string {
  const { text, rule } = redactText(value);
  if (rule !== undefined) tell(path, `redacted: ${rule}`);
  if (isStorable(text)) return text;
  tell(path, 'a NUL or half a surrogate pair was replaced by U+FFFD');
  return storable(text);
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** Whether no list or object lies deeper than `max` levels. It looks no deeper than that, so any depth can be measured. */
export function isNestedWithin(value: unknown, max: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (max === 0) return false;
  for (const key in value) if (!isNestedWithin((value as JsonObject)[key], max - 1)) return false;
  return true;
}
