import { ms, progress, table } from './support/report.mjs';
import { startBenchCairn } from './support/service.mjs';
import { median, spread, timed } from './support/statistics.mjs';
import { fillGraph, someDatasets } from './support/wide-graph.mjs';

const COLUMN_EDGES = Number(process.env.BENCH_COLUMN_EDGES ?? 10_000_000);
const ASSETS = Number(process.env.BENCH_ASSETS ?? 60);
const WARM_UP_ASSETS = 10;
/** SQL takes long for the whole of it. */
const SQL_ASSETS = 8;
const LOAD_TIMEOUT_MS = 180_000;
const THEN = '2026-01-20T00:00:00Z';

const QUESTIONS = {
  'first page, depth 20': `query($id: ID!, $asOf: DateTime) { asset(id: $id) {
    lineage(direction: downstream, depth: 20, first: 500, asOf: $asOf) { isTruncated nodes { id distance asset { kind identityName } } edges { from to } } } }`,
  'groups by schema, depth 20': `query($id: ID!, $asOf: DateTime) { asset(id: $id) {
    lineageGroups(groupBy: schema, direction: downstream, depth: 20, asOf: $asOf) {
      isTruncated groups { key label counts { kind count } nearest farthest } edges { from to count } } } }`,
  'impact, depth 20': `query($id: ID!, $asOf: DateTime) { asset(id: $id) {
    impact(depth: 20, first: 100, asOf: $asOf) { isTruncated counts { kind count } assets { node { id distance } through { id } } } } }`,
  'columns, depth 10': `query($id: ID!, $asOf: DateTime) { asset(id: $id) {
    columnLineage(direction: downstream, depth: 10, column: "column_1", asOf: $asOf) {
      isTruncated edges { fromColumn toColumn fromAsset { id } toAsset { id } } } } }`,
};

/**
 * How long lineage, impact and columns take downstream of random datasets, in a graph of 100,000 jobs, 1,000,000 edges and
 * BENCH_COLUMN_EDGES column edges (10,000,000 when not given), now and as of an instant. Beside it another service on the same database
 * that has no graph in memory: it answers by SQL, up to its own bounds.
 */
export async function run({ seed, nodeOptions }) {
  const bySql = await startBenchCairn(nodeOptions, { CAIRN_LINEAGE_MEMORY_MB: '0' });
  try {
    await fillGraph(bySql.service, seed, COLUMN_EDGES);
    const cairn = { ...bySql, ...(await bySql.another({ CAIRN_LINEAGE_MEMORY_MB: '4096' })) };
    const loaded = await timed(() => untilLoaded(cairn));
    const { assets, edges, columnEdges, bytes } = loaded.result;
    const n = (value) => value.toLocaleString('en');
    console.log(
      `\nlineage   ${n(assets)} assets, ${n(edges)} edges, ${n(columnEdges)} column edges, PostgreSQL ${cairn.version}; in memory ${n(Math.round(bytes / 2 ** 20))} MiB after ${(loaded.ms / 1_000).toFixed(1)} s`,
    );
    const ids = await someDatasets(cairn.service, seed, ASSETS + WARM_UP_ASSETS);
    const rows = [['', 'found', 'p50', 'p95', 'p99', 'as of p50', 'ratio', 'SQL p50', 'SQL p95']];
    for (const [name, query] of Object.entries(QUESTIONS))
      rows.push([name, ...(await measure({ name, query, ids, cairn, bySql }))]);
    table(rows);
    console.log(`  a write is seen by the answer to a question after it: ${ms(await untilSeen(cairn, ids))}`);
  } finally {
    await bySql.stop();
  }
}

async function measure({ name, query, ids, cairn, bySql }) {
  const [now, then, sql, sizes] = [[], [], [], []];
  for (const [at, id] of ids.entries()) {
    progress(`lineage: ${name}, ${at + 1} of ${ids.length} …`);
    const asked = await timed(() => cairn.ask(query, { id }));
    const askedThen = await timed(() => cairn.ask(query, { id, asOf: THEN }));
    if (at < WARM_UP_ASSETS) continue;
    now.push(asked.ms);
    then.push(askedThen.ms);
    sizes.push(sizeOf(asked.result.asset));
    if (sql.length < SQL_ASSETS) sql.push((await timed(() => bySql.ask(query, { id }))).ms);
  }
  const { p50, p95, p99 } = spread(now);
  const asOf = median(then);
  return [
    median(sizes).toLocaleString('en'),
    ...[p50, p95, p99, asOf].map(ms),
    `${(asOf / p50).toFixed(2)}×`,
    ...[spread(sql).p50, spread(sql).p95].map(ms),
  ];
}

function sizeOf({ lineage, lineageGroups, impact, columnLineage }) {
  if (lineageGroups !== undefined)
    return lineageGroups.groups.flatMap(({ counts }) => counts).reduce((sum, { count }) => sum + count, 0);
  if (lineage !== undefined) return lineage.nodes.length;
  if (impact !== undefined) return impact.counts.reduce((sum, { count }) => sum + count, 0);
  return columnLineage.edges.length;
}

/** Until the service has read the graph into memory. @returns what its health says of it */
async function untilLoaded(cairn) {
  for (const began = Date.now(); Date.now() - began < LOAD_TIMEOUT_MS;) {
    const { parts } = await (await fetch(`${cairn.url}/health/ready`)).json();
    const { report } = parts['lineage-graph'];
    if (report.answersBy === 'memory' && report.edges > 0) return report;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the graph did not come into memory');
}

/** Writes an edge and asks until it is there. */
async function untilSeen(cairn, ids) {
  const durations = [];
  for (let i = 0; i + 1 < Math.min(20, ids.length); i++) {
    const [source, target] = [ids[i], ids[i + 1]];
    const query = `query($id: ID!) { asset(id: $id) { lineage(direction: downstream, depth: 1) { nodes { id } } } }`;
    await cairn.service.query(
      `INSERT INTO lineage_edge (source_id, target_id, first_seen_at, last_seen_at, valid)
       VALUES ($1, $2, now(), now(), tstzmultirange(tstzrange(now(), NULL))) ON CONFLICT DO NOTHING`,
      [source, target],
    );
    const seen = await timed(async () => {
      for (;;) {
        const { asset } = await cairn.ask(query, { id: source });
        if (asset.lineage.nodes.some(({ id }) => id === target)) return;
      }
    });
    durations.push(seen.ms);
  }
  return median(durations);
}
