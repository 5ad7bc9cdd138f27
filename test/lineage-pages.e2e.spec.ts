import { randomInt, randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Principal } from '../src/identity/index.js';
import { AroundService } from '../src/lineage/graph/around.service.js';
import type { Graph } from '../src/lineage/graph/graph.js';
import { GraphRepository } from '../src/lineage/graph/graph.repository.js';
import { GraphSource } from '../src/lineage/graph/graph-source.js';
import { GROUPINGS } from '../src/lineage/graph/grouping.js';
import { GroupsService } from '../src/lineage/graph/groups.service.js';
import { ImpactService } from '../src/lineage/graph/impact.service.js';
import { LineageFilters } from '../src/lineage/graph/lineage-filter.js';
import type { LineageEdge, LineageGraph } from '../src/lineage/graph/lineage-graph.js';
import { GraphMemory } from '../src/lineage/graph/memory/graph-memory.js';
import { Views } from '../src/lineage/graph/view.js';
import { walkAround } from '../src/lineage/graph/walk-around.js';
import { NO_JOB } from '../src/lineage/projection/facts.js';
import { RunService } from '../src/lineage/runs/run.service.js';
import { DERIVED_TABLES } from '../src/lineage/projection/graph-hash.js';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));
const NAMES = Array.from({ length: 16 }, (_, at) => ({
  id: randomUUID() as string,
  kind: at % 3 === 0 ? 'job' : 'dataset',
  isHidden: at % 4 === 3,
}));
const JOBS = NAMES.filter(({ kind }) => kind === 'job').map(({ id }) => id);
const DATASETS = NAMES.filter(({ kind }) => kind === 'dataset').map(({ id }) => id);
const START = NAMES[1]!.id;
const principal = (name: string): Principal => ({
  ...{ id: randomUUID(), kind: 'user', name, displayName: name, attributes: {} },
});
/** Sees all; does not see the vault. */
const CALLERS = { max: principal('max'), ada: principal('ada') };

let cairn: TestCairn;
let database: Database;
let ada: string;
beforeAll(async () => {
  cairn = await startTestCairn({ CAIRN_POLICY_DIR: path.resolve('test/fixtures/lineage-policies') });
  database = cairn.app.get(Database);
  ada = await cairn.tokenFor('user:ada');
  for (const [at, { id, kind, isHidden }] of NAMES.entries()) {
    const place = isHidden ? 'vault' : 'external';
    await database.query(
      `INSERT INTO asset (id, space, kind, identity_namespace, identity_name, namespace, is_managed)
       VALUES ($1, $2, $3, $4, $5, $4, false)`,
      [id, kind === 'job' ? 'job' : 'data', kind, place, `${isHidden ? 'secret' : 'open'}.name ${at}`],
    );
  }
}, 60_000);
afterAll(() => cairn.stop());

const edge = fc.oneof(
  fc.tuple(fc.constantFrom(...DATASETS), fc.constantFrom(...JOBS)),
  fc.tuple(fc.constantFrom(...JOBS), fc.constantFrom(...DATASETS)),
  fc.tuple(fc.constantFrom(...DATASETS), fc.constantFrom(...DATASETS)),
);
/** What flows from one input only: a walk comes to the job by others, too, and may go on from it late. */
const pair = fc.tuple(
  fc.constantFrom(...JOBS),
  fc.constantFrom(...DATASETS),
  fc.constantFrom(...DATASETS, NO_JOB),
);
const graphs = fc.record({
  edges: fc.array(edge, { minLength: 8, maxLength: 40 }),
  pairs: fc.array(pair, { maxLength: 8 }),
});
type Rows = typeof graphs extends fc.Arbitrary<infer T> ? T : never;

/** A way from a job that is gone four hops after its two ends were met. */
const LATE: Rows = (() => {
  const [job] = JOBS as [string];
  const [start, near, x, y, from, out] = DATASETS as [string, string, string, string, string, string];
  return {
    edges: [
      ...([
        [start, job],
        [start, near],
        [start, x],
        [x, y],
        [y, from],
        [from, job],
        [job, near],
        [job, out],
      ] as const),
    ].map(([source, target]): [string, string] => [source, target]),
    pairs: [
      [job, near, NO_JOB],
      [job, near, from],
      [job, out, NO_JOB],
      [job, out, start],
    ],
  };
})();

async function write({ edges, pairs }: Rows): Promise<void> {
  await database.query(`TRUNCATE ${DERIVED_TABLES.join(', ')}`);
  await database.query(
    `INSERT INTO lineage_edge (source_id, target_id, first_seen_at, last_seen_at, valid)
     SELECT DISTINCT source, target, timestamptz '2026-01-01', timestamptz '2026-01-02', '{[2026-01-01,)}'::tstzmultirange
     FROM unnest($1::uuid[], $2::uuid[]) AS e (source, target)`,
    [edges.map(([source]) => source), edges.map(([, target]) => target)],
  );
  await database.query(
    `INSERT INTO lineage_pairing (job_id, output_id, input_id, kind, valid)
     SELECT DISTINCT job, output, input, 'lineage', '{[2026-01-01,)}'::tstzmultirange
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS p (job, output, input)`,
    [0, 1, 2].map((at) => pairs.map((one) => one[at])),
  );
  await database.query('UPDATE lineage_graph SET epoch = epoch + 1');
  const memory = cairn.app.get(GraphMemory);
  for (let tries = 0; (await memory.upToDate()) === undefined; tries++) {
    if (tries === 300) throw new Error('the graph did not come into memory');
    await setTimeout(20);
  }
}

/** What answers by memory and what answers by SQL. */
function services(): {
  around: AroundService;
  impacts: ImpactService;
  groups: GroupsService;
  graph: () => Promise<Graph>;
}[] {
  const inMemory = cairn.app.get(GraphSource);
  const bySql = { open: async () => inMemory.sql } as GraphSource;
  const [rows, filters, views] = [GraphRepository, LineageFilters, Views].map((one) =>
    cairn.app.get(one as never),
  ) as [GraphRepository, LineageFilters, Views];
  return [inMemory, bySql].map((source) => ({
    around: new AroundService(source, rows, filters, views),
    impacts: new ImpactService(source, views, filters),
    groups: new GroupsService(source, filters, views, cairn.app.get(RunService)),
    graph: () => source.open(),
  }));
}

/** All pages, of the given sizes in turn. */
async function pagesOf<Page extends { pageInfo: { hasNextPage: boolean; endCursor?: string } }>(
  sizes: readonly number[],
  ask: (page: { first: number; after?: string }) => Promise<Page>,
): Promise<Page[]> {
  const pages: Page[] = [];
  for (let after: string | undefined; pages.length < 100;) {
    const page = await ask({ first: sizes[pages.length % sizes.length]!, ...(after && { after }) });
    pages.push(page);
    if (!page.pageInfo.hasNextPage) return pages;
    after = page.pageInfo.endCursor!;
  }
  throw new Error('the pages do not end');
}

const keyOf = ({ from, to, via }: LineageEdge) => `${from} ${to} ${via}`;
const told = (page: unknown, ids: readonly string[]): string[] => {
  const cursors = JSON.stringify(page).match(/"endCursor":"([^"]+)"/g) ?? [];
  const text =
    JSON.stringify(page) +
    cursors.map((one) => Buffer.from(one.slice(13, -1), 'base64url').toString()).join();
  return ids.filter((id) => text.includes(id));
};

describe(`pages of lineage (TEST_SEED=${SEED})`, () => {
  test('are, all together, the graph of one walk: each node and each edge once, in order, and nothing of what is hidden', async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom('upstream' as const, 'downstream' as const, 'both' as const),
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom('max' as const, 'ada' as const),
        fc.constantFrom(undefined, { kinds: ['dataset'] as const }),
        async (rows, sizes, direction, depth, who, filter) => {
          await write(rows);
          const caller = CALLERS[who];
          const hidden = who === 'ada' ? NAMES.filter(({ isHidden }) => isHidden).map(({ id }) => id) : [];
          for (const { around, graph } of services()) {
            const look = { direction, depth, filter };
            const pages = await pagesOf(sizes, (page) => around.around(caller, START, { ...look, ...page }));
            const whole = await around.around(caller, START, { ...look, first: 5_000 });
            const nodes = pages.flatMap((page) => page.nodes);
            expect(nodes).toEqual(whole.nodes);
            expect(pages.flatMap((page) => page.edges.map(keyOf)).sort()).toEqual(
              whole.edges.map(keyOf).sort(),
            );
            if (filter === undefined) {
              const walked = await walkAround(
                await graph(),
                START,
                direction,
                { depth, maxPlaces: 1_000, maxSteps: 1_000 },
                new Date(),
              );
              expect(nodes.map(({ distance }) => distance)).toEqual(
                [...walked.distances.values()].sort((a, b) => a - b),
              );
              expect(whole.edges).toHaveLength(walked.edges.size);
            }
            expect(nodes.map(({ distance, id }) => `${distance} ${id}`)).toEqual(
              nodes.map(({ distance, id }) => `${distance} ${id}`).sort(),
            );
            expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
            expectEndsKnown(pages);
            expect(pages.map((page) => page.isTruncated)).toEqual(
              pages.map((_, at) => at < pages.length - 1),
            );
            expect(told(pages, hidden)).toEqual([]);
            expect(JSON.stringify(pages).includes('secret')).toBe(who === 'max' && hasSecret(whole));
          }
        },
      ),
      {
        numRuns: 60,
        seed: SEED,
        examples: [[LATE, [2, 1], 'downstream', 8, 'max', undefined]],
      },
    );
  }, 240_000);

  test('of an impact are the list of one', async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs,
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('max' as const, 'ada' as const),
        async (rows, sizes, who) => {
          await write(rows);
          for (const { impacts } of services()) {
            const whole = await impacts.impact(CALLERS[who], START, { depth: 20, first: 1_000 });
            const pages = await pagesOf(sizes, (page) =>
              impacts.impact(CALLERS[who], START, { depth: 20, ...page }),
            );
            expect(pages.flatMap(({ assets }) => assets)).toEqual(whole.assets);
            for (const { counts } of pages) expect(counts).toEqual(whole.counts);
            expect(whole.counts.reduce((sum, { count }) => sum + count, 0)).toBe(whole.assets.length);
          }
        },
      ),
      { numRuns: 20, seed: SEED },
    );
  }, 120_000);
});

describe(`groups of lineage (TEST_SEED=${SEED})`, () => {
  test('hold what the caller may see and nothing else, each asset once; edges are those of the graph without the rest', async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs,
        fc.constantFrom(...GROUPINGS),
        fc.constantFrom('upstream' as const, 'downstream' as const, 'both' as const),
        fc.constantFrom('max' as const, 'ada' as const),
        fc.constantFrom(undefined, { kinds: ['dataset'] as const }),
        fc.infiniteStream(fc.boolean()),
        async (rows, groupBy, direction, who, filter, picks) => {
          await write(rows);
          const caller = CALLERS[who];
          const hidden = who === 'ada' ? NAMES.filter(({ isHidden }) => isHidden).map(({ id }) => id) : [];
          for (const { around, groups } of services()) {
            const look = { direction, depth: 20 };
            const kept = filter ?? { kinds: ['dataset', 'job'] as const };
            const graph = await around.around(caller, START, { ...look, filter: kept, first: 5_000 });
            const closed = await groups.groups(caller, START, { ...look, filter, groupBy });
            const expand = closed.groups.map(({ key }) => key).filter(() => picks.next().value);
            const opened = await groups.groups(caller, START, { ...look, filter, groupBy, expand });
            const others = graph.nodes.filter(({ id }) => id !== START);
            for (const { groups: all, edges, start, isTruncated } of [closed, opened]) {
              const single = all.flatMap(({ nodes }) => nodes);
              expect(countsOf(all.flatMap(({ counts }) => counts))).toEqual(
                countsOf(others.map(({ asset }) => ({ kind: asset!.kind, count: 1 }))),
              );
              const places = new Set([start, ...single].map(({ id }) => id));
              for (const { key } of all) places.add(key);
              for (const { from, to } of edges)
                expect([places.has(from), places.has(to)]).toEqual([true, true]);
              expect(edges.reduce((sum, { count }) => sum + count, 0)).toBe(graph.edges.length);
              expect(isTruncated).toBe(false);
              for (const { isExpanded, counts, nodes, nearest, farthest } of all) {
                const size = counts.reduce((sum, { count }) => sum + count, 0);
                expect(nodes).toHaveLength(isExpanded ? size : 0);
                if (isExpanded) {
                  const distances = nodes.map(({ distance }) => distance);
                  expect([nearest, farthest]).toEqual([Math.min(...distances), Math.max(...distances)]);
                }
              }
            }
            expect(opened.groups.filter(({ isExpanded }) => isExpanded).map(({ key }) => key)).toEqual(
              expand,
            );
            expect(told([closed, opened], hidden)).toEqual([]);
            if (who === 'ada') expect(JSON.stringify([closed, opened])).not.toMatch(/secret|vault/);
          }
        },
      ),
      { numRuns: 40, seed: SEED },
    );
  }, 240_000);
});

function countsOf(counts: readonly { kind: string; count: number }[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { kind, count } of counts) sums[kind] = (sums[kind] ?? 0) + count;
  return sums;
}

/** Every edge's nodes are on its page or on earlier ones. */
function expectEndsKnown(pages: readonly LineageGraph[]): void {
  const known = new Set<string>();
  for (const { nodes, edges } of pages) {
    for (const { id } of nodes) known.add(id);
    for (const { from, to } of edges) expect([known.has(from), known.has(to)]).toEqual([true, true]);
  }
}

function hasSecret({ nodes }: LineageGraph): boolean {
  return nodes.some(({ asset }) => asset?.namespace === 'vault');
}

describe('pages by GraphQL', () => {
  const LINEAGE = `query($id: ID!, $first: Int!, $after: String, $depth: Int!, $asOf: DateTime) { asset(id: $id) {
    lineage(direction: downstream, depth: $depth, first: $first, after: $after, asOf: $asOf) {
      nodes { id distance asset { identityName } } edges { from to } pageInfo { hasNextPage endCursor } isTruncated } } }`;
  const [a, b, c, d] = [NAMES[1]!.id, NAMES[0]!.id, NAMES[3]!.id, NAMES[2]!.id] as const;
  const lineage = async (variables: object) =>
    (await cairn.ask(LINEAGE, { id: a, depth: 20, ...variables }, ada)).asset.lineage;

  test('tell of the instant of the first one, whatever is told meanwhile', async () => {
    await write({
      edges: [
        [a, b],
        [b, d],
      ],
      pairs: [],
    });
    const first = await lineage({ first: 2 });
    expect(first.pageInfo.hasNextPage).toBe(true);
    await setTimeout(5);
    await database.query(
      `INSERT INTO lineage_edge (source_id, target_id, first_seen_at, last_seen_at, valid)
       VALUES ($1, $2, now(), now(), tstzmultirange(tstzrange(now(), NULL)))`,
      [b, c],
    );
    const second = await lineage({ first: 2, after: first.pageInfo.endCursor });
    expect(second.nodes.map((node: any) => node.id)).toEqual([d]);
    expect(second).toMatchObject({
      edges: [{ from: b, to: d }],
      pageInfo: { hasNextPage: false },
      isTruncated: false,
    });
    expect((await lineage({ first: 5 })).nodes).toHaveLength(4);
  });

  test('are refused for a cursor of another question, or of none', async () => {
    const { endCursor } = (await lineage({ first: 1 })).pageInfo;
    const key = JSON.parse(Buffer.from(endCursor, 'base64url').toString()) as unknown[];
    const forged = (change: Record<number, unknown>) =>
      Buffer.from(JSON.stringify(key.map((part, at) => (at in change ? change[at] : part)))).toString(
        'base64url',
      );
    for (const [variables, rule] of [
      [{ after: endCursor, depth: 19 }, 'with the arguments of the page'],
      [{ after: endCursor, asOf: '2026-01-02T00:00:00Z' }, 'with the arguments of the page'],
      [{ after: endCursor, id: b }, 'with the arguments of the page'],
      ...[
        '',
        'nonsense',
        forged({ 0: 'yesterday' }),
        forged({ 2: -1 }),
        forged({ 3: 7 }),
        forged({ 2: 'x' }),
      ].map((after) => [{ after }, 'endCursor of an earlier page'] as const),
    ] as const) {
      const { errors } = await cairn.graphql(LINEAGE, { id: a, depth: 20, first: 1, ...variables }, ada);
      expect(errors?.[0]).toMatchObject({
        message: expect.stringMatching(new RegExp(`after.*${rule}`)),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
  });
});
