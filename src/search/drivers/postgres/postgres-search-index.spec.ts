import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { createTestDatabase } from '../../../../test/support/database.js';
import { Database, dataSourceOptions } from '../../../platform/index.js';
import { describeSearchIndex } from '../../contract/search-index.contract.js';
import { PostgresSearchIndex } from './postgres-search-index.js';

describeSearchIndex(
  'postgres',
  async () => {
    const testDatabase = await createTestDatabase();
    const dataSource = await new DataSource(dataSourceOptions(testDatabase.url, [], 4)).initialize();
    return {
      index: new PostgresSearchIndex(new Database(dataSource)),
      settle: async () => undefined,
      close: async () => {
        await dataSource.destroy();
        await testDatabase.drop();
      },
    };
  },
  true,
);
