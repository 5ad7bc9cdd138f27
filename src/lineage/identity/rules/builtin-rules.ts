import { DEFAULT_PORTS, eachHost, HOST_SCHEMES, hostWithPort, knownHost } from './hosts.js';
import {
  foldCase,
  isObjectStore,
  isPathStore,
  withoutPartitions,
  withoutQuotes,
  withoutShard,
} from './names.js';
import { locationOf, namespaceAt, relocated, type Spelling } from './spelling.js';

/** A rule that every installation has, and may turn off. */
export interface BuiltinRule {
  readonly id: string;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** From what, to what. */
  readonly examples: readonly (readonly [Spelling, Spelling])[];
  /** Gives a dataset's spelling another; the same where it does not apply. Undefined where the rule is about what events say. */
  readonly spell?: (given: Spelling) => Spelling;
}

const spelling = (namespace: string, name: string): Spelling => ({ namespace, name });

const SCHEMES: Readonly<Record<string, string>> = {
  s3a: 's3',
  s3n: 's3',
  gcs: 'gs',
  abfs: 'abfss',
  postgresql: 'postgres',
  mssql: 'sqlserver',
};
const BLOB_HOST = '.blob.core.windows.net';
const DFS_HOST = '.dfs.core.windows.net';

/** The rules of spelling that come with Cairn, in the order in which they are applied. */
export const BUILTIN_RULES: readonly BuiltinRule[] = [
  {
    id: 'schemes',
    summary:
      'One scheme for each store: s3a and s3n are s3, abfs, wasb and wasbs are abfss, gcs is gs, postgresql is postgres.',
    examples: [
      [spelling('s3a://lake', 'orders'), spelling('s3://lake', 'orders')],
      [
        spelling('wasbs://raw@acme.blob.core.windows.net', 'orders'),
        spelling('abfss://raw@acme.dfs.core.windows.net', 'orders'),
      ],
      [
        spelling('postgresql://db:5432', 'shop.public.orders'),
        spelling('postgres://db:5432', 'shop.public.orders'),
      ],
    ],
    spell: oneScheme,
  },
  {
    id: 'files',
    summary: 'A local file is named by its whole path in the namespace `file`.',
    examples: [
      [spelling('file:///srv/shop/raw', 'orders.csv'), spelling('file', '/srv/shop/raw/orders.csv')],
      [spelling('file://localhost', '/srv/orders.csv'), spelling('file', '/srv/orders.csv')],
    ],
    spell: wholePath,
  },
  {
    id: 'host-case',
    summary: 'Names of hosts are written in small letters.',
    examples: [
      [
        spelling('mysql://DB.Example.com:3306', 'shop.orders'),
        spelling('mysql://db.example.com:3306', 'shop.orders'),
      ],
    ],
    spell: (given) =>
      relocated(given, HOST_SCHEMES, (at) => ({
        ...at,
        authority: eachHost(at.authority, (host, port) => hostWithPort(host.toLowerCase(), port)),
      })),
  },
  {
    id: 'localhost',
    summary: '127.0.0.1 and ::1 are localhost.',
    examples: [
      [
        spelling('postgres://127.0.0.1:5432', 'shop.public.orders'),
        spelling('postgres://localhost:5432', 'shop.public.orders'),
      ],
    ],
    spell: (given) =>
      relocated(given, HOST_SCHEMES, (at) => ({
        ...at,
        authority: eachHost(at.authority, (host, port) => hostWithPort(knownHost(host), port)),
      })),
  },
  {
    id: 'default-ports',
    summary: "A database without a port has its store's own one; HDFS is named without its port 8020.",
    examples: [
      [spelling('postgres://db', 'shop.public.orders'), spelling('postgres://db:5432', 'shop.public.orders')],
      [spelling('hdfs://nn:8020', '/lake/orders'), spelling('hdfs://nn', '/lake/orders')],
    ],
    spell: (given) =>
      relocated(given, HOST_SCHEMES, (at) => ({
        ...at,
        authority:
          at.authority === '' ? '' : eachHost(at.authority, (host, port) => withPort(at.scheme, host, port)),
      })),
  },
  {
    id: 'slashes',
    summary:
      'Slashes at the end count for nothing, nor do those before a key of an object store, nor a second one in a path.',
    examples: [
      [spelling('s3://lake/', '/orders/'), spelling('s3://lake', 'orders')],
      [spelling('file', '/srv//shop/orders/'), spelling('file', '/srv/shop/orders')],
    ],
    spell: withoutSlashes,
  },
  {
    id: 'partitions',
    summary:
      'Partitions of a dataset are that dataset: what ends in `/key=value` or in `/*`, and of BigQuery in `$20240501` or `_20240501`.',
    examples: [
      [spelling('s3://lake', 'orders/dt=2024-05-01/hour=07'), spelling('s3://lake', 'orders')],
      [spelling('bigquery', 'acme.logs.events_20240501'), spelling('bigquery', 'acme.logs.events_*')],
    ],
    spell: (given) =>
      isPathStore(given.namespace)
        ? { ...given, name: withoutPartitions(given.name) }
        : given.namespace === 'bigquery'
          ? { ...given, name: withoutShard(given.name) }
          : given,
  },
  {
    id: 'case',
    summary:
      'Names are in the case that their store folds unquoted names to: Snowflake and Oracle to capitals, Hive, Redshift and Trino to small letters.',
    examples: [
      [
        spelling('snowflake://ACME-EU', 'shop.public.orders'),
        spelling('snowflake://acme-eu', 'SHOP.PUBLIC.ORDERS'),
      ],
      [
        spelling('trino://trino:8080', 'hive.Shop.Orders'),
        spelling('trino://trino:8080', 'hive.shop.orders'),
      ],
    ],
    spell: foldCase,
  },
  {
    id: 'quotes',
    summary:
      'Names of PostgreSQL, CockroachDB, CrateDB, MySQL, ClickHouse and SQL Server are without the quotes that SQL puts around them.',
    examples: [
      [
        spelling('postgres://db:5432', 'shop.public."Order Lines"'),
        spelling('postgres://db:5432', 'shop.public.Order Lines'),
      ],
      [
        spelling('sqlserver://db:1433', 'shop.[dbo].[orders]'),
        spelling('sqlserver://db:1433', 'shop.dbo.orders'),
      ],
    ],
    spell: withoutQuotes,
  },
];

/** What events say, and which may be turned off as well. */
export const TOLD_RULES = {
  symlinks: {
    id: 'symlinks',
    summary: 'The `symlinks` of a dataset are other names of it; of a path and a table the table is shown.',
    examples: [],
  },
  renames: {
    id: 'renames',
    summary:
      'A dataset that `lifecycleStateChange` says to be renamed is the one that it was; the latest name is shown.',
    examples: [],
  },
  statements: {
    id: 'trino-queries',
    summary:
      "Queries of Trino, whose jobs are named by the query's id, are one job as long as they run the same statement.",
    examples: [],
  },
} as const satisfies Readonly<Record<string, BuiltinRule>>;

export const ALL_BUILTIN_RULES: readonly BuiltinRule[] = [...BUILTIN_RULES, ...Object.values(TOLD_RULES)];

function oneScheme(given: Spelling): Spelling {
  const location = locationOf(given.namespace);
  if (location === undefined) return given;
  const { scheme, authority, path } = location;
  if (scheme === 'wasb' || scheme === 'wasbs') {
    const account = authority.toLowerCase().endsWith(BLOB_HOST)
      ? authority.slice(0, -BLOB_HOST.length) + DFS_HOST
      : authority;
    return { ...given, namespace: namespaceAt({ scheme: 'abfss', authority: account, path }) };
  }
  return { ...given, namespace: namespaceAt({ ...location, scheme: SCHEMES[scheme] ?? scheme }) };
}

function wholePath({ namespace, name }: Spelling): Spelling {
  const location = locationOf(namespace);
  if (location?.scheme !== 'file') return { namespace, name };
  const host = location.authority.toLowerCase();
  const at = host === '' || knownHost(host) === 'localhost' ? 'file' : `file://${host}`;
  if (location.path === '' || location.path === '/') return { namespace: at, name };
  return { namespace: at, name: `${location.path}/${name}` };
}

function withPort(scheme: string, host: string, port: string): string {
  if (scheme === 'hdfs') return hostWithPort(host, port === '8020' ? '' : port);
  return hostWithPort(host, port === '' ? (DEFAULT_PORTS[scheme] ?? '') : port);
}

function withoutSlashes(given: Spelling): Spelling {
  if (!isPathStore(given.namespace)) return given;
  const namespace = given.namespace.replace(/([^/])\/+$/, '$1');
  const isBucket = isObjectStore(namespace);
  const path = isBucket ? given.name.replace(/^\/+/, '') : given.name.replace(/\/{2,}/g, '/');
  const name = withoutTrailingSlashes(path);
  return { namespace, name: name === '' ? '/' : name };
}

/** By hand: `/\/+$/` would take the square of the slashes in the middle. */
function withoutTrailingSlashes(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '/') end--;
  return text.slice(0, end);
}
