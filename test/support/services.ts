import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const SCRIPTS = path.join(import.meta.dirname, '../../scripts/services');

/** Starts or stops a real server, for tests of what happens while it is away. Whoever stops one starts it again. */
export async function runService(name: string, action: 'start' | 'stop'): Promise<void> {
  await promisify(execFile)('bash', [path.join(SCRIPTS, `${name}.sh`), action]);
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
