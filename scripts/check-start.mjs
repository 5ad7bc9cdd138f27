/**
 * A newcomer's first minutes, checked from a fresh clone of HEAD under a 0700 home: `npm ci`, first start, second start on the same
 * data, a second instance refused, Ctrl-C, and a killed Node that leaves no PostgreSQL behind. Prints the times of both starts.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = path.resolve(import.meta.dirname, '..');
const home = mkdtempSync(path.join(os.tmpdir(), 'cairn-newcomer-')); // mkdtemp makes it 0700
const clone = path.join(home, 'cairn');
const checks = [];

function check(name, isTrue) {
  checks.push(isTrue);
  console.log(`${isTrue ? 'ok  ' : 'FAIL'} ${name}`);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs `npm start`'s command. @returns the process, its output so far, and seconds until it was ready */
async function start(port) {
  const child = spawn(path.join(clone, 'node_modules/.bin/node'), ['dist/src/main.js'], {
    cwd: clone,
    env: {
      ...process.env,
      CAIRN_PORT: String(port),
      CAIRN_LOG_LEVEL: 'warn',
      DATABASE_URL: '',
      CAIRN_ADMIN_TOKEN: '',
    },
  });
  const run = {
    child,
    output: '',
    seconds: undefined,
    exited: new Promise((resolve) => child.once('exit', resolve)),
  };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (run.output += text));
  const started = Date.now();
  while (child.exitCode === null && Date.now() - started < 60_000) {
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`).then(
      (r) => r.ok,
      () => false,
    );
    if (ready && run.output.includes('Cairn is ready')) {
      run.seconds = (Date.now() - started) / 1000;
      break;
    }
    await sleep(25);
  }
  return run;
}

/** Process id of the PostgreSQL under the clone's data folder, if it lives. */
function postgresPid() {
  try {
    const pid = Number(
      readFileSync(path.join(clone, '.cairn/postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0],
    );
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

async function until(condition, seconds) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50))
    if (condition()) return true;
  return condition();
}

try {
  mkdirSync(clone);
  execFileSync('git', ['clone', '-q', '--no-local', root, clone]);
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: clone,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const port = await freePort();

  const cold = await start(port);
  check(`first start is ready (${cold.seconds} s)`, cold.seconds !== undefined);
  if (cold.seconds === undefined) console.log(cold.output);
  check('the first start shows an admin token', /cairn_[\w-]{43}/.test(cold.output));
  const page = await fetch(`http://127.0.0.1:${port}/`);
  check('the explorer is served at /', page.ok && (await page.text()).includes('<div id="root"'));

  const second = await start(await freePort());
  check(
    'a second instance on the same data is refused by name',
    second.seconds === undefined && second.output.includes('in use by another Cairn'),
  );

  cold.child.kill('SIGINT');
  await cold.exited;
  check('Ctrl-C ends with exit code 0', cold.child.exitCode === 0);
  check('Ctrl-C stops PostgreSQL', postgresPid() === undefined);

  const warm = await start(port);
  check(`second start on the same data is ready (${warm.seconds} s)`, warm.seconds !== undefined);
  check('the token is not shown again', !/cairn_[\w-]{43}/.test(warm.output));

  warm.child.kill('SIGKILL');
  await warm.exited;
  check('a killed Node leaves no PostgreSQL behind', await until(() => postgresPid() === undefined, 15));
  const again = await start(port);
  check('it starts again after a kill', again.seconds !== undefined);
  again.child.kill('SIGTERM');
  await again.exited;
} finally {
  rmSync(home, { recursive: true, force: true });
}
const failed = checks.filter((isTrue) => !isTrue).length;
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
