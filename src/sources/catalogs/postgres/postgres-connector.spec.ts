import pg from 'pg';
import { createTestDatabase } from '../../../../test/support/database.js';
import { describeCatalogConnector } from '../contract/catalog-connector.contract.js';
import { PostgresConnector } from './postgres-connector.js';

describeCatalogConnector('postgres', async () => {
  const database = await createTestDatabase();
  const url = new URL(database.url);
  const host = url.searchParams.get('host') ?? url.hostname;
  const source = {
    ...{ host, port: Number(url.port || 5432), database: url.pathname.slice(1), tls: false },
    ...{ user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) },
  };
  const run = async (...statements: string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const connector = new PostgresConnector(source);
  return {
    connector,
    makeOrders: async () => {
      await run(
        'CREATE SCHEMA IF NOT EXISTS shop',
        'CREATE TABLE shop.orders (id bigint NOT NULL, note text)',
        `INSERT INTO shop.orders VALUES (1, 'a'), (2, 'b')`,
        'ANALYZE shop.orders',
      );
      return '.shop.orders';
    },
    addTotal: () => run('ALTER TABLE shop.orders ADD total numeric(12,2)'),
    dropOrders: () => run('DROP TABLE shop.orders'),
    nowhere: new PostgresConnector({ ...source, host: '127.0.0.1', port: 1 }),
    close: async () => {
      await connector.close();
      await database.drop();
    },
  };
});
