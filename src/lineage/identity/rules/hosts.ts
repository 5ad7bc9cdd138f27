/** Ports that stores listen on when a namespace names none, by scheme. Source: OpenLineage Naming, and the stores' manuals. */
export const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  postgres: '5432',
  mysql: '3306',
  redshift: '5439',
  oracle: '1521',
  sqlserver: '1433',
  cassandra: '9042',
  kafka: '9092',
  trino: '8080',
  cockroach: '26257',
  db2: '50000',
  hive: '10000',
  teradata: '1025',
  mongodb: '27017',
  crate: '5432',
  oceanbase: '2881',
  clickhouse: '8123',
  milvus: '19530',
};

/** Schemes whose authority is a host, or several. */
export const HOST_SCHEMES: ReadonlySet<string> = new Set([...Object.keys(DEFAULT_PORTS), 'hdfs', 'mlflow']);

const HOST = /^(?:\[[\da-f:.]+\]|[\p{L}\p{N}_.-]+)$/iu;
const BARE_IPV6 = /^[\da-f]*:[\da-f]*:[\da-f:.]*$/i;

/** Changes each host of an authority, `user@` apart; what is no host stays. Hosts of a list are separated by commas. */
export function eachHost(authority: string, change: (host: string, port: string) => string): string {
  const at = authority.lastIndexOf('@') + 1;
  const hosts = authority.slice(at).split(',');
  return authority.slice(0, at) + hosts.map((text) => changed(text, change)).join(',');
}

/** An IPv6 address gets its brackets, so that a port can be told from it. */
function changed(text: string, change: (host: string, port: string) => string): string {
  if (BARE_IPV6.test(text)) return change(`[${text}]`, '');
  const colon = text.lastIndexOf(':');
  const isPort = colon > 0 && /^\d{1,5}$/.test(text.slice(colon + 1));
  const [host, port] = isPort ? [text.slice(0, colon), text.slice(colon + 1)] : [text, ''];
  return HOST.test(host) ? change(host, port) : text;
}

export function hostWithPort(host: string, port: string): string {
  return port === '' ? host : `${host}:${port}`;
}

const LOCAL: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost.localdomain']);

/** `localhost` for the other names that a machine has for itself. */
export function knownHost(host: string): string {
  return LOCAL.has(host.toLowerCase()) ? 'localhost' : host;
}
