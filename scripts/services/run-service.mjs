import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const folder = import.meta.dirname;

/** All servers that there is a script for. */
export const SERVICES = readdirSync(folder)
  .filter((file) => file.endsWith('.sh'))
  .map((file) => path.basename(file, '.sh'));

/** Those that the service tests need. */
export const TESTED = [
  ...['tools', 'promtool', 'compose', 'kubernetes'],
  ...['minio', 'versitygw', 'elasticsearch', 'kafka', 'keycloak', 's3-clients'],
  ...['mlflow-client', 'marquez-client'],
];

/**
 * Runs one action of a server's script.
 * @param {string} name one of {@link SERVICES}
 * @param {'install' | 'start' | 'stop' | 'status' | 'env'} action
 * @param {{ stdio?: import('node:child_process').StdioOptions }} options
 * @returns {Promise<string>} what it wrote to standard output, if that was a pipe
 * @throws when it exits with another code than 0
 */
export async function runService(name, action, { stdio = ['ignore', 'pipe', 'inherit'] } = {}) {
  const child = spawn('bash', [path.join(folder, `${name}.sh`), action], { stdio });
  let output = '';
  child.stdout?.on('data', (text) => (output += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${name}: ${action} ended with exit code ${code}`);
  return output;
}

/** What a client of a running server needs, by variable. */
export async function serviceEnvironment(name) {
  const text = await runService(name, 'env');
  return Object.fromEntries(
    [...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, key, value]) => [
      key,
      value.replace(/^'(.*)'$/, '$1'),
    ]),
  );
}

/** The version of the server itself, as its script's head or, of a tool of the system, the tool says. */
export async function versionOf(name) {
  const script = readFileSync(path.join(folder, `${name}.sh`), 'utf8');
  return /^[A-Z]+_VERSION=v?(\S+)/m.exec(script)?.[1] ?? 'of the system';
}
