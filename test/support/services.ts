import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const SCRIPTS = path.join(import.meta.dirname, '../../scripts/services');
type Variables = Readonly<Record<string, string>>;

/**
 * Starts or stops a real server, for tests of what happens while it is away. Whoever stops one starts it again.
 * @param variables another server of that kind: ports and SERVICES_DATA of its own, see the script's head
 */
export async function runService(
  name: string,
  action: 'start' | 'stop' | 'status',
  variables: Variables = {},
): Promise<void> {
  const env = { ...process.env, ...variables };
  await promisify(execFile)('bash', [path.join(SCRIPTS, `${name}.sh`), action], { env });
}

/** Ends all processes of a running server at once, by SIGKILL. Whoever kills one starts it again. */
export async function killService(name: string, variables: Variables = {}): Promise<void> {
  await runService(name, 'status', variables);
  const { SERVICES_DATA = '/tmp/services' } = { ...process.env, ...variables };
  const folder = path.join(SERVICES_DATA, name);
  // What else lies there is the server's own, and comes and goes.
  const places = [folder, path.join(folder, 'run')].filter((place) => existsSync(place));
  for (const place of places)
    for (const file of readdirSync(place))
      if (/^[\w-]+\.pid$/.test(file)) killAll(Number(readFileSync(path.join(place, file), 'utf8')));
}

/** A process, with what it leads: a script may have started the server itself. */
function killAll(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    process.kill(pid, 'SIGKILL');
  }
}

/**
 * What a client of a real server needs, as its script's `env` says.
 * @param name e.g. `minio`
 * @throws when the tests were not started by `npm run test:services`
 */
export function serviceEnvironment(name: string): Readonly<Record<string, string>> {
  const services = JSON.parse(process.env['SERVICES'] ?? '{}') as Record<string, Record<string, string>>;
  const found = services[name];
  if (!found) throw new Error(`${name} is not up: start these tests by "npm run test:services"`);
  return found;
}
