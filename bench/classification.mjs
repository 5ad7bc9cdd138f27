import { ms, progress, table } from './support/report.mjs';
import { startBenchCairn } from './support/service.mjs';
import { spread } from './support/statistics.mjs';
import { fillGraph } from './support/wide-graph.mjs';

const COLUMN_EDGES = Number(process.env.BENCH_COLUMN_EDGES ?? 1_000_000);
const ROOTS = Number(process.env.BENCH_ROOTS ?? 2_000);
const CHANGES = Number(process.env.BENCH_CHANGES ?? 30);
const TAGS = ['pii.email', 'pii.phone', 'pii.name', 'health', 'finance'];
/** The graph is read into memory first. */
const TIMEOUT_MS = 240_000;
/** A column from which nothing follows writes nothing. */
const CHANGE_TIMEOUT_MS = 2_500;

/**
 * How long classifications take to flow through a graph of 1,000,000 edges and BENCH_COLUMN_EDGES column edges: all of BENCH_ROOTS classified
 * columns of its first layers, from nothing; then changes one by one, until the farthest asset downstream shows it.
 */
export async function run({ seed, nodeOptions }) {
  const cairn = await startBenchCairn(nodeOptions, { CAIRN_LINEAGE_MEMORY_MB: '4096' });
  try {
    await fillGraph(cairn.service, seed, COLUMN_EDGES);
    progress('classification: pairs …');
    await narrow(cairn.service);
    progress('classification: roots …');
    const { rows: roots } = await cairn.service.query(
      `INSERT INTO column_tag (asset_id, column_name, tag)
       SELECT a.id, 'column_' || abs(hashtext('${seed} c' || a.id)) % 10, ($2::text[])[1 + abs(hashtext('${seed} t' || a.id)) % ${TAGS.length}]
       FROM asset AS a WHERE a.identity_name LIKE 'layer\\_0.%' ORDER BY hashtext('${seed}' || a.id) LIMIT $1 RETURNING asset_id`,
      [ROOTS, TAGS],
    );
    await cairn.service.query(`UPDATE lineage_graph SET epoch = epoch + 1`);
    const whole = await untilWritten(cairn, await durations(cairn), TIMEOUT_MS, 250);
    if (whole === undefined) throw new Error(`nothing was written in ${TIMEOUT_MS} ms`);
    const {
      rows: [flowed],
    } = await cairn.service.query(
      'SELECT count(*)::int AS places, count(DISTINCT asset_id)::int AS assets FROM column_tag WHERE is_flowed',
    );
    const n = (value) => value.toLocaleString('en');
    console.log(
      `\nclassification   1,000,000 edges, ${n(COLUMN_EDGES)} column edges, PostgreSQL ${cairn.version}; ${n(roots.length)} classified columns flow to ${n(flowed.places)} places of ${n(flowed.assets)} assets`,
    );
    const [added, removed] = [await changes(cairn, seed, true), await changes(cairn, seed, false)];
    table([
      ['', 'derive', 'write', 'all'],
      ['whole', ms(whole.derive * 1_000), ms(whole.write * 1_000), ms((whole.derive + whole.write) * 1_000)],
    ]);
    table([
      ['one change', 'p50', 'p95', 'max'],
      ...[
        ['a tag more, until all downstream has it', added],
        ['a tag less, until nothing downstream has it', removed],
      ].map(([name, all]) => [name, ms(spread(all).p50), ms(spread(all).p95), ms(Math.max(...all))]),
    ]);
  } finally {
    await cairn.stop();
  }
}

/** Says of jobs which inputs flow into which outputs, as their column statements do. */
async function narrow(database) {
  await database.query(
    `INSERT INTO lineage_pairing (job_id, output_id, input_id, kind, valid)
     SELECT DISTINCT job_id, target_id, source_id, 'lineage', tstzmultirange(tstzrange(timestamptz '2026-01-01', NULL)) FROM lineage_column_edge
     UNION SELECT DISTINCT job_id, target_id, '00000000-0000-0000-0000-000000000000'::uuid, 'lineage', tstzmultirange(tstzrange(timestamptz '2026-01-01', NULL))
     FROM lineage_column_edge ON CONFLICT DO NOTHING`,
  );
}

/** Seconds that deriving and writing took so far, and how often there was something to write. */
async function durations(cairn) {
  const text = await (
    await fetch(`${cairn.url}/metrics`, { headers: { authorization: `Bearer ${cairn.token}` } })
  ).text();
  const valueOf = (name) =>
    Number(new RegExp(`^cairn_classification_flow_duration_seconds_${name} (.*)$`, 'm').exec(text)?.[1] ?? 0);
  return {
    derive: valueOf('sum{step="derive"}'),
    write: valueOf('sum{step="write"}'),
    count: valueOf('count{step="write"}'),
  };
}

/** @returns undefined when nothing is */
async function untilWritten(cairn, before, timeoutMs, everyMs = 20) {
  for (const began = Date.now(); Date.now() - began < timeoutMs;) {
    const now = await durations(cairn);
    if (now.count > before.count)
      return { derive: now.derive - before.derive, write: now.write - before.write };
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return undefined;
}

/** Adds, or takes back, a classification of its own of some columns, one after the other. @returns milliseconds from the answer until it is written */
async function changes(cairn, seed, isAdded) {
  const mutation = isAdded ? 'addClassification' : 'removeClassification';
  const query = `mutation($id: ID!, $c: String) { ${mutation}(id: $id, tag: "bench.one", column: $c, reason: "bench") { id } }`;
  const { rows } = await cairn.service.query(
    `SELECT id FROM asset WHERE identity_name LIKE 'layer\\_3.%' ORDER BY hashtext('${seed} one' || id) LIMIT $1`,
    [CHANGES],
  );
  const all = [];
  for (const { id } of rows) {
    progress(`classification: ${mutation}, ${all.length + 1} of ${rows.length} …`);
    const before = await durations(cairn);
    await cairn.ask(query, { id, c: 'column_1' });
    const began = performance.now();
    const written = await untilWritten(cairn, before, CHANGE_TIMEOUT_MS);
    if (written !== undefined) all.push(performance.now() - began);
  }
  return all;
}
