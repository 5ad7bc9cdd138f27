import { loadBundle } from '../dist/src/policy/bundle/load-bundle.js';
import { MODEL_CONF } from '../dist/src/policy/bundle/model-conf.js';
import { CompiledPolicy } from '../dist/src/policy/decision/compiled-policy.js';
import { CasbinOracle } from '../dist/src/policy/testing/casbin-oracle.js';
import { ms, progress, rate, table } from './support/report.mjs';
import { oneOf, randomOf, spread, timed } from './support/statistics.mjs';

const SIZES = [100, 1_000, 10_000];
const USERS = 300;
const REQUESTS = 100_000;
const WARM_UP = 20_000;
/** Stock Casbin is asked for this long, in milliseconds, at each size. */
const CASBIN_MS = 3_000;
const PLANS = 300;
const ACTIONS = ['list', 'read', 'write', 'train', 'emit'];
const OBJECTS = ['**', 'dataset/**', 'dataset/sales_*', 'dataset/raw/**', 'model/**'];
const NAMES = ['sales_eu', 'raw/2026/orders', 'customers', 'churn'];
const TAGS = ['pii', 'geo', 'finance', 'unclassified'];

/**
 * How many decisions a second the compiled policy takes on one core, by the number of rules, and stock Casbin over the same files in the
 * same run; they must agree. Beside it the time of a plan, the predicate by which a list is filtered.
 */
export async function run({ seed }) {
  const rows = [
    ['rules', 'stock Casbin', 'compiled', 'ratio', 'p50', 'p99', 'compile', 'plan p50', 'p99', 'compared'],
  ];
  for (const size of SIZES) rows.push(await measured(size, randomOf(seed)));
  console.log(`\npolicy    ${USERS} users, decisions a second on one core`);
  table(rows);
}

async function measured(size, random) {
  const text = policyText(random, size);
  const bundle = loadBundle([
    { path: 'model.conf', text: MODEL_CONF },
    { path: 'bench.csv', text },
  ]);
  const { result: policy, ms: compileMs } = await timed(() => new CompiledPolicy(bundle));
  progress(`policy: ${size} rules by Casbin …`);
  const casbin = await CasbinOracle.load(text);
  const requests = Array.from({ length: REQUESTS }, () => requestOf(random));
  for (const request of requests.slice(0, WARM_UP)) policy.decide(request);
  const { result: answers, ms: compiledMs } = await timed(() =>
    requests.map((request) => policy.decide(request).allowed),
  );
  const single = requests.map((request) => {
    const from = performance.now();
    policy.decide(request);
    return 1000 * (performance.now() - from);
  });

  const from = performance.now();
  let asked = 0;
  for (; asked < REQUESTS && performance.now() - from < CASBIN_MS; asked++)
    if (casbin.allows(requests[asked]) !== answers[asked])
      throw new Error(`the compiled policy and Casbin disagree on ${JSON.stringify(requests[asked])}`);
  const floor = (1000 * asked) / (performance.now() - from);

  const planMs = [];
  for (const { subject, context } of requests.slice(0, PLANS))
    planMs.push((await timed(() => policy.plan({ subject, action: 'list', context }))).ms);
  const plans = spread(planMs);
  const each = spread(single);
  const perSecond = (1000 * REQUESTS) / compiledMs;
  return [
    size.toLocaleString('en'),
    rate(floor),
    rate(perSecond),
    `${Math.round(perSecond / floor).toLocaleString('en')}×`,
    `${each.p50.toFixed(1)} µs`,
    `${each.p99.toFixed(1)} µs`,
    ms(compileMs),
    ms(plans.p50),
    ms(plans.p99),
    asked.toLocaleString('en'),
  ];
}

function namespaces() {
  const departments = Array.from({ length: 5 }, (_, i) => `org/d${i}`);
  const teams = departments.flatMap((parent) => Array.from({ length: 4 }, (_, i) => `${parent}/t${i}`));
  return { departments, teams };
}

function policyText(random, size) {
  const roles = Math.max(5, Math.round(size / 100));
  const { departments, teams } = namespaces();
  const parentOf = (name) => name.slice(0, name.lastIndexOf('/'));
  const places = [...departments, ...teams];
  const rules = Array.from({ length: size }, (_, i) => {
    const tags = random() < 0.2 ? `${oneOf(random, ['any', 'none'])}(${oneOf(random, TAGS)})` : '*';
    const when = random() < 0.1 ? 'branch == main' : '-';
    const effect = random() < 0.02 ? 'deny' : 'allow';
    return `p, R-${i}, role:r${i % roles}, ${oneOf(random, places)}, ${oneOf(random, OBJECTS)}, ${oneOf(random, ACTIONS)}, ${tags}, ${when}, ${effect}`;
  });
  const links = Array.from({ length: USERS }, (_, user) => {
    const first = Math.floor(random() * roles);
    return [0, 1, 2].map((step) => {
      const role = (first + step * 7) % roles;
      return `g, user:u${user}, role:r${role}, ${oneOf(random, ['*', ...departments])}, -, -`;
    });
  }).flat();
  const tree = ['g2, org, *', ...places.map((name) => `g2, ${name}, ${parentOf(name)}`)];
  return [...rules, ...links, ...tree, ''].join('\n');
}

function requestOf(random) {
  return {
    subject: `user:u${Math.floor(random() * USERS)}`,
    action: oneOf(random, ACTIONS),
    namespace: oneOf(random, namespaces().teams),
    kind: oneOf(random, ['dataset', 'model']),
    name: oneOf(random, NAMES),
    tags: [oneOf(random, TAGS)],
    context: { now: new Date('2026-06-01T00:00:00Z'), branch: oneOf(random, ['main', 'draft']) },
  };
}
