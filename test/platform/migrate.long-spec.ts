import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const DIST = path.join(import.meta.dirname, '../../dist/src');
const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-migrate-'));
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await client.end();
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs an entry of the built service to its end, or until it is ready. */
async function run(entry: string, env: Record<string, string>) {
  const child = spawn('node', [path.join(DIST, entry)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...{ CAIRN_PORT: '0', CAIRN_DATA_DIR: folder, CAIRN_LOG_LEVEL: 'silent' },
      ...{ CAIRN_ADMIN_TOKEN: 'test-administrator', DATABASE_URL: database.url, ...env },
    },
  });
  const closed = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += String(text);
      if (output.includes('Cairn is ready')) child.kill('SIGTERM');
    });
  }
  const [code] = (await closed) as [number];
  return { code, output };
}

test('a service that is not to migrate refuses an empty database and leaves it empty', async () => {
  const { code, output } = await run('main.js', { CAIRN_MIGRATE: 'false' });
  expect(output).toMatch(/lacks \d+ migrations \(Platform1795392000001, .*node dist\/src\/migrate\.js/);
  expect(code).toBe(1);
});

test('the entry that only migrates does so once, however many do it at once; then the service starts', async () => {
  const runs = await Promise.all([1, 2, 3].map(() => run('migrate.js', {})));
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
  const upToDate = runs.filter(({ output }) => output.includes('the schema is up to date'));
  expect(upToDate).toHaveLength(2);
  expect(await run('main.js', { CAIRN_MIGRATE: 'false' })).toMatchObject({
    code: 0,
    output: expect.stringContaining('Cairn is ready'),
  });
});

test('without a database, or with one that is away, it says so and shows no password', async () => {
  const none = await run('migrate.js', { DATABASE_URL: '' });
  expect(none).toMatchObject({ code: 1, output: expect.stringContaining('DATABASE_URL: is needed') });
  const away = await run('migrate.js', { DATABASE_URL: 'postgres://cairn:hunter2@127.0.0.1:9/cairn' });
  expect(away).toMatchObject({ code: 1, output: expect.stringContaining('ECONNREFUSED') });
  expect(away.output).not.toContain('hunter2');
});

test('a database that cannot do is refused with what to do, and nothing is made in it', async () => {
  const name = `unfit_${randomBytes(6).toString('hex')}`;
  const url = new URL(database.url);
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  try {
    url.pathname = `/${name}`;
    expect(await run('main.js', { DATABASE_URL: url.href })).toMatchObject({
      ...{ code: 1, output: expect.stringMatching(/^cairn: .*database "unfit_\w+" does not exist/) },
    });
    await admin.query(
      `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`,
    );
    const latin = await run('migrate.js', { DATABASE_URL: url.href });
    expect(latin).toMatchObject({ code: 1, output: expect.stringMatching(/^cairn: .*LATIN1.*UTF8/) });
    await admin.query(`DROP DATABASE ${name}; `);
    await admin.query(`CREATE DATABASE ${name}`);
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'none'`);
    [url.username, url.password] = [name, 'none'];
    const poor = await run('main.js', { DATABASE_URL: url.href });
    expect(poor).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^cairn: .*GRANT CREATE ON SCHEMA public/),
    });
    const owner = new pg.Client({ connectionString: database.url.replace(/[^/]+$/, name) });
    await owner.connect();
    await owner.query(`GRANT CREATE ON SCHEMA public TO ${name}`);
    const refusal = async () => (await run('migrate.js', { DATABASE_URL: url.href })).output;
    expect(await refusal()).toMatch(/^cairn: .*extension pg_trgm .*GRANT CREATE ON DATABASE/);
    await owner.query('CREATE SCHEMA extensions; CREATE EXTENSION pg_trgm SCHEMA extensions');
    expect(await refusal()).toMatch(/^cairn: .*pg_trgm is in the schema extensions/);
    await owner.query(`ALTER ROLE ${name} SET DateStyle = 'German'`);
    expect(await refusal()).toMatch(
      /^cairn: .*ALTER ROLE unfit_\w+ IN DATABASE unfit_\w+ SET DateStyle = 'ISO'/,
    );
    await owner.end();
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.query(`DROP ROLE IF EXISTS ${name}`);
    await admin.end();
  }
});
