/**
 * Builds all that runs: the client package, the service and the CLI, the explorer. `npm ci` calls it (script `prepare`), so
 * that `npm start` needs nothing else. The explorer's packages are an install of their own in web/.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const npm = (...words) => execFileSync('npm', words, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });

function step(name, work) {
  const started = Date.now();
  process.stderr.write(`build: ${name} …`);
  work();
  process.stderr.write(` ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

step('openlineage-client', () => npm('run', 'build', '-w', 'packages/openlineage-client'));
step('service and cli', () => npm('run', 'build:service'));
if (!existsSync(path.join(root, 'web/node_modules/.package-lock.json')) || process.env.npm_command === 'ci') {
  step('explorer, its packages', () => npm('ci', '--prefix', 'web'));
}
step('explorer', () => npm('run', 'build', '--prefix', 'web'));
