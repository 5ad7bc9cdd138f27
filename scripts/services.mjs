/**
 * Real servers for tests and for trying things out, without containers: `npm run services -- start|stop|status|install|env [name…]`.
 * Without a name it means all that the service tests need. What is installed lies in SERVICES_HOME (a cache under the home folder),
 * data in SERVICES_DATA; see scripts/services/README.md.
 */
import { runService, SERVICES, TESTED } from './services/run-service.mjs';

const ACTIONS = ['install', 'start', 'stop', 'status', 'env'];
const [action, ...names] = process.argv.slice(2);
const unknown = names.filter((name) => !SERVICES.includes(name));
if (!ACTIONS.includes(action) || unknown.length > 0) {
  if (unknown.length > 0) console.error(`services: there is no ${unknown.join(', ')}`);
  console.error(`usage: npm run services -- ${ACTIONS.join('|')} [${SERVICES.join('|')} …]`);
  process.exit(2);
}
let failures = 0;
for (const name of names.length > 0 ? names : TESTED) {
  try {
    await runService(name, action, { stdio: 'inherit' });
  } catch {
    failures++;
  }
}
process.exit(failures === 0 ? 0 : 1);
