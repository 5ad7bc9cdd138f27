import type { DataSource, QueryRunner } from 'typeorm';
import { DomainError } from '../errors/domain-error.js';

/** Cairn cannot work on what DATABASE_URL names. Nothing was changed there. */
export class UnfitDatabaseError extends DomainError {
  readonly kind = 'unavailable';
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`The database of DATABASE_URL cannot be used: ${reason}.`, { reason }, options);
  }
}

/** What a database says of itself. */
export interface DatabaseTraits {
  /** The product, as `version()` begins. */
  readonly product: string;
  /** As in `server_version_num`: 140023 is 14.23. */
  readonly versionNumber: number;
  readonly version: string;
  readonly encoding: string;
  readonly isStandby: boolean;
  readonly user: string;
  readonly database: string;
  /** What sessions of the user begin with, by the names of {@link SESSION_SETTINGS}. */
  readonly settings: Readonly<Record<string, string>>;
}

const OLDEST_VERSION = 14;
/** By these values are read and written; roles, databases and servers can be given others. */
const SESSION_SETTINGS: Readonly<Record<string, { readonly fit: RegExp; readonly needed: string }>> = {
  default_transaction_isolation: { fit: /^read committed$/, needed: 'read committed' },
  default_transaction_read_only: { fit: /^off$/, needed: 'off' },
  DateStyle: { fit: /^ISO\b/, needed: 'ISO' },
  extra_float_digits: { fit: /^[1-3]$/, needed: '1' },
  standard_conforming_strings: { fit: /^on$/, needed: 'on' },
};

/** What keeps Cairn from such a database, and what to do; `undefined` when it is fit. */
export function unfitness({
  product,
  versionNumber,
  version,
  encoding,
  isStandby,
  user,
  database,
  settings,
}: DatabaseTraits): string | undefined {
  if (product !== 'PostgreSQL') return `it is ${product}, and Cairn needs PostgreSQL`;
  if (versionNumber < OLDEST_VERSION * 10_000)
    return `it is PostgreSQL ${version}, and Cairn needs ${OLDEST_VERSION} or later`;
  if (encoding !== 'UTF8')
    return `its encoding is ${encoding}; make one by CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`;
  if (isStandby) return 'it is a standby, which takes no writes; name the primary';
  for (const [name, { fit, needed }] of Object.entries(SESSION_SETTINGS))
    if (!fit.test(settings[name] ?? ''))
      return `sessions of ${user} begin with ${name} = '${settings[name]}'; ALTER ROLE ${user} IN DATABASE ${database} SET ${name} = '${needed}'`;
  return undefined;
}

/** What OpenSSL says of a certificate that no authority known here has signed. */
const UNTRUSTED =
  /^(?:UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT(?:_IN_CHAIN)?)$/;

/** Why there is no connection. It names host, port, user or database, and no password. */
export function unreached(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && UNTRUSTED.test(code)
    ? `${error.message}; name the certificate of its authority in the URL: ?sslmode=verify-full&sslrootcert=FILE`
    : error.message;
}

/** @throws {UnfitDatabaseError} */
export async function assertFitDatabase(dataSource: DataSource): Promise<void> {
  const reason = unfitness(await traitsOf(dataSource));
  if (reason !== undefined) throw new UnfitDatabaseError(reason);
  await assertSessions(dataSource);
}

async function traitsOf(dataSource: DataSource): Promise<DatabaseTraits> {
  const [traits] =
    (await dataSource.query(`SELECT substring(version() FROM '^[A-Za-z][A-Za-z ]*[A-Za-z]') AS product,
      current_setting('server_version_num')::int AS "versionNumber", current_setting('server_version') AS version,
      current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS "isStandby",
      quote_ident(current_user) AS user, quote_ident(current_database()) AS database`)) as [
      Omit<DatabaseTraits, 'settings'>,
    ];
  const settings = (await dataSource.query(
    'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS s (name)',
    [Object.keys(SESSION_SETTINGS)],
  )) as { name: string; value: string }[];
  return { ...traits, settings: Object.fromEntries(settings.map(({ name, value }) => [name, value])) };
}

/** @throws {UnfitDatabaseError} the user may not make tables, or there is no pg_trgm and none to be made */
export async function assertMayMigrate(dataSource: DataSource): Promise<void> {
  const [may] = (await dataSource.query(
    `SELECT current_user AS user, s.name, coalesce(has_schema_privilege(s.name, 'CREATE'), false) AS create
     FROM (SELECT current_schema() AS name) AS s`,
  )) as [{ user: string; name: string | null; create: boolean }];
  if (may.create) return assertTrigrams(dataSource, may.user);
  throw new UnfitDatabaseError(
    may.name === null
      ? `its search_path leads ${may.user} to no schema`
      : `${may.user} may not make tables in the schema ${may.name}; make ${may.user} the owner of the database, or GRANT CREATE ON SCHEMA ${may.name} TO ${may.user}`,
  );
}

/** Only trying tells who may make an extension: providers have rules of their own. */
async function assertTrigrams(dataSource: DataSource, user: string): Promise<void> {
  await dataSource.query('CREATE EXTENSION IF NOT EXISTS pg_trgm').catch((error: Error) => {
    throw new UnfitDatabaseError(
      `${user} cannot make the extension pg_trgm there (${error.message}); GRANT CREATE ON DATABASE … TO ${user}, or have it made by who may: CREATE EXTENSION pg_trgm`,
      { cause: error },
    );
  });
  const [elsewhere] = (await dataSource.query(
    `SELECT n.nspname AS schema FROM pg_opclass AS o JOIN pg_namespace AS n ON n.oid = o.opcnamespace
     WHERE o.opcname = 'gin_trgm_ops' AND NOT pg_opclass_is_visible(o.oid)`,
  )) as { schema: string }[];
  if (elsewhere !== undefined)
    throw new UnfitDatabaseError(
      `its extension pg_trgm is in the schema ${elsewhere.schema}, where ${user} does not look; add ${elsewhere.schema} to the search_path of ${user}`,
    );
}

/**
 * Locks, timeouts and prepared statements are of a session: a pooler that hands each transaction to another session would lose them.
 * Two connections must have two sessions, and this one must find its own while the other is within a transaction.
 */
async function assertSessions(dataSource: DataSource): Promise<void> {
  const [mine, other] = [dataSource.createQueryRunner(), dataSource.createQueryRunner()];
  try {
    const before = await backendOf(mine);
    const isShared = (await backendOf(other)) === before || (await movesWhile(mine, before, other));
    if (isShared)
      throw new UnfitDatabaseError(
        'a pooler in front of it hands sessions from one connection to another; let it leave a session to whoever opened it (PgBouncer: pool_mode = session)',
      );
  } finally {
    await mine.release();
    await other.release();
  }
}

async function movesWhile(mine: QueryRunner, before: number, other: QueryRunner): Promise<boolean> {
  await other.startTransaction();
  await backendOf(other);
  const after = await backendOf(mine);
  await other.rollbackTransaction();
  return after !== before;
}

async function backendOf(runner: QueryRunner): Promise<number> {
  const [{ pid }] = (await runner.query('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
  return pid;
}
