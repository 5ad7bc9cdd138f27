import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MODEL_CONF } from '../dist/src/policy/bundle/model-conf.js';
import { askOf, startBenchCairn } from './support/service.mjs';
import { ms, progress, table } from './support/report.mjs';
import { oneOf, randomOf, spread, timed } from './support/statistics.mjs';

const ASSETS = 1_000_000;
const BATCH = 50_000;
const TEAMS = 200;
const RULES = 2_000;
const PAGES = 100;
const WARM_UP = 10;
/** Pages that the service has answered before anything is measured. */
const WARM_UP_SERVICE = 500;
const FIRST = 50;
const TAGS = ['geo', 'finance', 'pii', 'restricted', 'unclassified'];
const PAGE =
  'query($after: String) { assets(first: 50, after: $after) { nodes { id identityName tags } pageInfo { endCursor hasNextPage } } }';

/** Who asks, and the share of the assets that they may list. */
const CALLERS = {
  'sees all': 'p, C-all, user:all, *, **, list, *, -, allow',
  'all but two classifications': 'p, C-most, user:most, *, **, list, none(pii, restricted), -, allow',
  'a tenth of the teams': 'g, user:tenth, role:tenth, *, -, -',
  'one team of 200': 'p, C-one, user:one, org/t7, **, list, *, -, allow',
  'names that begin alike': 'p, C-names, user:names, *, dataset/raw_7*, list, *, -, allow',
  'names by a pattern': 'p, C-pattern, user:pattern, *, dataset/*_77*, list, *, -, allow',
  nothing: 'p, C-none, user:none, *, dataset/never, list, *, -, allow',
};

/**
 * A page of 50 assets out of 1,000,000, filtered by policy, over HTTP: at the beginning and further on, for callers who see much, little
 * and nothing. Beside it the floor: the same page for one who sees everything, by SQL alone.
 */
export async function run({ seed, nodeOptions }) {
  const random = randomOf(seed);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-bench-policy-'));
  writeFileSync(path.join(folder, 'model.conf'), MODEL_CONF);
  writeFileSync(path.join(folder, 'bench.csv'), policyText(random));
  const cairn = await startBenchCairn(nodeOptions, { CAIRN_POLICY_DIR: folder });
  try {
    await fill(cairn.service, random);
    const floor = await durations(() =>
      cairn.service.query(
        `SELECT id, identity_name, tags FROM asset WHERE alias_of IS NULL ORDER BY identity_name, id LIMIT ${FIRST}`,
      ),
    );
    progress('pages: warming up …');
    for (let i = 0; i < WARM_UP_SERVICE; i++) await cairn.ask(PAGE);
    const rows = [['caller', 'p50', 'p95', 'next p50', 'next p95', 'rows']];
    for (const [name, line] of Object.entries(CALLERS)) {
      progress(`pages: ${name} …`);
      const ask = await askAs(cairn, /user:(\w+)/.exec(line)[1]);
      const first = await ask(PAGE);
      const { endCursor: after } = first.assets.pageInfo;
      const begin = await durations(() => ask(PAGE));
      const next = await durations(() => ask(PAGE, { after: after ?? null }));
      rows.push([
        name,
        ms(begin.p50),
        ms(begin.p95),
        ms(next.p50),
        ms(next.p95),
        String(first.assets.nodes.length),
      ]);
    }
    console.log(
      `\npages     ${FIRST} of ${ASSETS.toLocaleString('en')} assets, ${RULES.toLocaleString('en')} rules, ${TEAMS} namespaces, one at a time over HTTP`,
    );
    table(rows);
    console.log(`  floor: the first page by SQL, unfiltered: p50 ${ms(floor.p50)}, p95 ${ms(floor.p95)}`);
  } finally {
    await cairn.stop();
    rmSync(folder, { recursive: true });
  }
}

async function durations(work) {
  const took = [];
  for (let i = 0; i < WARM_UP + PAGES; i++) {
    const { ms: one } = await timed(work);
    if (i >= WARM_UP) took.push(one);
  }
  return spread(took);
}

async function askAs({ url, ask }, name) {
  await ask('mutation($i: CreatePrincipalInput!) { createPrincipal(input: $i) { id } }', {
    i: { kind: 'user', name },
  });
  const { issueToken } = await ask('mutation($i: IssueTokenInput!) { issueToken(input: $i) { secret } }', {
    i: { subject: `user:${name}`, label: 'bench' },
  });
  return askOf(url, issueToken.secret);
}

/** Rules of many roles, as an organisation has them; those of the callers among them. */
function policyText(random) {
  const teams = Array.from({ length: TEAMS }, (_, i) => `org/t${i}`);
  const rules = Array.from({ length: RULES }, (_, i) => {
    const tags = random() < 0.3 ? `none(${oneOf(random, TAGS)})` : '*';
    return `p, R-${i}, role:r${i % 100}, ${oneOf(random, teams)}, dataset/**, ${oneOf(random, ['list', 'read'])}, ${tags}, -, allow`;
  });
  const tenth = teams
    .filter((_, i) => i % 10 === 0)
    .map(
      (team, i) =>
        `p, T-${i}, role:tenth, ${team}, **, list, ${i % 2 === 0 ? '*' : 'none(restricted)'}, -, allow`,
    );
  const tree = ['g2, org, *', ...teams.map((team) => `g2, ${team}, org`)];
  const administrator =
    'p, A-1, role:admin, *, system/**, administer, *, -, allow\ng, user:admin, role:admin, *, -, -';
  return [administrator, ...rules, ...tenth, ...Object.values(CALLERS), ...tree, ''].join('\n');
}

/** Managed ones: what is known from events only would be moved to where `places.csv` puts it. */
async function fill(pool, random) {
  for (let from = 0; from < ASSETS; from += BATCH) {
    progress(`pages: ${from.toLocaleString('en')} of ${ASSETS.toLocaleString('en')} assets …`);
    await pool.query(
      `INSERT INTO asset (id, space, kind, identity_namespace, identity_name, namespace, is_managed, tags)
       SELECT gen_random_uuid(), 'data', 'dataset', 'bench',
         (ARRAY['raw','clean','mart','feature'])[1 + n % 4] || '_' || substr(md5(n::text || $3), 1, 6) || '_' || n,
         'org/t' || (hashint4(n) & 2147483647) % $4::int, true, ARRAY[(ARRAY['geo','finance','pii','restricted','unclassified'])[1 + (hashint4(n + 7) & 2147483647) % 5]]
       FROM generate_series($1::int, $2::int) AS n`,
      [from, from + BATCH - 1, String(random()), TEAMS],
    );
  }
  await pool.query('VACUUM (ANALYZE) asset');
}
