import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NO_JOB } from '../../projection/facts.js';
import type { WalkBounds } from '../traversal.js';
import { walkAround, type Walked } from '../walk-around.js';
import { AssetGraph } from './asset-graph.js';
import { walkInMemory } from './walk.js';

const IDS = Array.from({ length: 9 }, () => randomUUID() as string);
const ALWAYS = [0, Infinity];
const one = fc.constantFrom(...IDS);
const edges = fc.array(fc.tuple(one, one), { maxLength: 25 });
const pairs = fc.array(fc.tuple(one, one, fc.oneof(one, fc.constant(NO_JOB))), { maxLength: 8 });

type Ends = readonly (readonly [string, string])[];

function graphOf(all: Ends, said: readonly (readonly [string, string, string])[] = []): AssetGraph {
  const graph = new AssetGraph();
  graph.ids.add(IDS[0]!);
  for (const [source, target] of all) graph.setEdge(source, target, ALWAYS);
  for (const [job, output, input] of said) graph.setPair(job, output, input, 'lineage', ALWAYS);
  return graph;
}

/** All that a walk tells. */
function told({ sizes, idsAt, edgesWithin, hops, isTruncated }: Walked): unknown {
  const found = edgesWithin(0, Infinity);
  return {
    ...{ hops, isTruncated },
    levels: sizes.map((_, distance) => [...idsAt(distance)].sort()),
    edges: found.map(({ sourceId, targetId, distance }) => `${sourceId} ${targetId} ${distance}`).sort(),
    near: edgesWithin(1, 2).length,
  };
}

async function bothOf(
  graph: AssetGraph,
  direction: 'upstream' | 'downstream' | 'both',
  bounds: WalkBounds,
  hops = Infinity,
): Promise<{ byNumbers: unknown; bySteps: unknown }> {
  const now = new Date();
  const isEnough = async (known: Walked) => known.hops >= hops;
  const steps = {
    edges: async (...asked: Parameters<AssetGraph['edges']>) => graph.edges(...asked),
  };
  const start = IDS[0]!;
  return {
    byNumbers: told(await walkInMemory(graph, start, direction, bounds.depth, now, bounds, isEnough)),
    bySteps: told(await walkAround(steps, start, direction, bounds, now, isEnough)),
  };
}

describe('a walk by numbers', () => {
  it('is the walk by steps, as far as it goes', async () => {
    const ways = fc.constantFrom('upstream' as const, 'downstream' as const, 'both' as const);
    const bounds = { maxPlaces: 1_000, maxSteps: 1_000 };
    await fc.assert(
      fc.asyncProperty(
        edges,
        pairs,
        ways,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 8 }),
        async (all, said, way, depth, hops) => {
          const { byNumbers, bySteps } = await bothOf(graphOf(all, said), way, { ...bounds, depth }, hops);
          expect(byNumbers).toEqual(bySteps);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leaves out the same where it is bounded', async () => {
    const bounds = fc.record({
      depth: fc.integer({ min: 1, max: 6 }),
      maxPlaces: fc.integer({ min: 1, max: 8 }),
      maxSteps: fc.integer({ min: 1, max: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(
        edges,
        fc.constantFrom('upstream' as const, 'downstream' as const),
        bounds,
        async (all, way, bound) => {
          const { byNumbers, bySteps } = await bothOf(graphOf(all), way, bound);
          expect(byNumbers).toEqual(bySteps);
        },
      ),
      { numRuns: 500 },
    );
  });
});
