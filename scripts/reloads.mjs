/**
 * `npm run reloads [-- --seed N --rounds N --poll-ms N]`: two replicas answer under load while bundles of policy arrive that are good, corrupt,
 * truncated, unsigned, wrongly signed, sent again, rolled back, applied in a race. A model knows which versions may answer at each moment, and
 * what they say. Ends with the seed, what was handed in, how many answers were wrong, and how long replicas took to agree.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    rounds: { type: 'string', default: '1000' },
    'poll-ms': { type: 'string', default: '1000' },
  },
});
for (const [name, value] of Object.entries(values)) {
  if (/^[1-9]\d{0,8}$/.test(value)) continue;
  console.error(
    `reloads: --${name} must be a whole number from 1 to 999999999, got ${JSON.stringify(value)}`,
  );
  process.exit(2);
}

const child = spawn(
  'node',
  [
    ...['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'],
    ...['--config', 'jest.long.config.js', '--maxWorkers=1', 'policy-reloads'],
  ],
  {
    cwd: path.resolve(import.meta.dirname, '..'),
    stdio: 'inherit',
    env: {
      ...process.env,
      RELOADS_SHOW: '1',
      RELOADS_ROUNDS: values.rounds,
      RELOADS_POLL_MS: values['poll-ms'],
      ...(values.seed && { RELOADS_SEED: values.seed }),
    },
  },
);
child.once('close', (code) => process.exit(code ?? 1));
