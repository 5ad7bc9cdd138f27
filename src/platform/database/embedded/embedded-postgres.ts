import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DomainError } from '../../errors/domain-error.js';
import { embeddedBinaries } from './binaries.js';
import { stopLeftover } from './leftover.js';
import { chooseRunAs, dieWithParent, type RunAs } from './run-as.js';

/** The embedded PostgreSQL did not come up; its last log lines are in the message. */
export class EmbeddedPostgresFailedError extends DomainError {
  readonly kind = 'unavailable';
  constructor(step: string, output: string) {
    super(`The embedded PostgreSQL failed at ${step}:\n${output.trim().split('\n').slice(-12).join('\n')}`, {
      step,
    });
  }
}

/** A running embedded PostgreSQL. */
export interface EmbeddedPostgres {
  /** Connection URL with the superuser, on 127.0.0.1 and a free port. */
  readonly url: string;
  readonly pid: number;
  /** Ends it by a fast shutdown: transactions are rolled back, data is written. */
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;
const LOG_TAIL_BYTES = 16_384;

/**
 * Starts PostgreSQL as a child process over `dataDir`, which is initialised at the first call. The server listens on
 * 127.0.0.1 only and dies with this process.
 * @param settings server settings beside the defaults, e.g. `{ fsync: 'off' }` for tests
 * @throws {EmbeddedPostgresFailedError} with the server's own last lines
 */
export async function startEmbeddedPostgres(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<EmbeddedPostgres> {
  const native = embeddedBinaries();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const runAs = chooseRunAs([path.dirname(path.resolve(dataDir)), native]);
  if (runAs.owner) chownSync(dataDir, runAs.owner.uid, runAs.owner.gid);
  const cluster = path.join(dataDir, 'cluster');
  const passwordFile = path.join(dataDir, 'password');
  if (!existsSync(path.join(dataDir, 'initialised'))) {
    initialise(native, dataDir, cluster, passwordFile, runAs);
  } else {
    await stopLeftover(cluster);
  }
  const port = await freePort();
  const server = launch(native, cluster, port, settings, runAs);
  const password = readFileSync(passwordFile, 'utf8').trim();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  await untilReady(url, server);
  return { url, pid: server.child.pid!, stop: () => stop(server.child) };
}

function initialise(
  native: string,
  dataDir: string,
  cluster: string,
  passwordFile: string,
  runAs: RunAs,
): void {
  rmSync(cluster, { recursive: true, force: true }); // what an interrupted first start left
  writeFileSync(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  if (runAs.owner) chownSync(passwordFile, runAs.owner.uid, runAs.owner.gid);
  const words = [
    ...runAs.prefix,
    path.join(native, 'bin', 'initdb'),
    ...[
      '-D',
      cluster,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--no-instructions',
    ],
    ...['-E', 'UTF8', '--locale-provider=builtin', '--locale=C.UTF-8'],
  ];
  const done = spawnSync(words[0]!, words.slice(1), {
    uid: runAs.uid,
    gid: runAs.gid,
    encoding: 'utf8',
    cwd: dataDir,
  });
  if (done.status !== 0)
    throw new EmbeddedPostgresFailedError('initdb', `${done.error ?? ''}${done.stdout}${done.stderr}`);
  writeFileSync(path.join(dataDir, 'initialised'), '');
  if (statSync(cluster).mode & 0o077) chmodSync(cluster, 0o700);
}

interface Server {
  readonly child: ChildProcess;
  logTail: string;
}

function launch(
  native: string,
  cluster: string,
  port: number,
  settings: Readonly<Record<string, string>>,
  runAs: RunAs,
): Server {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '120',
    // With PostgreSQL's own, a steady stream of events has it write whole pages anew every half minute.
    ...{ shared_buffers: '256MB', max_wal_size: '2GB' },
    ...settings,
  };
  const words = [
    ...runAs.prefix,
    ...dieWithParent(),
    path.join(native, 'bin', 'postgres'),
    ...['-D', cluster, '-p', String(port)],
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const child = spawn(words[0]!, words.slice(1), {
    uid: runAs.uid,
    gid: runAs.gid,
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: cluster,
  });
  const server: Server = { child, logTail: '' };
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => (server.logTail = (server.logTail + text).slice(-LOG_TAIL_BYTES)));
  }
  child.on('error', (error) => (server.logTail += error.message));
  return server;
}

async function untilReady(url: string, server: Server): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    if (
      server.child.exitCode !== null ||
      server.child.signalCode !== null ||
      server.child.pid === undefined
    ) {
      throw new EmbeddedPostgresFailedError('start', server.logTail);
    }
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return;
    } catch (error) {
      if (Date.now() > deadline)
        throw new EmbeddedPostgresFailedError('start', `${server.logTail}\n${String(error)}`);
      await sleep(25);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGINT');
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
