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

/** A whole part of a name in quotes that it does not need. */
const QUOTED_NAME = /(?<=^|\.)"([A-Za-z_]\w*)"(?=\.|$)/g;

/** Names as their store folds them. Parts in double quotes keep their case, and the quotes where the case is not the store's. */
export function foldCase(given: Spelling): Spelling {
  const location = locationOf(given.namespace);
  if (location === undefined) return given;
  const { scheme } = location;
  if (!UPPER.has(scheme) && !LOWER.has(scheme)) return given;
  const fold = (text: string) => (UPPER.has(scheme) ? text.toUpperCase() : text.toLowerCase());
  const name = given.name
    .split('"')
    .map((part, i) => (i % 2 === 0 ? fold(part) : part))
    .join('"')
    .replace(QUOTED_NAME, (quoted, part: string) => (fold(part) === part ? part : quoted));
  const namespace = scheme === 'snowflake' ? given.namespace.toLowerCase() : given.namespace;
  return { namespace, name };
}

/** What stands around names in SQL, before and behind, by scheme. Stores whose names are folded have theirs in `foldCase`. */
const QUOTES: Readonly<Record<string, readonly string[]>> = {
  postgres: ['""'],
  cockroach: ['""'],
  crate: ['""'],
  mysql: ['``'],
  clickhouse: ['``', '""'],
  sqlserver: ['[]', '""'],
};

/** Names without SQL's quotes. One that is not made of whole parts, quoted or not, stays. */
export function withoutQuotes(given: Spelling): Spelling {
  const pairs = QUOTES[locationOf(given.namespace)?.scheme ?? ''];
  if (pairs === undefined) return given;
  const parts: string[] = [];
  for (let at = 0; at <= given.name.length;) {
    const pair = pairs.find((one) => given.name[at] === one[0]);
    const from = at + (pair === undefined ? 0 : 1);
    const to = given.name.indexOf(pair?.[1] ?? '.', from);
    const end = to === -1 && pair === undefined ? given.name.length : to;
    const part = given.name.slice(from, end);
    at = end + (pair === undefined ? 0 : 1);
    const isWhole = end > from && (at === given.name.length || given.name[at] === '.');
    if (!isWhole || pairs.some(([open, close]) => part.includes(open!) || part.includes(close!)))
      return given;
    parts.push(part);
    at++;
  }
  return { ...given, name: parts.join('.') };
}
