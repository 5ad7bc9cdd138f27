import pg from 'pg';
import { middleOf, warehouseOf } from './support/events.mjs';
import { ms, progress, table } from './support/report.mjs';
import { startBenchCairn, untilQuiet } from './support/service.mjs';
import { median, randomOf, spread, timed } from './support/statistics.mjs';

const EDGES = 100_000;
const LAYERS = 26;
const BATCH_EVENTS = 1_000;
const ASSETS = 120;
const WARM_UP_ASSETS = 20;
const DEPTHS = [5, 20];
/** What the API gives by default, and the most that it gives. */
const NODE_LIMITS = [500, 5_000];
const MAX_EDGES = 20_000;

const QUERY = `query($id: ID!, $depth: Int!, $first: Int!) { asset(id: $id) {
  lineage(direction: both, depth: $depth, first: $first) { isTruncated nodes { id distance isOpaque asset { id kind identityName } } edges { from to } } } }`;

/**
 * How long `asset.lineage` takes, both ways, for random assets in the middle of a graph of 100,000 edges that came in by the batch
 * endpoint; and the floor: the bare SQL of the same levels on the same PostgreSQL, without policy, names and GraphQL.
 */
export async function run({ seed, nodeOptions }) {
  const random = randomOf(seed);
  const cairn = await startBenchCairn(nodeOptions);
  const client = new pg.Client(cairn.service.options);
  try {
    await client.connect();
    const datasetNames = await fill(cairn, random);
    const ids = await idsOf(cairn, random, datasetNames);
    console.log(
      `\nlineage   ${EDGES.toLocaleString('en')} edges, ${LAYERS} layers of datasets, both ways from ${ASSETS} assets in the middle, PostgreSQL ${cairn.version}`,
    );
    const rows = [['', 'nodes', 'p50', 'p95', 'p99', 'floor p50', 'ratio']];
    for (const first of NODE_LIMITS)
      for (const depth of DEPTHS) rows.push(await measure({ cairn, client, ids, depth, first }));
    table(rows);
  } finally {
    await client.end();
    await cairn.stop();
  }
}

async function measure({ cairn, client, ids, depth, first }) {
  const durations = [];
  const floors = [];
  const sizes = [];
  for (const [at, id] of ids.entries()) {
    progress(`lineage: depth ${depth}, at most ${first} nodes, ${at + 1} of ${ids.length} …`);
    const asked = await timed(() => cairn.ask(QUERY, { id, depth, first }));
    const walked = await timed(() => walk(client, id, depth, first));
    const { nodes } = asked.result.asset.lineage;
    if (nodes.length !== walked.result)
      throw new Error(`${nodes.length} nodes, and by bare SQL ${walked.result}`);
    if (at < WARM_UP_ASSETS) continue;
    durations.push(asked.ms);
    floors.push(walked.ms);
    sizes.push(nodes.length);
  }
  const { p50, p95, p99 } = spread(durations);
  const floor = median(floors);
  return [
    `depth ${depth}, first ${first}`,
    `${median(sizes)}`,
    ...[p50, p95, p99, floor].map(ms),
    `${(p50 / floor).toFixed(1)}×`,
  ];
}

/** The levels by bare SQL, within the same bounds. @returns how many nodes there are */
async function walk(client, start, depth, first) {
  const nodes = new Set([start]);
  const edges = new Set();
  const ways = [
    { near: 'target_id', far: 'source_id', seen: new Set([start]), frontier: [start] },
    { near: 'source_id', far: 'target_id', seen: new Set([start]), frontier: [start] },
  ];
  for (let level = 0; level < depth; level++) {
    for (const way of ways) {
      if (way.frontier.length === 0) continue;
      const { rows } = await client.query({
        name: way.near,
        text: `SELECT ${way.near} AS near, ${way.far} AS far FROM lineage_edge WHERE ${way.near} = ANY($1) ORDER BY 1, 2 LIMIT $2`,
        values: [way.frontier, MAX_EDGES - edges.size],
      });
      way.frontier = [];
      for (const { near, far } of rows) {
        if (!nodes.has(far) && nodes.size >= first) continue;
        nodes.add(far);
        edges.add(near < far ? `${near}${far}` : `${far}${near}`);
        if (way.seen.has(far)) continue;
        way.seen.add(far);
        way.frontier.push(far);
      }
    }
  }
  return nodes.size;
}

async function fill(cairn, random) {
  const { events, datasetNames } = warehouseOf(random, EDGES, LAYERS);
  for (let at = 0; at < events.length; at += BATCH_EVENTS) {
    progress(`lineage: events ${at} of ${events.length} …`);
    const response = await fetch(`${cairn.url}/api/v1/lineage/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${cairn.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(events.slice(at, at + BATCH_EVENTS)),
    });
    const answer = await response.json();
    if (answer.status !== 'success') throw new Error(JSON.stringify(answer));
  }
  const { rows } = await cairn.service.query('SELECT count(*)::int AS edges FROM lineage_edge');
  if (rows[0].edges !== EDGES) throw new Error(`${rows[0].edges} edges are in the graph, not ${EDGES}`);
  // Search is not measured here, and it would be busy for minutes with all that is new.
  await cairn.service.query('DELETE FROM outbox_message');
  await untilQuiet(cairn.service);
  await cairn.service.query('ANALYZE');
  return datasetNames;
}

async function idsOf(cairn, random, datasetNames) {
  const ids = new Set();
  while (ids.size < ASSETS + WARM_UP_ASSETS) {
    const { namespace, name } = middleOf(random, datasetNames);
    const { assetByName } = await cairn.ask(
      'query($ns: String!, $name: String!) { assetByName(kind: dataset, identityNamespace: $ns, identityName: $name) { id } }',
      { ns: namespace, name },
    );
    ids.add(assetByName.id);
  }
  return [...ids];
}
