/**
 * Makes what is made from code: schema.gql, docs/generated/*.md and the list of PostgreSQL's functions. Needs `npm run build`.
 *   node scripts/generate.mjs           writes the files
 *   node scripts/generate.mjs --check   exits 1 when a committed file differs, or when entities and migrations have drifted apart
 */
import 'reflect-metadata';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { DataSource } from 'typeorm';
import { AccessCheck } from '../dist/src/identity/access/access-check.js';
import { CONFIG_SCHEMA, loadConfig } from '../dist/src/platform/config/config.js';
import { ERROR_MAPPING } from '../dist/src/platform/errors/error-mapping.js';
import { startCairn } from '../dist/src/start.js';
import { configurationTable } from './generate/configuration.mjs';
import { databaseTables } from './generate/database.mjs';
import { doorsTable } from './generate/doors.mjs';
import { errorsTable } from './generate/errors.mjs';
import { postgresFunctions } from './generate/postgres-functions.mjs';

const POSTGRES_FUNCTIONS = 'src/sources/statements/postgres/generated/functions.ts';
const isCheck = process.argv.includes('--check');
const root = path.resolve(import.meta.dirname, '..');

async function generate() {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'cairn-generate-'));
  chmodSync(dataDir, 0o755);
  const cairn = await startCairn(
    loadConfig({ CAIRN_PORT: '0', CAIRN_DATA_DIR: dataDir, CAIRN_LOG_LEVEL: 'error' }),
  );
  try {
    const dataSource = cairn.app.get(DataSource);
    const drift = (await dataSource.driver.createSchemaBuilder().log()).upQueries.map((query) => query.query);
    return {
      drift,
      files: {
        'schema.gql': `${printSchema(lexicographicSortSchema(cairn.app.get(GraphQLSchemaHost).schema))}\n`,
        'docs/generated/configuration.md': configurationTable(CONFIG_SCHEMA),
        'docs/generated/database.md': await databaseTables(dataSource),
        'docs/generated/errors.md': errorsTable(path.join(root, 'src'), ERROR_MAPPING),
        'docs/generated/doors.md': doorsTable(cairn.app.get(AccessCheck).doors()),
        [POSTGRES_FUNCTIONS]: await postgresFunctions(dataSource),
      },
    };
  } finally {
    await cairn.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function current(file) {
  try {
    return readFileSync(path.join(root, file), 'utf8');
  } catch {
    return undefined;
  }
}

const { drift, files } = await generate();
const stale = Object.entries(files).filter(([file, text]) => current(file) !== text);
if (drift.length > 0)
  console.error(`Entities and migrations have drifted apart; a migration should do:\n${drift.join(';\n')}`);
if (isCheck) {
  for (const [file] of stale)
    console.error(`${file} is not what the code gives; run \`npm run generate\` and commit it`);
} else {
  for (const [file, text] of stale) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  console.log(stale.length === 0 ? 'nothing changed' : `wrote ${stale.map(([file]) => file).join(', ')}`);
}
process.exit(drift.length > 0 || (isCheck && stale.length > 0) ? 1 : 0);
