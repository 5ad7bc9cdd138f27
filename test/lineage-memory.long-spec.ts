import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Graph } from '../src/lineage/graph/graph.js';
import { GraphSource } from '../src/lineage/graph/graph-source.js';
import { GraphFeed } from '../src/lineage/graph/memory/graph-feed.js';
import { GraphMemory } from '../src/lineage/graph/memory/graph-memory.js';
import { memoryGraph } from '../src/lineage/graph/memory/memory-graph.js';
import { walkAround } from '../src/lineage/graph/walk-around.js';
import { DERIVED_TABLES } from '../src/lineage/projection/graph-hash.js';
import { NO_JOB } from '../src/lineage/projection/facts.js';
import { CONFIG, type Config, Database, HealthChecks, LOGGER, type Logger } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));
const DATASETS = Array.from({ length: 4 }, () => randomUUID());
const JOBS = Array.from({ length: 3 }, () => randomUUID());
const COLUMNS = ['x', 'y', '*', '😀', '\uffee'];
const MINUTES = 4;
const BOUNDS = { depth: 6, maxPlaces: 100, maxSteps: 100 };

let cairn: TestCairn;
let memory: GraphMemory;
let database: Database;
beforeAll(async () => {
  cairn = await startTestCairn();
  memory = cairn.app.get(GraphMemory);
  database = cairn.app.get(Database);
}, 60_000);
afterAll(() => cairn.stop());

/** Minutes since a fixed instant, some of them a microsecond later. */
const at = (minute: number): string =>
  new Date(Date.UTC(2026, 0, 1, 12, minute))
    .toISOString()
    .replace('000Z', minute % 2 === 0 ? '000Z' : '000001Z');

const ranges = fc
  .uniqueArray(fc.nat(MINUTES), { maxLength: 4 })
  .map((ends) => ends.sort((a, b) => a - b))
  .map((ends) =>
    ends.flatMap((from, i) =>
      i % 2 === 0 ? [`["${at(from)}",${i + 1 < ends.length ? `"${at(ends[i + 1]!)}"` : ''})`] : [],
    ),
  )
  .map((all) => `{${all.join(',')}}`);
const dataset = fc.constantFrom(...DATASETS);
const job = fc.constantFrom(...JOBS);
const edge = fc
  .oneof(fc.tuple(dataset, job), fc.tuple(job, dataset), fc.tuple(dataset, dataset))
  .chain(([source, target]) =>
    fc.record({ source: fc.constant(source), target: fc.constant(target), valid: ranges }),
  );
const pair = fc.record({
  job,
  output: dataset,
  input: fc.oneof(dataset, fc.constant(NO_JOB)),
  kind: fc.constantFrom('lineage', 'columns'),
  valid: ranges,
});
const column = fc.record({
  source: dataset,
  sourceColumn: fc.constantFrom(...COLUMNS),
  target: dataset,
  targetColumn: fc.constantFrom(...COLUMNS),
  job,
  transformation: fc.constantFrom('direct', 'indirect'),
  isMasking: fc.boolean(),
  valid: ranges,
});
const graph = fc.record({
  edges: fc.array(edge, { maxLength: 14 }),
  pairs: fc.array(pair, { maxLength: 8 }),
  columns: fc.array(column, { maxLength: 12 }),
});
/** Half minutes, from before to after all that happens. */
const instants = fc.uniqueArray(
  fc
    .integer({ min: -1, max: 2 * MINUTES + 1 })
    .map((half) => new Date(Date.UTC(2026, 0, 1, 12, 0, half * 30))),
  { minLength: 2, maxLength: 2, selector: Number },
);
type Rows = typeof graph extends fc.Arbitrary<infer T> ? T : never;

/** Writes rows as the projection does, in one transaction. */
async function write({ edges, pairs, columns }: Rows): Promise<void> {
  await database.run(async () => {
    for (const { source, target, valid } of edges)
      await database.query(
        `INSERT INTO lineage_edge (source_id, target_id, first_seen_at, last_seen_at, valid) VALUES ($1, $2, now(), now(), $3)
         ON CONFLICT (source_id, target_id) DO UPDATE SET valid = excluded.valid, changed_by = excluded.changed_by`,
        [source, target, valid],
      );
    for (const { job: of, output, input, kind, valid } of pairs)
      await database.query(
        `INSERT INTO lineage_pairing (job_id, output_id, input_id, kind, valid) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (job_id, output_id, input_id, kind) DO UPDATE SET valid = excluded.valid, changed_by = excluded.changed_by`,
        [of, output, input, kind, valid],
      );
    for (const row of columns)
      await database.query(
        `INSERT INTO lineage_column_edge (id, source_id, source_column, target_id, target_column, job_id, kind, transformation, is_masking,
           said, valid)
         VALUES (md5(concat_ws('|', $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::boolean))::uuid, $1::uuid, $2, $3::uuid,
           $4, $5::uuid, 'columns', $6, $7, $8, $8)
         ON CONFLICT (id) DO UPDATE SET valid = excluded.valid, changed_by = excluded.changed_by`,
        [
          row.source,
          row.sourceColumn,
          row.target,
          row.targetColumn,
          row.job,
          row.transformation,
          row.isMasking,
          row.valid,
        ],
      );
  });
}

async function clear(): Promise<void> {
  await database.query(`TRUNCATE ${DERIVED_TABLES.join(', ')}`);
  await database.query('UPDATE lineage_graph SET epoch = epoch + 1');
  await memory.upToDate();
}

async function heldGraph(): Promise<Graph> {
  for (let tries = 0; tries < 300; tries++) {
    const held = await memory.upToDate();
    if (held !== undefined) return memoryGraph(held, undefined as never);
    await setTimeout(20);
  }
  throw new Error('the graph did not come into memory');
}

/** All that can be asked of a graph, at one instant. */
async function answers(of: Graph, asOf: Date): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const way of ['upstream', 'downstream'] as const) {
    for (const id of [...DATASETS, ...JOBS, randomUUID()]) {
      const { distances, edges } = await walkAround(of, id, way, BOUNDS, asOf);
      found.push([...distances.values()], [...edges.values()]);
      const reached = await of.reach(id, way, 6, asOf);
      const levels = Array.from({ length: reached.farthest }, (_, i) => [...reached.idsAt(i + 1)].sort());
      found.push(
        levels,
        levels.flat().map((one) => reached.throughOf(one)),
        reached.idList().replace(/[-{}]/g, '').split(',').sort(),
        reached.isTruncated,
      );
      found.push(await of.columnsWithEdges(id, 100, asOf));
    }
    const places = [...DATASETS, ...JOBS.flatMap((one) => [one, ...DATASETS.map((via) => `${one} ${via}`)])];
    const columns = DATASETS.flatMap((id) => COLUMNS.map((name) => `${id} ${name}`));
    for (const limit of [3, 1_000]) found.push(await of.edges(places, way, limit, asOf));
    for (const limit of [3, 1_000]) found.push(await of.columnEdges(columns, way, limit, asOf));
    for (const place of columns) found.push(await of.columnEdges([place], way, 1_000, asOf));
  }
  return found;
}

describe(`the graph in memory (TEST_SEED=${SEED})`, () => {
  test('answers as SQL does, of every instant, also after it has followed what changed', async () => {
    const { sql } = cairn.app.get(GraphSource);
    await fc.assert(
      fc.asyncProperty(graph, graph, instants, async (before, after, moments) => {
        await clear();
        await write(before);
        await heldGraph();
        await write(after);
        const held = await heldGraph();
        for (const asOf of [new Date(), ...moments])
          expect(await answers(held, asOf)).toEqual(await answers(sql, asOf));
      }),
      { numRuns: 5, seed: SEED },
    );
  }, 240_000);

  test('has what was committed before it was asked, also by a transaction that began before others and ended after them', async () => {
    await clear();
    await heldGraph();
    const [a, b, c] = DATASETS as [string, string, string];
    const insert = `INSERT INTO lineage_edge (source_id, target_id, first_seen_at, last_seen_at, valid) VALUES ($1, $2, now(), now(), '{[2026-01-01,)}')`;
    let commit = (): void => undefined;
    const isInserted = new Promise<{ late: Promise<void> }>((inserted) => {
      const late: Promise<void> = database.run(async () => {
        await database.query(insert, [a, b]);
        await new Promise<void>((resolve) => {
          commit = resolve;
          inserted({ late });
        });
      });
    });
    const { late } = await isInserted;
    await database.query(insert, [a, c]);
    const targets = async () =>
      (await (await heldGraph()).edges([a], 'downstream', 10, new Date())).map(({ targetId }) => targetId);
    expect(await targets()).toEqual([c]);
    await database.query('UPDATE lineage_edge SET last_seen_at = now() WHERE target_id = $1', [c]);
    expect(await targets()).toEqual([c]);
    commit();
    await late;
    expect((await targets()).sort()).toEqual([b, c].sort());
  });

  test.each([
    ['0', 'off'],
    ['1', 'too-large'],
  ])('of %s MiB leaves the answer to SQL', async (megabytes, because) => {
    const config = { ...cairn.app.get<Config>(CONFIG), CAIRN_LINEAGE_MEMORY_MB: Number(megabytes) };
    const health = new HealthChecks();
    const small = new GraphMemory(cairn.app.get(GraphFeed), cairn.app.get<Logger>(LOGGER), config, health);
    await write({
      edges: [{ source: DATASETS[0]!, target: JOBS[0]!, valid: '{[2026-01-01,)}' }],
      pairs: [],
      columns: [],
    });
    small.onApplicationBootstrap();
    for (let tries = 0; tries < 50; tries++) {
      const { parts } = await health.run();
      if (parts['lineage-graph']!.report!['because'] === because) break;
      await setTimeout(20);
    }
    const { parts } = await health.run();
    expect(parts['lineage-graph']).toMatchObject({ isReady: true, report: { answersBy: 'sql', because } });
    expect(await small.upToDate()).toBeUndefined();
    await small.beforeApplicationShutdown();
  });
});
