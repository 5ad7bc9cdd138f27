import { createHash, randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Principal } from '../src/identity/index.js';
import { Projector, SqlStatements } from '../src/lineage/index.js';
import { canonicalJson } from '../src/lineage/events/canonical-json.js';
import { acceptedOf } from '../src/lineage/ingestion/accepted-event.js';
import { type AcceptedEvent, EventStore } from '../src/lineage/ingestion/event-store.js';
import { prepareEvent, withStatement } from '../src/lineage/ingestion/prepare-event.js';
import type { Facts } from '../src/lineage/projection/facts.js';
import { DERIVED_TABLES } from '../src/lineage/projection/graph-hash.js';
import { joinFacts } from '../src/lineage/projection/merge-facts.js';
import { Database, OutboxWorker } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { RECORDINGS, recordedEvents } from './support/recorded-events.js';

const SEED = Number(process.env['CONVERGENCE_SEED'] ?? randomInt(2 ** 30));
const PERMUTATIONS = Number(process.env['CONVERGENCE_PERMUTATIONS'] ?? 1_000);
/** For PostgreSQL, for all recordings together. */
const SECONDS = Number(process.env['CONVERGENCE_SECONDS'] ?? 100);
const WRITERS = 3;
/** Every so manyth permutation is rebuilt from the log too. */
const REBUILT = 25;
const BY = { kind: 'service', name: 'convergence' } as Principal;

let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startTestCairn();
  // The graph alone is looked at: search need not follow it.
  await cairn.app.get(OutboxWorker).beforeApplicationShutdown();
}, 60_000);
afterAll(() => cairn.stop());

async function accepted(recording: string): Promise<AcceptedEvent[]> {
  const statements = cairn.app.get(SqlStatements);
  const all = await Promise.allSettled(
    recordedEvents(recording).map(async (given) => {
      const event = prepareEvent(given);
      const read = await statements.read(event.body);
      return acceptedOf({ caller: BY, event: read === undefined ? event : withStatement(event, read) }, []);
    }),
  );
  return all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** All of the events in any order, some of them again, in batches of any size. @param number of the permutation */
function batchesOf<T>(events: readonly T[], number: number): T[][] {
  const [{ order, repeats, cuts }] = fc.sample(
    fc.record({
      order: fc.shuffledSubarray([...events], { minLength: events.length }),
      repeats: fc.array(fc.record({ event: fc.constantFrom(...events), at: fc.nat() }), { maxLength: 20 }),
      cuts: fc.array(fc.nat(), { maxLength: 12 }),
    }),
    { seed: SEED + number, numRuns: 1 },
  ) as [{ order: T[]; repeats: { event: T; at: number }[]; cuts: number[] }];
  for (const { event, at } of repeats) order.splice(at % (order.length + 1), 0, event);
  const ends = [...new Set([...cuts.map((cut) => cut % order.length), order.length])].sort((a, b) => a - b);
  return ends.map((end, i) => order.slice(ends[i - 1] ?? 0, end)).filter((batch) => batch.length > 0);
}

function spelled(facts: Facts): string {
  const tables = Object.entries(facts).map(([table, rows]) => [
    table,
    Object.fromEntries(rows as Map<string, unknown>),
  ]);
  return createHash('sha256')
    .update(canonicalJson(Object.fromEntries(tables)))
    .digest('hex');
}

describe(`one graph from any order (CONVERGENCE_SEED=${SEED})`, () => {
  const told: {
    recording: string;
    events: number;
    facts: number;
    stored: number;
    rebuilt: number;
    hash: string;
  }[] = [];
  afterAll(() => console.table(told));

  test.each(RECORDINGS)(
    'of %s',
    async (recording) => {
      const events = await accepted(recording);
      const facts = events.map((event) => event.facts);
      const joined = spelled(joinFacts(facts));
      for (let number = 0; number < PERMUTATIONS; number++)
        expect([
          number,
          spelled(joinFacts(batchesOf(facts, number).map((batch) => joinFacts(batch)))),
        ]).toEqual([number, joined]);

      const [database, store, projector] = [
        cairn.app.get(Database),
        cairn.app.get(EventStore),
        cairn.app.get(Projector),
      ];
      const clear = () =>
        database.query(
          ['lineage_event', 'outbox_message', ...DERIVED_TABLES]
            .map((table) => `DELETE FROM ${table}`)
            .join(';'),
        );
      let isKnown = false;
      const write = async (batches: AcceptedEvent[][]): Promise<string> => {
        await clear();
        const queue = [...batches];
        const writer = async () => {
          for (let batch = queue.shift(); batch !== undefined; batch = queue.shift())
            for (const { projectionError } of await store.store(batch, () => isKnown))
              expect(projectionError).toBeNull();
        };
        await Promise.all(Array.from({ length: WRITERS }, writer));
        return projector.graphHash();
      };
      const hash = await write([events]);
      isKnown = true;
      const until = Date.now() + (SECONDS / RECORDINGS.length) * 1_000;
      let stored = 0;
      let rebuilt = 0;
      for (; stored < PERMUTATIONS && Date.now() < until; stored++) {
        expect([stored, await write(batchesOf(events, stored))]).toEqual([stored, hash]);
        if (stored % REBUILT !== 0) continue;
        await projector.rebuild();
        rebuilt++;
        expect([stored, 'rebuilt', await projector.graphHash()]).toEqual([stored, 'rebuilt', hash]);
      }
      told.push({
        recording,
        events: events.length,
        facts: PERMUTATIONS,
        stored,
        rebuilt,
        hash: hash.slice(0, 12),
      });
    },
    600_000,
  );
});
