/**
 * `npm run differential [-- --seed N --requests N --pairs N]`: asks the compiled policy and stock Casbin the same random requests (1,000,000)
 * about random policies, on all cores, and for as many random pairs of a policy and a caller (10,000) whether the predicate of a list holds
 * for exactly the rows that single decisions allow. Fails with the first policies and requests on which they disagree.
 */
import os from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { loadBundle } from '../dist/src/policy/bundle/load-bundle.js';
import { MODEL_CONF } from '../dist/src/policy/bundle/model-conf.js';
import { CompiledPolicy } from '../dist/src/policy/decision/compiled-policy.js';
import { planMatches } from '../dist/src/policy/plan/plan.js';
import { decisionRequest, policyText } from '../dist/src/policy/testing/arbitraries.js';
import { CasbinOracle } from '../dist/src/policy/testing/casbin-oracle.js';
import { disagreements, noTally } from '../dist/src/policy/testing/compare.js';

const REQUESTS_PER_POLICY = 500;
const ROWS_PER_PAIR = 50;
const SHOWN = 3;

if (isMainThread) await main();
else await work(workerData);

async function main() {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      requests: { type: 'string', default: '1000000' },
      pairs: { type: 'string', default: '10000' },
    },
  });
  for (const [name, value] of Object.entries(values)) {
    if (/^\d{1,9}$/.test(value)) continue;
    console.error(
      `differential: --${name} must be a whole number from 0 to 999999999, got ${JSON.stringify(value)}`,
    );
    process.exit(2);
  }
  const seed = Number(values.seed);
  const policies = Math.ceil(Number(values.requests) / REQUESTS_PER_POLICY);
  const pairs = Number(values.pairs);
  const cores = os.availableParallelism();
  const began = Date.now();
  console.log(
    `seed ${seed}, ${policies * REQUESTS_PER_POLICY} requests to ${policies} policies, ${pairs} plans, ${cores} cores`,
  );
  const done = Array.from({ length: cores }, () => ({ policies: 0, pairs: 0 }));
  const progress = setInterval(() => {
    const sum = (key) => done.reduce((total, each) => total + each[key], 0);
    console.log(`  ${sum('policies')} of ${policies} policies, ${sum('pairs')} of ${pairs} plans`);
  }, 15_000);
  const results = await Promise.all(
    done.map((mine, index) =>
      run({ seed, policies, pairs, cores, index }, (news) => Object.assign(mine, news)),
    ),
  );
  clearInterval(progress);
  const tally = noTally();
  for (const result of results) for (const key of Object.keys(tally)) tally[key] += result.tally[key];
  const rows = { yes: 0, no: 0 };
  for (const result of results) for (const key of Object.keys(rows)) rows[key] += result.rows[key];
  const wrong = results.flatMap((result) => result.wrong);
  console.log(
    `${tally.allowed + tally.denied} requests: ${tally.allowed} allowed, ${tally.denied} denied, ${tally.masked} classifications masked, ${tally.unmasked} not, rows of ${tally.filtered} filtered, of ${tally.unfiltered} not`,
  );
  console.log(`${pairs} plans over ${rows.yes + rows.no} rows: ${rows.yes} in, ${rows.no} out`);
  console.log(`${wrong.length} disagreements in ${((Date.now() - began) / 1000).toFixed(0)} s`);
  for (const each of wrong.slice(0, SHOWN)) console.error(JSON.stringify(each, null, 2));
  const isSilent = [...Object.values(tally), ...Object.values(rows)].some((count) => count === 0);
  if (isSilent) console.error('some answer was never given: the comparison says too little');
  process.exit(wrong.length > 0 || isSilent ? 1 : 0);
}

function run(data, onProgress) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: data });
    worker.on('message', (message) => (message.tally ? resolve(message) : onProgress(message)));
    worker.on('error', reject);
  });
}

/** Every policy has a seed of its own, so that one that fails is found again whatever the number of cores. */
async function work({ seed, policies, pairs, cores, index }) {
  const tally = noTally();
  const rows = { yes: 0, no: 0 };
  const wrong = [];
  for (let at = index; at < policies; at += cores) {
    const own = seed + at;
    const [text] = fc.sample(policyText, { seed: own, numRuns: 1 });
    const requests = fc.sample(decisionRequest, { seed: own, numRuns: REQUESTS_PER_POLICY });
    const found = disagreements(policyOf(text), await CasbinOracle.load(text), requests, tally);
    if (found.length > 0) wrong.push({ seed: own, text, requests: found.slice(0, SHOWN) });
    if (at % 50 < cores) parentPort.postMessage({ policies: Math.ceil((at + 1 - index) / cores) });
  }
  for (let at = index; at < pairs; at += cores) {
    const own = seed - 1 - at;
    const [text] = fc.sample(policyText, { seed: own, numRuns: 1 });
    const requests = fc.sample(decisionRequest, { seed: own, numRuns: ROWS_PER_PAIR });
    const found = otherThanPlanned(policyOf(text), requests, rows);
    if (found.length > 0) wrong.push({ seed: own, text, rows: found.slice(0, SHOWN) });
    if (at % 50 < cores) parentPort.postMessage({ pairs: Math.ceil((at + 1 - index) / cores) });
  }
  parentPort.postMessage({ tally, rows, wrong });
}

function policyOf(text) {
  return new CompiledPolicy(
    loadBundle([
      { path: 'model.conf', text: MODEL_CONF },
      { path: 'random.csv', text },
    ]),
  );
}

/** Rows for which the first caller's plan says otherwise than a decision about the row. */
function otherThanPlanned(policy, requests, rows) {
  const [{ subject, groups, action, context, appliesMasks }] = requests;
  const caller = { subject, groups, action, context, appliesMasks };
  const plan = policy.plan(caller);
  return requests.filter(({ namespace, kind, name, tags }) => {
    const row = { namespace, kind, name, tags };
    const { allowed } = policy.decide({ ...caller, ...row });
    rows[allowed ? 'yes' : 'no'] += 1;
    return planMatches(plan, row) !== allowed;
  });
}
