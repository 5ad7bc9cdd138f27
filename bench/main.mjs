/**
 * `npm run bench [-- NAME …] [--seed N] [--profile FOLDER]`: measures the built service against a floor in the same run, so that the
 * ratios hold on other machines too. Names: ingest, soak, lineage, classification, policy, audit, pages, search, statements, versions,
 * commits, masks, gateway, kubernetes; all when none is given, but soak, which takes minutes, kubernetes only where KUBECONFIG names a
 * cluster, and gateway only where S3_ENDPOINT names a store.
 *
 * `--profile` writes CPU profiles of the service; CAIRN_BENCH_STATEMENTS=20 tells the twenty statements that took PostgreSQL longest.
 */
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const NAMES = [
  'ingest',
  'soak',
  'lineage',
  'classification',
  'policy',
  'audit',
  'pages',
  'search',
  'statements',
  'versions',
  'commits',
  'masks',
  'gateway',
  'kubernetes',
];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    profile: { type: 'string' },
  },
});
const unknown = positionals.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) fail(`there is no benchmark "${unknown[0]}"; there are ${NAMES.join(', ')}`);
if (!/^\d{1,10}$/.test(options.seed)) fail(`--seed must be a whole number, not "${options.seed}"`);
if (!existsSync(path.resolve(import.meta.dirname, '../dist/src/main.js')))
  fail('build the service first: npm run build');

// Trees are measured in this process: with the memory that the service has, as in the options of `npm run bench`.
await import('../dist/src/production.js');

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const seed = Number(options.seed);
const hasCluster = Boolean(process.env.KUBECONFIG);
if (positionals.includes('kubernetes') && !hasCluster)
  fail('kubernetes needs KUBECONFIG: eval "$(bash scripts/services/kubernetes.sh env)"');
const hasStore = Boolean(process.env.S3_ENDPOINT);
if (positionals.includes('gateway') && !hasStore)
  fail('gateway needs S3_ENDPOINT: eval "$(bash scripts/services/minio.sh env)"');
const isThere = { kubernetes: hasCluster, gateway: hasStore, soak: false };
const names = positionals.length > 0 ? positionals : NAMES.filter((name) => isThere[name] !== false);
console.log(
  `machine   ${os.availableParallelism()} cores (${os.cpus()[0].model.trim()}), ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, load ${os.loadavg()[0].toFixed(1)}`,
);
console.log(`seed      ${seed}`);
for (const name of NAMES.filter((each) => names.includes(each))) {
  const { run } = await import(`./${name}.mjs`);
  const profileFolder = options.profile === undefined ? undefined : path.resolve(options.profile, name);
  await run({
    seed,
    nodeOptions: profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`],
  });
}

function fail(message) {
  console.error(`bench: ${message}`);
  process.exit(2);
}
