import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit, halves } from './support/faults/audit.js';
import { Client, sha256 } from './support/faults/client.js';
import { Dice } from './support/faults/dice.js';
import { Promised } from './support/faults/promised.js';
import { Site, type Victim, VICTIMS } from './support/faults/site.js';
import { Writer } from './support/faults/writer.js';

/** `npm run faults -- --seed N --rounds N` sets them. The seed decides what is written and who is killed when; not how processes race. */
const SEED = Number(process.env['FAULTS_SEED'] ?? 1 + (Date.now() % 1_000_000));
const ROUNDS = Number(process.env['FAULTS_ROUNDS'] ?? 6);
const REPOSITORY = 'faults';
const WRITERS = 4;
/** Longer than any request may take, as the setting asks for; short beside a run. */
const GRACE_SECONDS = 25;
const UNDO_SECONDS = 4;
/** Taken for reached once, garbage is condemned by the next collection and removed by the one after that. */
const COLLECTIONS_MORE = 4;
/** How long a request may go on whose client has gone. */
const ABANDONED_SECONDS = 12;

let site: Site;
let client: Client;
const promised = new Promised();
const broken: string[] = [];
const kills: Record<Victim, number> = { service: 0, postgres: 0, store: 0 };
let strikes = SEED;
const collections = { ended: 0, condemned: 0, revived: 0, removed: 0 };

beforeAll(async () => {
  console.log(`faults: seed ${SEED}, ${ROUNDS} rounds`);
  site = await Site.start({
    ...{ CAIRN_GC_EVERY_HOURS: '0', CAIRN_GC_HISTORY_DAYS: '0' },
    CAIRN_GC_GRACE_HOURS: String(GRACE_SECONDS / 3600),
    CAIRN_GC_UNDO_HOURS: String(UNDO_SECONDS / 3600),
  });
  client = new Client(site, REPOSITORY);
  const i = { name: REPOSITORY, kind: 'dataset', namespace: 'research/penguins' };
  await client.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', { i });
});
afterAll(() => site.stop());

/** Begins a collection and waits for its end. @returns whether it succeeded */
async function collect(): Promise<boolean> {
  const begun = await client.ask('mutation { startGarbageCollection { id } }');
  if (begun === undefined) return false;
  const variables = { id: begun.startGarbageCollection.id };
  for (const until = performance.now() + 120_000; performance.now() < until;) {
    const query = 'query($id: ID!) { operation(id: $id, waitSeconds: 2) { state result } }';
    const operation = (await client.ask(query, variables))?.operation;
    if (operation?.state === 'succeeded') {
      const { condemned, revived, removed } = operation.result;
      collections.ended += 1;
      collections.condemned += condemned.objects;
      collections.revived += revived.objects;
      collections.removed += removed.objects;
      return true;
    }
    if (operation?.state === 'failed' || operation?.state === 'cancelled') return false;
    await pause(50);
  }
  throw new Error(`a collection has no end: ${await unended()}`);
}

/** What the database and the log know of operations that do not end. */
async function unended(): Promise<string> {
  const operations = await site.rows(
    `SELECT kind, state, epoch, attempts, progress, problem, alive_until - now() AS alive, now() - started_at AS since
     FROM operation WHERE state IN ('queued', 'running')`,
  );
  const sessions = await site.rows(
    `SELECT state, wait_event, now() - state_change AS since, left(query, 200) AS query
     FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  return JSON.stringify({ operations, sessions, errors: site.errors.slice(-20) }, undefined, 1);
}

/** Whatever is seen of main at any time is whole. */
async function look(dice: Dice): Promise<void> {
  const entries = await client.entries('main');
  if (entries === undefined || entries.size === 0) {
    await pause(50);
    return;
  }
  broken.push(...halves(entries).map((pair) => `half of ${pair} was seen`));
  const { commit } = (
    await client.ask(`{ repository(name: "${REPOSITORY}") { commit(revision: "main") { id } } }`)
  )?.repository ?? { commit: undefined };
  const path = dice.of([...entries.keys()]);
  const bytes = commit && (await client.read(commit.id, path));
  const [now] = bytes === undefined ? [] : [(await client.entries(commit.id))?.get(path)];
  if (now !== undefined && sha256(bytes!) !== now) broken.push(`${path} was read with other bytes`);
}

/** Kills one server, or two at once, and brings them back. Each is the first in its turn. */
async function strike(dice: Dice): Promise<void> {
  await pause(300 + dice.below(2200));
  const first = VICTIMS[strikes++ % VICTIMS.length]!;
  const victims = new Set<Victim>(dice.below(4) === 0 ? [first, dice.of(VICTIMS)] : [first]);
  for (const victim of victims) {
    kills[victim] += 1;
    await site.kill(victim);
  }
  await pause(dice.below(600));
  // The service comes up on servers that are there.
  for (const victim of [...victims].sort((a, b) => Number(a === 'service') - Number(b === 'service')))
    await site.revive(victim);
  // What a killed process was doing is taken up now, and not after its time: nobody else can be doing it.
  if (victims.has('service'))
    await site.rows(`UPDATE operation SET alive_until = now() WHERE state = 'running'`);
}

/** Garbage that stays. A collection may take some for reached, by chance and each time other: that is left to those after it. */
async function leftOnceCollectedAgain(): Promise<string[]> {
  for (let again = 0; ; again++) {
    const stored = await site.stored();
    const left = [...promised.garbage].filter((text) => stored.has(sha256(text)));
    if (left.length === 0 || again === COLLECTIONS_MORE) return left.map((text) => text.slice(0, 20));
    await pause((UNDO_SECONDS + 1) * 1000);
    expect(await collect()).toBe(true);
  }
}

/** Everything is up, and no operation is under way. */
async function settle(): Promise<void> {
  for (const until = performance.now() + 60_000; performance.now() < until; await pause(100)) {
    if (!(await client.isReady())) continue;
    const unfinished = await site.rows(`SELECT id FROM operation WHERE state IN ('queued', 'running')`);
    if (unfinished.length === 0) return;
  }
  throw new Error(`the service does not come to rest: ${await unended()}`);
}

test(
  'whoever is killed while data is written, merged and collected: nothing acknowledged is lost, nothing is half done',
  async () => {
    const dice = new Dice(SEED, 'killer');
    const audited = new Set<string>();
    const writers = Array.from(
      { length: WRITERS },
      (_, i) => new Writer(`w${i}`, REPOSITORY, client, promised, new Dice(SEED, `writer ${i}`)),
    );
    for (let round = 1; round <= ROUNDS; round++) {
      let isOver = false;
      const during = async (work: () => Promise<unknown>) => {
        while (!isOver) await work();
      };
      const reader = new Dice(SEED, `reader ${round}`);
      const work = [
        ...writers.map((writer) => during(() => writer.write())),
        during(() => look(reader)),
        during(async () => (await collect()) || pause(200)),
      ];
      await Promise.all([
        ...work,
        strike(dice)
          .then(() => strike(dice))
          .then(() => pause(500))
          .finally(() => (isOver = true)),
      ]);
      await settle();
      // No process is removing anything now; what a killed one had begun to remove is not waited for.
      await site.rows(
        `UPDATE stored_object SET removing_at = removing_at - interval '1 hour' WHERE removing_at IS NOT NULL`,
      );
      broken.push(...(await audit(site, client, promised, audited)));
      expect([round, broken]).toEqual([round, []]);
    }

    // In the end garbage is gone, and nothing else is. What a writer gave up waiting for may still have been under way in the service, and
    // have been relied on until its end.
    await pause((GRACE_SECONDS + ABANDONED_SECONDS) * 1000);
    expect(await collect()).toBe(true);
    await pause((UNDO_SECONDS + 1) * 1000);
    expect(await collect()).toBe(true);
    expect(await audit(site, client, promised, new Set())).toEqual([]);
    expect(await leftOnceCollectedAgain()).toEqual([]);
    expect(await audit(site, client, promised, new Set())).toEqual([]);

    const ways = new Map<string, { acknowledged: number; others: number }>();
    for (const writer of writers)
      for (const [way, { acknowledged, others }] of writer.ways) {
        const sum = ways.get(way) ?? { acknowledged: 0, others: 0 };
        ways.set(way, { acknowledged: sum.acknowledged + acknowledged, others: sum.others + others });
      }
    const told = {
      ...{ seed: SEED, rounds: ROUNDS, kills, collections, commits: promised.commits.size },
      ...{ ways: Object.fromEntries(ways), outcomes: Object.fromEntries(client.outcomes) },
      slowestMs: Math.round(client.slowestMs),
    };
    console.log(`faults: ${JSON.stringify(told)}`);
    if (ROUNDS > 1) expect(Math.min(...Object.values(kills))).toBeGreaterThan(0);
    expect(collections.removed).toBeGreaterThan(0);
    expect(promised.commits.size).toBeGreaterThan(ROUNDS);
    // An answer without a name is an error that nobody thought of; the log has it.
    const nameless = [...client.outcomes.keys()].filter((outcome) =>
      /^(INTERNAL|CORRUPT|500|late)/.test(outcome),
    );
    if (nameless.length > 0) console.error(site.errors.slice(-20).join('\n'));
    expect(nameless).toEqual([]);
    expect(client.slowestMs).toBeLessThan(GRACE_SECONDS * 1000);
  },
  120_000 + ROUNDS * 120_000,
);
