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
  /** As in `server_version_num`: 140023 is 14.23. */
  readonly versionNumber: number;
  readonly version: string;
  readonly encoding: string;
  readonly isStandby: boolean;
}

const OLDEST_VERSION = 14;

/** What keeps Cairn from such a database, and what to do; `undefined` when it is fit. */
export function unfitness({
  versionNumber,
  version,
  encoding,
  isStandby,
}: DatabaseTraits): string | undefined {
  if (versionNumber < OLDEST_VERSION * 10_000)
    return `it is PostgreSQL ${version}, and Cairn needs ${OLDEST_VERSION} or later`;
  if (encoding !== 'UTF8')
    return `its encoding is ${encoding}; make one by CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`;
  return isStandby ? 'it is a standby, which takes no writes; name the primary' : undefined;
}

/** @throws {UnfitDatabaseError} */
export async function assertFitDatabase(dataSource: DataSource): Promise<void> {
  const [traits] =
    (await dataSource.query(`SELECT current_setting('server_version_num')::int AS "versionNumber",
    current_setting('server_version') AS version, current_setting('server_encoding') AS encoding,
    pg_is_in_recovery() AS "isStandby"`)) as [DatabaseTraits];
  const reason = unfitness(traits);
  if (reason !== undefined) throw new UnfitDatabaseError(reason);
  await assertSessions(dataSource);
}

/** @throws {UnfitDatabaseError} the user may not make tables */
export async function assertMayMigrate(dataSource: DataSource): Promise<void> {
  const [may] = (await dataSource.query(
    `SELECT current_user AS user, s.name, coalesce(has_schema_privilege(s.name, 'CREATE'), false) AS create
     FROM (SELECT current_schema() AS name) AS s`,
  )) as [{ user: string; name: string | null; create: boolean }];
  if (may.create) return;
  throw new UnfitDatabaseError(
    may.name === null
      ? `its search_path leads ${may.user} to no schema`
      : `${may.user} may not make tables in the schema ${may.name}; make ${may.user} the owner of the database, or GRANT CREATE ON SCHEMA ${may.name} TO ${may.user}`,
  );
}

/**
 * Locks, timeouts and prepared statements are of a session: a pooler that hands each transaction to another session would lose them.
 * While another connection is within a transaction, this one must find what it set before.
 */
async function assertSessions(dataSource: DataSource): Promise<void> {
  const [mine, other] = [dataSource.createQueryRunner(), dataSource.createQueryRunner()];
  try {
    const before = await backendOf(mine);
    await other.startTransaction();
    await backendOf(other);
    const after = await backendOf(mine);
    await other.rollbackTransaction();
    if (before !== after)
      throw new UnfitDatabaseError(
        'a pooler in front of it gives each transaction to another session; let it leave a session to whoever opened it (PgBouncer: pool_mode = session)',
      );
  } finally {
    await mine.release();
    await other.release();
  }
}

async function backendOf(runner: QueryRunner): Promise<number> {
  const [{ pid }] = (await runner.query('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
  return pid;
}
