import { eventOfSize } from './support/events.mjs';
import { postEach } from './support/post.mjs';
import { percent, progress, rate, table } from './support/report.mjs';
import { startBenchCairn, untilQuiet } from './support/service.mjs';
import { median, randomOf, timed } from './support/statistics.mjs';

const EVENT_BYTES = 5 * 1024;
const WRITERS = 64;
const ROUNDS = 3;
const EVENTS_PER_ROUND = 8_000;
const WARM_UP_EVENTS = 4_000;
const BATCH_EVENTS = 100;
const FLOOR_BATCH_EVENTS = 1_000;

/**
 * How many 5 KB events a second 64 writers get on disk, over the single and the batch endpoint, and the floor: the same bytes in batches
 * into a bare table (id, jsonb) of the same PostgreSQL. The second floor is what 64 writers who wait for their answers could fill: 64 a
 * transaction.
 */
export async function run({ seed, nodeOptions }) {
  const random = randomOf(seed);
  const cairn = await startBenchCairn(nodeOptions);
  try {
    await cairn.floor.query(
      'CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body jsonb NOT NULL)',
    );
    const events = (count) => Array.from({ length: count }, () => eventOfSize(random, EVENT_BYTES));
    progress('ingest: warming up …');
    await postAll(cairn, '/api/v1/lineage', events(WARM_UP_EVENTS));
    await insertAll(cairn.floor, events(WARM_UP_EVENTS), FLOOR_BATCH_EVENTS);

    const rates = { floor: [], floorOfWriters: [], single: [], batch: [] };
    for (let round = 1; round <= ROUNDS; round++) {
      progress(`ingest: round ${round} of ${ROUNDS} …`);
      const measure = async (name, work) => {
        const round = events(EVENTS_PER_ROUND);
        const { ms, result } = await timed(() => work(round));
        rates[name].push((1000 * EVENTS_PER_ROUND) / (result ?? ms));
        await untilQuiet(cairn.service);
      };
      await measure('floor', (round) => insertAll(cairn.floor, round, FLOOR_BATCH_EVENTS));
      await measure('floorOfWriters', (round) => insertAll(cairn.floor, round, WRITERS));
      await measure('single', (round) => postAll(cairn, '/api/v1/lineage', round));
      await measure('batch', (round) => postAll(cairn, '/api/v1/lineage/batch', inBatches(round)));
    }
    await checkStored(cairn, WARM_UP_EVENTS + 2 * ROUNDS * EVENTS_PER_ROUND);
    report(cairn, rates);
  } finally {
    await cairn.stop();
  }
}

function report(cairn, rates) {
  const [floor, floorOfWriters, single, batch] = ['floor', 'floorOfWriters', 'single', 'batch'].map((name) =>
    median(rates[name]),
  );
  const row = (name, value) => [name, rate(value), percent(value, floor), percent(value, floorOfWriters)];
  console.log(
    `\ningest    ${EVENT_BYTES} byte events, ${WRITERS} writers, PostgreSQL ${cairn.version} (fsync on), median of ${ROUNDS} rounds of ${EVENTS_PER_ROUND}`,
  );
  table([
    ['', 'events', `of ${FLOOR_BATCH_EVENTS} a batch`, `of ${WRITERS} a batch`],
    row(`floor: bare inserts, ${FLOOR_BATCH_EVENTS} a batch`, floor),
    row(`floor: bare inserts, ${WRITERS} a batch`, floorOfWriters),
    row('POST /api/v1/lineage', single),
    row(`POST /api/v1/lineage/batch, ${BATCH_EVENTS} a batch`, batch),
  ]);
}

/** One connection, one transaction a batch. */
async function insertAll(pool, events, batchEvents) {
  for (let at = 0; at < events.length; at += batchEvents) {
    await pool.query('INSERT INTO event (body) SELECT value FROM jsonb_array_elements($1::jsonb)', [
      `[${events.slice(at, at + batchEvents).join(',')}]`,
    ]);
  }
}

function inBatches(events) {
  const batches = [];
  for (let at = 0; at < events.length; at += BATCH_EVENTS)
    batches.push(`[${events.slice(at, at + BATCH_EVENTS).join(',')}]`);
  return batches;
}

/** @returns milliseconds */
function postAll(cairn, route, bodies) {
  return postEach(cairn, route, bodies, WRITERS, (status) => status >= 200 && status < 300);
}

async function checkStored({ service }, expected) {
  const { rows } = await service.query('SELECT count(*)::int AS stored FROM lineage_event');
  if (rows[0].stored !== expected) throw new Error(`${rows[0].stored} of ${expected} events are in the log`);
}
