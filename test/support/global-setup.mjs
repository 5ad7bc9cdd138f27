import { mkdtempSync, chmodSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DataSource } from 'typeorm';
import { dataSourceOptions, migrate } from '../../dist/src/platform/database/data-source.js';
import { startEmbeddedPostgres } from '../../dist/src/platform/database/embedded/embedded-postgres.js';

/** Migrated here; `database.ts` copies it for each test file. */
const TEMPLATE_DATABASE = 'cairn_template';

/**
 * One PostgreSQL for the whole run, without fsync, and a migrated template that each test file copies. Jest loads this file outside of its
 * transforms, so it takes the built code; `npm test` builds first.
 */
export default async function globalSetup() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-test-'));
  chmodSync(folder, 0o755);
  const postgres = await startEmbeddedPostgres(path.join(folder, 'postgres'), {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '200',
  });
  const admin = await new DataSource({ type: 'postgres', url: postgres.url }).initialize();
  await admin.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  await admin.destroy();
  const template = await new DataSource(
    dataSourceOptions(postgres.url.replace(/\/postgres$/, `/${TEMPLATE_DATABASE}`), [], 2),
  ).initialize();
  await migrate(template);
  await template.destroy();
  process.env['CAIRN_TEST_POSTGRES_URL'] = postgres.url;
  globalThis.cairnTest = { postgres, folder };
}
