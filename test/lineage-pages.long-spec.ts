import { randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LineageEdge, LineageGraph } from '../src/lineage/graph/lineage-graph.js';
import { walkAround } from '../src/lineage/graph/walk-around.js';
import { Database, seal, unseal } from '../src/platform/index.js';
import type { TestCairn } from './support/cairn.js';
import {
  answering,
  CALLERS,
  graphs,
  LATE,
  NAMES,
  pagesOf,
  START,
  startWithAssets,
  told,
  write,
} from './support/lineage-graphs.js';

const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));

let cairn: TestCairn;
let ada: string;
beforeAll(async () => {
  cairn = await startWithAssets();
  ada = await cairn.tokenFor('user:ada');
}, 60_000);
afterAll(() => cairn.stop());

const keyOf = ({ from, to, via }: LineageEdge) => `${from} ${to} ${via}`;
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
          await write(cairn, rows);
          const caller = CALLERS[who];
          const hidden = who === 'ada' ? NAMES.filter(({ isHidden }) => isHidden).map(({ id }) => id) : [];
          for (const { around, graph } of answering(cairn)) {
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
        numRuns: 20,
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
          await write(cairn, rows);
          for (const { impacts } of answering(cairn)) {
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
      { numRuns: 8, seed: SEED },
    );
  }, 120_000);
});

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
    await write(cairn, {
      edges: [
        [a, b],
        [b, d],
      ],
      pairs: [],
    });
    const first = await lineage({ first: 2 });
    expect(first.pageInfo.hasNextPage).toBe(true);
    await setTimeout(5);
    await cairn.app.get(Database).query(
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
    const key = JSON.parse(unseal(endCursor)!) as unknown[];
    const forged = (change: Record<number, unknown>) =>
      seal(JSON.stringify(key.map((part, at) => (at in change ? change[at] : part))));
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
