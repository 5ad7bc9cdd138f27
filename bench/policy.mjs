import { loadBundle } from '../dist/src/policy/bundle/load-bundle.js';
import { MODEL_CONF } from '../dist/src/policy/bundle/model-conf.js';
import { CompiledPolicy } from '../dist/src/policy/decision/compiled-policy.js';
import { CasbinOracle } from '../dist/src/policy/testing/casbin-oracle.js';
import { ms, progress, rate, table } from './support/report.mjs';
import { oneOf, randomOf, spread, timed } from './support/statistics.mjs';

const RULES = 10_000;
const ROLES = 100;
const USERS = 300;
const REQUESTS = 20_000;
const CASBIN_REQUESTS = 300;
const PLANS = 300;
const ACTIONS = ['list', 'read', 'write', 'train', 'emit'];
const OBJECTS = ['**', 'dataset/**', 'dataset/sales_*', 'dataset/raw/**', 'model/**'];
const NAMES = ['sales_eu', 'raw/2026/orders', 'customers', 'churn'];
const TAGS = ['pii', 'geo', 'finance', 'unclassified'];

/**
 * How many decisions a second the compiled policy takes at 10,000 rules, and stock Casbin over the same files; they must agree. Beside
 * it the time of a plan, the predicate by which a list is filtered.
 */
export async function run({ seed }) {
  const random = randomOf(seed);
  const text = policyText(random);
  const bundle = loadBundle([
    { path: 'model.conf', text: MODEL_CONF },
    { path: 'bench.csv', text },
  ]);
  const compiled = await timed(() => new CompiledPolicy(bundle));
  const policy = compiled.result;
  progress('policy: loading into Casbin …');
  const casbin = await CasbinOracle.load(text);
  const requests = Array.from({ length: REQUESTS }, () => requestOf(random));

  for (const request of requests.slice(0, 5_000)) policy.decide(request);
  const indexed = await timed(() => requests.map((request) => policy.decide(request).allowed));
  progress(`policy: ${CASBIN_REQUESTS} decisions by Casbin …`);
  const some = requests.slice(0, CASBIN_REQUESTS);
  const scanned = await timed(() => some.map((request) => casbin.allows(request)));
  const disagreements = scanned.result.filter((isAllowed, at) => isAllowed !== indexed.result[at]).length;
  if (disagreements > 0) throw new Error(`the compiled policy and Casbin disagree ${disagreements} times`);

  const planMs = [];
  for (const { subject, context } of requests.slice(0, PLANS))
    planMs.push((await timed(() => policy.plan({ subject, action: 'list', context }))).ms);

  const perSecond = (1000 * REQUESTS) / indexed.ms;
  const floor = (1000 * CASBIN_REQUESTS) / scanned.ms;
  const allowed = indexed.result.filter(Boolean).length;
  console.log(
    `\npolicy    ${RULES.toLocaleString('en')} rules, ${ROLES} roles, ${USERS} users, one core; ${((100 * allowed) / REQUESTS).toFixed(0)} % allowed, ${CASBIN_REQUESTS} answers compared, compiled in ${ms(compiled.ms)}`,
  );
  table([
    ['', 'decisions', 'ratio'],
    ['floor: stock Casbin', rate(floor), '1×'],
    ['compiled policy', rate(perSecond), `${Math.round(perSecond / floor).toLocaleString('en')}×`],
  ]);
  const { p50, p95, p99 } = spread(planMs);
  console.log(`  a plan for a list: p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}`);
}

function namespaces() {
  const departments = Array.from({ length: 5 }, (_, i) => `org/d${i}`);
  const teams = departments.flatMap((parent) => Array.from({ length: 4 }, (_, i) => `${parent}/t${i}`));
  return { departments, teams };
}

function policyText(random) {
  const { departments, teams } = namespaces();
  const parentOf = (name) => name.slice(0, name.lastIndexOf('/'));
  const places = [...departments, ...teams];
  const rules = Array.from({ length: RULES }, (_, i) => {
    const tags = random() < 0.2 ? `${oneOf(random, ['any', 'none'])}(${oneOf(random, TAGS)})` : '*';
    const when = random() < 0.1 ? 'branch == main' : '-';
    const effect = random() < 0.02 ? 'deny' : 'allow';
    return `p, R-${i}, role:r${i % ROLES}, ${oneOf(random, places)}, ${oneOf(random, OBJECTS)}, ${oneOf(random, ACTIONS)}, ${tags}, ${when}, ${effect}`;
  });
  const links = Array.from({ length: USERS }, (_, user) => {
    const first = Math.floor(random() * ROLES);
    return [0, 1, 2].map((step) => {
      const role = (first + step * 7) % ROLES;
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
