/**
 * `npm run convergence [-- --seed N --permutations N --seconds N]`: takes the recorded events of each producer in random orders, with
 * repeats and in random batches, and looks whether one graph comes of it. All of the permutations (1,000) are joined as facts, as many of
 * the same as the seconds (100, for all producers) allow are written to PostgreSQL by concurrent writers, and some of these rebuilt from
 * the log. Ends with a table of how many of which.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, permutations: { type: 'string' }, seconds: { type: 'string' } },
});
for (const [name, value] of Object.entries(values)) {
  if (/^[1-9]\d{0,8}$/.test(value)) continue;
  console.error(
    `convergence: --${name} must be a whole number from 1 to 999999999, got ${JSON.stringify(value)}`,
  );
  process.exit(2);
}

const child = spawn(
  'node',
  [
    ...['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'],
    ...['--config', 'jest.services.config.js', 'lineage-convergence'],
  ],
  {
    cwd: path.resolve(import.meta.dirname, '..'),
    stdio: 'inherit',
    env: {
      ...process.env,
      ...Object.fromEntries(
        Object.entries(values).map(([name, value]) => [`CONVERGENCE_${name.toUpperCase()}`, value]),
      ),
    },
  },
);
child.once('close', (code) => process.exit(code ?? 1));
