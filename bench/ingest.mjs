import autocannon from 'autocannon';
import { eventOfSize } from './support/events.mjs';
import { percent, progress, rate, table } from './support/report.mjs';
import { startBenchCairn, untilQuiet } from './support/service.mjs';
import { median, randomOf, timed } from './support/statistics.mjs';

const EVENT_BYTES = 5 * 1024;
const WRITERS = 16;
const ROUNDS = 3;
const EVENTS_PER_ROUND = 8_000;
const WARM_UP_EVENTS = 4_000;
const BATCH_EVENTS = 100;
const FLOOR_BATCH_EVENTS = 1_000;

/**
 * How many 5 KB events a second 16 writers get on disk, over the single and the batch endpoint, and the floor: the same bytes in batches
 * into a bare table (id, jsonb) of the same PostgreSQL. The second floor is what 16 writers who wait for their answers could fill: 16 a
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

    const rates = { floor: [], floorOf16: [], single: [], batch: [] };
    for (let round = 1; round <= ROUNDS; round++) {
      progress(`ingest: round ${round} of ${ROUNDS} …`);
      const measure = async (name, work) => {
        const round = events(EVENTS_PER_ROUND);
        const { ms } = await timed(() => work(round));
        rates[name].push((1000 * EVENTS_PER_ROUND) / ms);
        await untilQuiet(cairn.service);
      };
      await measure('floor', (round) => insertAll(cairn.floor, round, FLOOR_BATCH_EVENTS));
      await measure('floorOf16', (round) => insertAll(cairn.floor, round, WRITERS));
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
  const [floor, floorOf16, single, batch] = ['floor', 'floorOf16', 'single', 'batch'].map((name) =>
    median(rates[name]),
  );
  const row = (name, value) => [name, rate(value), percent(value, floor), percent(value, floorOf16)];
  console.log(
    `\ningest    ${EVENT_BYTES} byte events, ${WRITERS} writers, PostgreSQL ${cairn.version} (fsync on), median of ${ROUNDS} rounds of ${EVENTS_PER_ROUND}`,
  );
  table([
    ['', 'events', `of ${FLOOR_BATCH_EVENTS} a batch`, `of ${WRITERS} a batch`],
    row(`floor: bare inserts, ${FLOOR_BATCH_EVENTS} a batch`, floor),
    row(`floor: bare inserts, ${WRITERS} a batch`, floorOf16),
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

/** Each writer sends its next body when the last one was answered. */
async function postAll({ url, token }, route, bodies) {
  let next = 0;
  const result = await autocannon({
    url: `${url}${route}`,
    method: 'POST',
    connections: Math.min(WRITERS, bodies.length),
    amount: bodies.length,
    timeout: 60,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    requests: [{ setupRequest: (request) => ({ ...request, body: bodies[next++] ?? bodies.at(-1) }) }],
  });
  if (result['2xx'] !== bodies.length)
    throw new Error(`${result['2xx']} of ${bodies.length} requests to ${route} were taken`);
}

async function checkStored({ service }, expected) {
  const { rows } = await service.query('SELECT count(*)::int AS stored FROM lineage_event');
  if (rows[0].stored !== expected) throw new Error(`${rows[0].stored} of ${expected} events are in the log`);
}
