import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { DataDirInUseError, lockDataDir } from '../../src/platform/database/embedded/data-dir-lock.js';
import { startEmbeddedPostgres } from '../../src/platform/index.js';

const folders: string[] = [];
const folder = () => folders[folders.push(mkdtempSync(path.join(os.tmpdir(), 'cairn-pg-'))) - 1]!; // 0700, as a home is
afterAll(() => folders.forEach((name) => rmSync(name, { recursive: true, force: true })));

describe('embedded PostgreSQL', () => {
  test('starts below a 0700 folder, keeps its data over a restart, and starts again after a kill', async () => {
    const dataDir = path.join(folder(), 'postgres');
    const ask = async (url: string, sql: string) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client.query(sql).finally(() => client.end());
    };
    const first = await startEmbeddedPostgres(dataDir);
    await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();

    const second = await startEmbeddedPostgres(dataDir);
    process.kill(second.pid, 'SIGKILL');
    await second.stop();

    const third = await startEmbeddedPostgres(dataDir);
    expect((await ask(third.url, 'SELECT answer FROM kept')).rows).toEqual([{ answer: 42 }]);
    await third.stop();
  }, 60_000);
});

describe('data folder lock', () => {
  test('a living process keeps others out, and its own release lets them in', () => {
    const dataDir = folder();
    const release = lockDataDir(dataDir);
    release();
    lockDataDir(dataDir)();
  });

  test('a process that was killed leaves no lock behind', async () => {
    const dataDir = folder();
    const holder = spawn(process.execPath, ['--eval', HOLD_LOCK, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    expect(() => lockDataDir(dataDir)).toThrow(DataDirInUseError);
    holder.kill('SIGKILL');
    await new Promise((resolve) => holder.once('exit', resolve));
    lockDataDir(dataDir)();
  });
});

/** Writes the lock as the service does, and lives on. */
const HOLD_LOCK = `
  const fs = require('node:fs');
  const start = fs.readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')[19];
  fs.writeFileSync(process.argv[1] + '/cairn.pid', process.pid + ' ' + start + '\\n');
  console.log('held');
  setInterval(() => undefined, 1000);`;
