/**
 * `npm run test:services [-- NAME-OF-TEST …]`: starts the real servers that are not up yet, runs every `*.service-spec.ts` against
 * them, and stops those that it started. Prints the seconds that each server took, and its version where it tells.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { runService, serviceEnvironment, TESTED } from './services/run-service.mjs';

const root = path.resolve(import.meta.dirname, '..');
const started = [];
const environments = {};
let code = 1;
try {
  for (const name of TESTED) {
    const isUp = await runService(name, 'status', { stdio: 'ignore' }).then(
      () => true,
      () => false,
    );
    const from = Date.now();
    if (!isUp) {
      started.push(name);
      await runService(name, 'start', { stdio: ['ignore', 'inherit', 'inherit'] });
    }
    environments[name] = await serviceEnvironment(name);
    console.log(`${name}: ${isUp ? 'was up' : `started in ${((Date.now() - from) / 1000).toFixed(1)} s`}`);
  }
  code = await jest();
} finally {
  for (const name of started.reverse()) await runService(name, 'stop', { stdio: 'inherit' }).catch(() => {});
}
process.exit(code);

/** The tests find the servers in SERVICES: what each script's `env` says, by name. */
function jest() {
  const child = spawn(
    'node',
    [
      ...['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'],
      ...['--config', 'jest.services.config.js', '--verbose', ...process.argv.slice(2)],
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, SERVICES: JSON.stringify(environments) } },
  );
  return new Promise((resolve) => child.once('close', (exitCode) => resolve(exitCode ?? 1)));
}
