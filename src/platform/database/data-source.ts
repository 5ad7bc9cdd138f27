import { DataSource, type DataSourceOptions, type EntitySubscriberInterface, type MixedList } from 'typeorm';
import { MIGRATIONS } from '../../../migrations/index.js';

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
    extra: { connectionTimeoutMillis: 10_000, idle_in_transaction_session_timeout: 60_000, keepAlive: true },
  };
}

/** Any number that no other advisory lock of the service uses. */
const MIGRATION_LOCK = 4_600_001;

/** Brings the schema up to date; of several processes that start at once one migrates, the others wait. */
export async function migrate(dataSource: DataSource): Promise<readonly string[]> {
  const holder = dataSource.createQueryRunner();
  await holder.connect();
  await holder.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
  try {
    return (await dataSource.runMigrations()).map((migration) => migration.name);
  } finally {
    await holder.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await holder.release();
  }
}
