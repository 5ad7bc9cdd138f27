import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../dist/src/platform/index.js';
import { table } from './report.mjs';

const ROOT = path.resolve(import.meta.dirname, '../..');
const START_TIMEOUT_MS = 60_000;
/** Of Node, as `npm start` has them. */
const SERVICE_OPTIONS = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
  .scripts.start.split(' ')
  .filter((word) => word.startsWith('--'));
/** How many of the statements that took PostgreSQL longest are told at the end. Counting them costs a few percent. */
const STATEMENTS = Number(process.env['CAIRN_BENCH_STATEMENTS'] ?? 0);
const STATEMENT_SETTINGS = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'all',
  'pg_stat_statements.track_planning': 'on',
};

/**
 * Starts the built service in a process of its own, over an embedded PostgreSQL with the settings of production, on a free port and
 * with data of its own. The floors of the benchmarks are measured on the same PostgreSQL, in a database beside.
 * @param nodeOptions e.g. `['--cpu-prof']`
 * @param settings beside those that every benchmark has
 * @returns {Promise<{url: string, s3Url: string, token: string, pid: number, databaseUrl: string, postgresPid: number, service: pg.Pool, floor: pg.Pool, version: string, ask: Function, kill: Function, another: Function, stop: () => Promise<void>}>}
 *   `kill` ends it by SIGKILL; `another` starts one more on the same database, with further settings; `service` and `floor`: connections to the service's database and to the empty one beside it
 */
export async function startBenchCairn(nodeOptions = [], settings = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-bench-'));
  chmodSync(folder, 0o755);
  const postgres = await startEmbeddedPostgres(
    path.join(folder, 'postgres'),
    STATEMENTS > 0 ? STATEMENT_SETTINGS : {},
  );
  const floorUrl = postgres.url.replace(/\/postgres$/, '/floor');
  const service = new pg.Pool({ connectionString: postgres.url, max: 4 });
  const { rows } = await service.query("SELECT current_setting('server_version') AS version");
  await service.query('CREATE DATABASE floor');
  const floor = new pg.Pool({ connectionString: floorUrl, max: 16 });
  if (STATEMENTS > 0) await floor.query('CREATE EXTENSION pg_stat_statements');
  // Those at rest may be told that the server ends before they have.
  for (const pool of [service, floor]) pool.on('error', () => undefined);
  const token = `bench-${randomBytes(24).toString('hex')}`;
  const started = [];
  const start = async (more = {}) => {
    const child = spawnService(nodeOptions, {
      DATABASE_URL: postgres.url,
      CAIRN_DATA_DIR: path.join(folder, `data-${started.length}`),
      CAIRN_ADMIN_TOKEN: token,
      ...settings,
      ...more,
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    started.push({ child, ended });
    const urls = await announcedUrls(child);
    const kill = async () => {
      child.kill('SIGKILL');
      await ended;
    };
    return { ...urls, pid: child.pid, ask: askOf(urls.url, token), kill };
  };
  const stop = async () => {
    for (const { child } of started) child.kill('SIGTERM');
    await Promise.all(started.map(({ ended }) => ended));
    if (STATEMENTS > 0) await tellStatements(floor);
    await Promise.all([service.end(), floor.end()]);
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const first = await start();
    return {
      ...first,
      token,
      databaseUrl: postgres.url,
      postgresPid: postgres.pid,
      service,
      floor,
      version: rows[0].version,
      another: start,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @param pool connections to another database than the service's: the statistics are of all */
async function tellStatements(pool) {
  const { rows } = await pool.query(
    `SELECT calls, plans, round(total_plan_time)::text AS planned, round(total_exec_time)::text AS carried_out,
       left(regexp_replace(query, '\\s+', ' ', 'g'), 120) AS query
     FROM pg_stat_statements JOIN pg_database AS d ON d.oid = dbid AND d.datname <> current_database()
     ORDER BY total_plan_time + total_exec_time DESC LIMIT $1`,
    [STATEMENTS],
  );
  console.log('\nstatements that took PostgreSQL longest');
  table([
    ['', 'calls', 'plans', 'planned, ms', 'carried out, ms'],
    ...rows.map((row) => [row.query, row.calls, row.plans, row.planned, row.carried_out]),
  ]);
}

function spawnService(nodeOptions, settings) {
  const child = spawn(
    process.execPath,
    [...SERVICE_OPTIONS, ...nodeOptions, path.join(ROOT, 'dist/src/main.js')],
    {
      cwd: ROOT,
      env: {
        ...process.env,
        CAIRN_PORT: '0',
        CAIRN_POLICY_DIR: path.join(ROOT, 'policies'),
        CAIRN_LOG_LEVEL: 'warn',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  process.once('exit', () => child.kill());
  return child;
}

/** The service prints where it is when it is ready. */
function announcedUrls(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    const late = setTimeout(
      () => reject(new Error(`the service was not ready in ${START_TIMEOUT_MS} ms`)),
      START_TIMEOUT_MS,
    );
    child.once('exit', (code) => reject(new Error(`the service ended with ${code}: ${text}`)));
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const urlOf = (name) => new RegExp(`${name}\\s+(http://\\S+?)/?\\s`).exec(text)?.[1];
      const [url, s3Url] = [urlOf('explorer'), urlOf('S3')];
      if (url === undefined || s3Url === undefined) return;
      clearTimeout(late);
      resolve({ url, s3Url });
    });
  });
}

export function askOf(url, token) {
  return async (query, variables = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors, undefined, 1));
    return data;
  };
}

/** Waits until the service's outbox is empty, so that its work does not fall into the next measurement. */
export async function untilQuiet(pool) {
  for (;;) {
    const { rows } = await pool.query(
      'SELECT EXISTS (SELECT 1 FROM outbox_message WHERE dead_at IS NULL) AS busy',
    );
    if (!rows[0].busy) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
