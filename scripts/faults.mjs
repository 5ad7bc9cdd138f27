/**
 * `npm run faults [-- --seed N --rounds N]`: writes, merges and collects garbage while the service, its PostgreSQL and its object store are
 * killed again and again, and looks after each round whether all that was acknowledged is there. Ends with the seed, what was killed how
 * often, and what was done. A seed that failed is to be given again; how processes race is not in it.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runService, serviceEnvironment } from './services/run-service.mjs';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, rounds: { type: 'string', default: '20' } },
});
for (const [name, value] of Object.entries(values)) {
  if (/^[1-9]\d{0,8}$/.test(value)) continue;
  console.error(`faults: --${name} must be a whole number from 1 to 999999999, got ${JSON.stringify(value)}`);
  process.exit(2);
}

// The test starts a store of its own, beside any that is up, from what is installed.
await runService('minio', 'install', { stdio: 'inherit' });
const child = spawn(
  'node',
  [
    ...['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'],
    ...['--config', 'jest.services.config.js', 'versions-faults'],
  ],
  {
    cwd: path.resolve(import.meta.dirname, '..'),
    stdio: 'inherit',
    env: {
      ...process.env,
      SERVICES: JSON.stringify({ minio: await serviceEnvironment('minio') }),
      FAULTS_ROUNDS: values.rounds,
      ...(values.seed && { FAULTS_SEED: values.seed }),
    },
  },
);
child.once('close', (code) => process.exit(code ?? 1));
