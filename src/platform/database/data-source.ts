import { DataSource, type DataSourceOptions, type EntitySubscriberInterface, type MixedList } from 'typeorm';
import { MIGRATIONS } from '../../../migrations/index.js';
import { DomainError } from '../errors/domain-error.js';
import { databaseError } from './errors.js';
import { assertFitDatabase, assertMayMigrate, UnfitDatabaseError, unreached } from './fit-database.js';
import { ServiceClient } from './service-client.js';

/** An entity class; rooms list theirs in `src/entities.ts`. */
export type EntityClass = new () => object;

type SubscriberClass = new () => EntitySubscriberInterface;

/** How the service and its tools open the database. Schema changes come from migrations only. */
export function dataSourceOptions(
  url: string,
  entities: readonly EntityClass[],
  poolSize: number,
  subscribers: readonly SubscriberClass[] = [],
): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities: [...entities] as MixedList<EntityClass>,
    subscribers: [...subscribers],
    migrations: MIGRATIONS,
    migrationsTransactionMode: 'each',
    synchronize: false,
    poolSize,
    applicationName: 'cairn',
    extra: {
      ...{ connectionTimeoutMillis: 10_000, idle_in_transaction_session_timeout: 60_000, keepAlive: true },
      Client: ServiceClient,
    },
  };
}

/** Any number that no other advisory lock of the service uses. */
const MIGRATION_LOCK = 4_600_001;

/** The schema lacks migrations that this version needs, and this process is not to make them. */
export class SchemaBehindError extends DomainError {
  readonly kind = 'unavailable';
  constructor(readonly pending: readonly string[]) {
    super(
      `The database lacks ${pending.length} migrations (${pending.join(', ')}). Run "node dist/src/migrate.js", or set CAIRN_MIGRATE=true.`,
      { pending },
    );
  }
}

/** Brings the schema up to date; of several processes that start at once one migrates, the others wait. @returns what was applied */
export async function migrate(dataSource: DataSource): Promise<readonly string[]> {
  const holder = dataSource.createQueryRunner();
  await holder.connect();
  await holder.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
  try {
    if ((await pendingMigrations(dataSource)).length > 0) await assertMayMigrate(dataSource);
    return (await dataSource.runMigrations()).map((migration) => migration.name);
  } finally {
    await holder.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await holder.release();
  }
}

/** {@link migrate} on connections of its own. @param url of a database */
export function migrateDatabase(url: string): Promise<readonly string[]> {
  return withConnection(url, migrate);
}

/** Changes nothing. @throws {SchemaBehindError} naming what the database lacks */
export async function assertMigrated(url: string): Promise<void> {
  const pending = await withConnection(url, pendingMigrations);
  if (pending.length > 0) throw new SchemaBehindError(pending);
}

async function pendingMigrations(dataSource: DataSource): Promise<readonly string[]> {
  const [table] = await dataSource.query("SELECT to_regclass('migrations') AS name");
  const made =
    table.name === null
      ? []
      : ((await dataSource.query('SELECT name FROM migrations')) as { name: string }[]);
  const names = new Set(made.map(({ name }) => name));
  return MIGRATIONS.map(({ name }) => name).filter((name) => !names.has(name));
}

async function withConnection<T>(url: string, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const dataSource = await new DataSource(dataSourceOptions(url, [], 2))
    .initialize()
    .catch((error: Error) => {
      throw new UnfitDatabaseError(unreached(error), { cause: error });
    });
  try {
    await assertFitDatabase(dataSource);
    return await work(dataSource);
  } catch (error) {
    throw databaseError(error);
  } finally {
    await dataSource.destroy();
  }
}
