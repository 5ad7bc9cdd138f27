import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EditRepository } from '../src/lineage/edits/edit.repository.js';
import type { Graph } from '../src/lineage/graph/graph.js';
import { GraphSource } from '../src/lineage/graph/graph-source.js';
import { GraphMemory } from '../src/lineage/graph/memory/graph-memory.js';
import { memoryGraph } from '../src/lineage/graph/memory/memory-graph.js';
import { walkAround } from '../src/lineage/graph/walk-around.js';
import { IdentityRepository } from '../src/lineage/identity/identity.repository.js';
import { DERIVED_TABLES } from '../src/lineage/projection/graph-hash.js';
import { NO_JOB } from '../src/lineage/projection/facts.js';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { type Minutes, type Told, type ToldEdit, walkPlainly } from './support/edited-graph.js';

const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));
const DATASETS: readonly string[] = Array.from({ length: 4 }, () => randomUUID());
const JOBS: readonly string[] = Array.from({ length: 2 }, () => randomUUID());
/** Names that edits are told of, and that may stand for a dataset. */
const NAMES: readonly string[] = Array.from({ length: 2 }, () => randomUUID());
const MINUTES = 5;
const DEPTH = 5;
const BOUNDS = { depth: DEPTH, maxPlaces: 1_000, maxSteps: 1_000 };

let cairn: TestCairn;
let database: Database;
let edits: EditRepository;
let identities: IdentityRepository;
beforeAll(async () => {
  cairn = await startTestCairn();
  database = cairn.app.get(Database);
  edits = cairn.app.get(EditRepository);
  identities = cairn.app.get(IdentityRepository);
}, 60_000);
afterAll(() => cairn.stop());

const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 12, 0, minute * 60));

const minutes: fc.Arbitrary<Minutes> = fc
  .uniqueArray(fc.nat(MINUTES), { minLength: 1, maxLength: 4 })
  .map((ends) => ends.sort((a, b) => a - b))
  .map((ends) => ends.flatMap((from, i) => (i % 2 === 0 ? [[from, ends[i + 1]] as const] : [])));
const dataset = fc.constantFrom(...DATASETS);
const named = fc.constantFrom(...DATASETS, ...NAMES, ...NAMES);
const job = fc.constantFrom(...JOBS);
const apart = (ends: fc.Arbitrary<[string, string]>) => ends.filter(([one, other]) => one !== other);
const edge = fc
  .record({ ends: fc.oneof(fc.tuple(dataset, job), fc.tuple(job, dataset)), told: minutes })
  .map(({ ends: [source, target], told }) => ({ source, target, told }));
const pair = fc.record({
  ...{ job, output: dataset, input: fc.constantFrom(...DATASETS, NO_JOB, NO_JOB, NO_JOB) },
  ...{ kind: fc.constantFrom('lineage' as const, 'columns' as const), told: minutes },
});
const edit = fc
  .record({
    ends: apart(fc.oneof(fc.tuple(named, job), fc.tuple(job, named), fc.tuple(named, named))),
    action: fc.constantFrom('add' as const, 'add' as const, 'remove' as const, 'confirm' as const),
    from: fc.nat(MINUTES),
    lasts: fc.option(fc.integer({ min: 1, max: MINUTES })),
    withdrawn: fc.option(fc.nat(MINUTES + 2)),
    isWithdrawnLater: fc.boolean(),
  })
  .map(({ ends: [source, target], lasts, ...rest }) => ({
    ...{ source, target, ...rest },
    expires: lasts === null ? null : rest.from + lasts,
  }));
const part = fc.record({
  edges: fc.array(edge, { maxLength: 8 }),
  pairs: fc.array(pair, { maxLength: 6 }),
  edits: fc.array(edit, { maxLength: 8 }),
  standsFor: fc.tuple(fc.option(dataset), fc.option(dataset)),
});
/** Before, while and after everything happens. */
const instants = fc.uniqueArray(fc.integer({ min: -1, max: MINUTES + 3 }), { minLength: 3, maxLength: 3 });
/** A job that is come to twice: by what a statement narrows to nothing, and by what somebody added. */
const [ONE, TWO, THREE, FOUR] = DATASETS as [string, string, string, string];
const JOB = JOBS[0]!;
const always: Minutes = [[0, undefined]];
const statement = { job: JOB, output: TWO, kind: 'lineage' as const, told: always };
const addition = { action: 'add' as const, from: 0, expires: null, withdrawn: null, isWithdrawnLater: false };
const twice: Part = {
  edges: [
    { source: ONE, target: JOB, told: always },
    { source: JOB, target: TWO, told: always },
  ],
  pairs: [
    { ...statement, input: NO_JOB },
    { ...statement, input: THREE },
  ],
  edits: [
    { ...addition, source: ONE, target: FOUR },
    { ...addition, source: FOUR, target: JOB },
  ],
  standsFor: [null, null],
};
const nothing: Part = { edges: [], pairs: [], edits: [], standsFor: [null, null] };
type Part = typeof part extends fc.Arbitrary<infer T> ? T : never;

const rangesOf = (told: Minutes): string =>
  `{${told.map(([from, until]) => `["${at(from).toISOString()}",${until === undefined ? '' : `"${at(until).toISOString()}"`})`).join(',')}}`;

/** Takes what events say, as the projection writes it. */
async function writeTold({ edges, pairs }: Part): Promise<void> {
  for (const { source, target, told } of edges)
    await database.query(
      `INSERT INTO lineage_edge (source_id, target_id, first_seen_at, last_seen_at, valid) VALUES ($1, $2, now(), now(), $3)
       ON CONFLICT (source_id, target_id) DO UPDATE SET valid = excluded.valid, changed_by = excluded.changed_by`,
      [source, target, rangesOf(told)],
    );
  for (const { job: of, output, input, kind, told } of pairs)
    await database.query(
      `INSERT INTO lineage_pairing (job_id, output_id, input_id, kind, valid) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (job_id, output_id, input_id, kind) DO UPDATE SET valid = excluded.valid, changed_by = excluded.changed_by`,
      [of, output, input, kind, rangesOf(told)],
    );
}

/** Makes edits. @returns what withdraws those that are withdrawn later */
async function makeEdits(made: Part['edits']): Promise<(() => Promise<void>)[]> {
  const later: (() => Promise<void>)[] = [];
  for (const { action, source, target, from, expires, withdrawn, isWithdrawnLater } of made) {
    const { id } = await edits.add({
      ...{ action, sourceId: source, targetId: target, reason: 'why', author: 'user:x' },
      ...{ createdAt: at(from), expiresAt: expires === null ? null : at(expires) },
    });
    if (withdrawn === null) continue;
    const withdraw = () => edits.withdraw(id, at(withdrawn), 'user:x', null);
    if (isWithdrawnLater) later.push(withdraw);
    else await withdraw();
  }
  return later;
}

async function nameAs(standsFor: Part['standsFor']): Promise<void> {
  for (const [i, assetId] of standsFor.entries()) {
    const rawId = NAMES[i]!;
    if (assetId === null) await identities.removeAliases([rawId]);
    else await identities.setAliases([{ rawId, assetId, reason: 'rule' }]);
  }
}

async function clear(): Promise<void> {
  await database.query(`TRUNCATE ${DERIVED_TABLES.join(', ')}, lineage_alias, lineage_edit`);
  await database.query('UPDATE lineage_graph SET epoch = epoch + 1');
}

async function heldGraph(): Promise<Graph> {
  for (let tries = 0; tries < 300; tries++) {
    const held = await cairn.app.get(GraphMemory).upToDate();
    if (held !== undefined) return memoryGraph(held, undefined as never);
    await setTimeout(20);
  }
  throw new Error('the graph did not come into memory');
}

/** What is known after both parts: the later word of an edge, a pair or a name counts. */
function toldOf(...parts: readonly Part[]): Told {
  const latest = <T>(rows: readonly T[], keyOf: (row: T) => string): T[] => [
    ...new Map(rows.map((row) => [keyOf(row), row])).values(),
  ];
  const held = parts.flatMap((each) => each.edits);
  return {
    edges: latest(
      parts.flatMap(({ edges }) => edges),
      ({ source, target }) => source + target,
    ),
    pairs: latest(
      parts.flatMap(({ pairs }) => pairs),
      (row) => row.job + row.output + row.input + row.kind,
    ),
    edits: held.map((each): ToldEdit => each),
    standsFor: new Map(parts.at(-1)!.standsFor.flatMap((id, i) => (id === null ? [] : [[NAMES[i]!, id]]))),
  };
}

test(`edits by hand hold as a plain model has it, by SQL and in memory (TEST_SEED=${SEED})`, async () => {
  const { sql } = cairn.app.get(GraphSource);
  const shownBy: Record<string, number> = { edited: 0, changed: 0 };
  await fc.assert(
    fc.asyncProperty(part, part, instants, async (before, after, moments) => {
      await clear();
      await nameAs(before.standsFor);
      await writeTold(before);
      const later = await makeEdits(before.edits);
      await heldGraph();
      await nameAs(after.standsFor);
      await writeTold(after);
      later.push(...(await makeEdits(after.edits)));
      await heldGraph();
      for (const withdraw of later) await withdraw();
      const told = toldOf(before, after);
      const graphs = { sql, memory: await heldGraph() };
      for (const minute of moments)
        for (const start of [...DATASETS, ...JOBS, ...NAMES])
          for (const way of ['upstream', 'downstream'] as const) {
            const { distances, edges } = walkPlainly(told, start, way, DEPTH, minute);
            const bare = walkPlainly({ ...told, edits: [] }, start, way, DEPTH, minute);
            shownBy['edited']! += 1;
            if (bare.edges.size !== edges.size) shownBy['changed']! += 1;
            for (const [by, graph] of Object.entries(graphs)) {
              const found = await walkAround(graph, start, way, BOUNDS, at(minute));
              const about = { by, minute, start, way };
              expect({ ...about, edges: [...found.edges.keys()].sort() }).toEqual({
                ...about,
                edges: [...edges].sort(),
              });
              expect({ ...about, found: [...found.distances].sort() }).toEqual({
                ...about,
                found: [...distances].sort(),
              });
              const walked = await graph.around(start, way, DEPTH, at(minute));
              const levels = walked.sizes.flatMap((_, hops) =>
                walked.idsAt(hops).map((id) => [id, hops] as const),
              );
              const gone = walked
                .edgesWithin(0, Infinity)
                .map(({ sourceId, targetId }) => `${sourceId} ${targetId}`);
              expect({ ...about, levels: levels.sort(), gone: gone.sort() }).toEqual({
                ...about,
                ...{ levels: [...distances].sort(), gone: [...edges].sort() },
              });
              const reached = await graph.reach(start, way, DEPTH, at(minute));
              const far = Array.from({ length: reached.farthest + 1 }, (_, hops) =>
                reached.idsAt(hops).map((id) => [id, hops] as const),
              );
              expect({ ...about, reached: far.flat().sort() }).toEqual({
                ...about,
                reached: [...distances].sort(),
              });
            }
          }
    }),
    { numRuns: 6, seed: SEED, examples: [[twice, nothing, [0, 1, 2]]] },
  );
  // Else the edits that were tried say nothing.
  expect(shownBy['changed']! / shownBy['edited']!).toBeGreaterThan(0.05);
}, 240_000);
