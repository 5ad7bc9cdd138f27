import { locationOf, type Spelling } from './spelling.js';

const OBJECT_STORES: ReadonlySet<string> = new Set([
  's3',
  's3a',
  's3n',
  'gs',
  'gcs',
  'abfs',
  'abfss',
  'wasb',
  'wasbs',
]);

/** Whether names in a namespace are keys of objects. */
export function isObjectStore(namespace: string): boolean {
  const scheme = locationOf(namespace)?.scheme;
  return scheme !== undefined && OBJECT_STORES.has(scheme);
}

/** Whether names in a namespace are paths. */
export function isPathStore(namespace: string): boolean {
  if (namespace === 'file' || isObjectStore(namespace)) return true;
  const scheme = locationOf(namespace)?.scheme;
  return scheme === 'hdfs' || scheme === 'file' || scheme === 'dbfs';
}

const PARTITION = /^(?:[A-Za-z_][\w.-]*=.*|\*+|\*\.\w+)$/s;

/** Without the last parts of a path that are `key=value` or `*`. A path of nothing else stays. */
export function withoutPartitions(name: string): string {
  const parts = name.split('/');
  let end = parts.length;
  while (end > 0 && PARTITION.test(parts[end - 1]!)) end--;
  const rest = parts.slice(0, end).join('/');
  return rest === '' || rest === '/' ? name : rest;
}

/** `events_20240501` is a shard of `events_*`, `events$20240501` a partition of `events`. */
export function withoutShard(name: string): string {
  const partition = name.lastIndexOf('$');
  if (partition > 0 && /^\w+$/.test(name.slice(partition + 1))) return withoutShard(name.slice(0, partition));
  return name.replace(/_(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/, '_*');
}

const UPPER: ReadonlySet<string> = new Set(['snowflake', 'oracle']);
const LOWER: ReadonlySet<string> = new Set(['hive', 'redshift', 'trino', 'awsathena']);

/** Names as their store folds them. Parts in double quotes keep their case, and the quotes. */
export function foldCase(given: Spelling): Spelling {
  const location = locationOf(given.namespace);
  if (location === undefined) return given;
  const { scheme } = location;
  if (!UPPER.has(scheme) && !LOWER.has(scheme)) return given;
  const fold = (text: string) => (UPPER.has(scheme) ? text.toUpperCase() : text.toLowerCase());
  const name = given.name
    .split('"')
    .map((part, i) => (i % 2 === 0 ? fold(part) : part))
    .join('"');
  const namespace = scheme === 'snowflake' ? given.namespace.toLowerCase() : given.namespace;
  return { namespace, name };
}
