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

/** Objects below these keys are named by columns: what is told of a column named `password` is no secret. */
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
  const valueOfSecret = object === undefined ? undefined : keyOfSecretValue(object);
  for (const given of Object.keys(container)) {
    const value = (container as JsonObject)[given];
    const isText = typeof value === 'string';
    // What is told of a column is no text.
    const isSecretHere =
      isSecret ||
      (object === undefined
        ? isText && isSecretOption(container as unknown[], Number(given))
        : given === valueOfSecret || ((isText || !isColumns) && isSecretName(given)));
    const key = object === undefined ? given : cleanKey(object, given);
    path.push(key);
    if (key !== given) tell(path, 'the name was changed: it held a secret or what cannot be stored');
    if (isText) {
      const clean = isSecretHere ? secretText(value, path, tell) : cleanText(value, path, tell);
      if (clean !== value) (container as JsonObject)[key] = clean;
    } else if (typeof value === 'number' && isSecretHere && namesCredential(path)) {
      (container as JsonObject)[key] = REDACTED;
      tell(path, 'redacted: the name says that it is a secret');
    } else if (typeof value === 'object' && value !== null) {
      walk(value as JsonObject, path, isSecretHere && !isColumns, tell);
    }
    path.pop();
  }
}

/** The key of what `{name: 'DB_PASSWORD', value: 's3cret'}` holds, as environment variables and parameters come. */
function keyOfSecretValue(object: JsonObject): string | undefined {
  const key = 'value' in object ? 'value' : 'Value' in object ? 'Value' : undefined;
  if (key === undefined) return undefined;
  const name = object['name'] ?? object['key'] ?? object['Name'] ?? object['Key'];
  return typeof name === 'string' && isSecretName(name) ? key : undefined;
}

/** Whether an item follows an option that names a secret: `['--db-password', 's3cret']`, as command lines come. */
function isSecretOption(items: readonly unknown[], at: number): boolean {
  const option = items[at - 1];
  return typeof option === 'string' && option.startsWith('-') && isSecretName(option);
}

/** Takes secrets out of a key, and renames it in its object. @returns the key as it is then */
function cleanKey(object: JsonObject, key: string): string {
  const clean = storable(redactText(key).text);
  if (clean === key) return key;
  let free = clean;
  for (let n = 2; Object.hasOwn(object, free); n++) free = `${clean} ${n}`;
  object[free] = object[key];
  delete object[key];
  return free;
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
  return isStorable(text) ? text : text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** Whether no list or object lies deeper than `max` levels. It looks no deeper than that, so any depth can be measured. */
export function isNestedWithin(value: unknown, max: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (max === 0) return false;
  const items: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return items.every((item) => isNestedWithin(item, max - 1));
}
