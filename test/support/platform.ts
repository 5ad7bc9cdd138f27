import { DataSource } from 'typeorm';
import { Database, dataSourceOptions, type EntityClass } from '../../src/platform/index.js';
import { createTestDatabase } from './database.js';

/** A database of a test file's own, without the rest of the service. */
export interface OpenDatabase {
  readonly database: Database;
  close(): Promise<void>;
}

export async function openTestDatabase(entities: readonly EntityClass[] = []): Promise<OpenDatabase> {
  const { url, drop } = await createTestDatabase();
  const dataSource = await new DataSource(dataSourceOptions(url, entities, 8)).initialize();
  return {
    database: new Database(dataSource),
    close: async () => {
      await dataSource.destroy();
      await drop();
    },
  };
}
