import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type LineageDirection, type Neighbours, type Step, walk } from './traversal.js';

const graphOf = (edges: readonly (readonly [string, string])[]): Neighbours<Step> & { asked: string[] } => {
  const asked: string[] = [];
  const neighbours: Neighbours<Step> = async (places, way, limit) => {
    asked.push(...places.map((place) => `${way} ${place}`));
    return edges
      .map(([from, to]) => ({ from, to }))
      .filter(({ from, to }) => places.includes(way === 'downstream' ? from : to))
      .slice(0, limit);
  };
  return Object.assign(neighbours, { asked });
};
const bounds = { depth: 20, maxPlaces: 100, maxSteps: 1000 };
const CHAIN = [
  ['a', 'b'],
  ['b', 'c'],
  ['c', 'd'],
  ['x', 'c'],
] as const;

describe('a walk', () => {
  it.each<[LineageDirection, number, Record<string, number>]>([
    ['downstream', 2, { b: 0, c: 1, d: 2 }],
    ['upstream', 2, { b: 0, a: 1 }],
    ['both', 1, { b: 0, a: 1, c: 1 }],
  ])('%s to depth %i', async (direction, depth, distances) => {
    const found = await walk(['b'], direction, { ...bounds, depth }, graphOf(CHAIN));
    expect(Object.fromEntries(found.distances)).toEqual(distances);
    expect(found.isTruncated).toBe(false);
  });

  it('upstream never turns downstream: what else a source feeds is not lineage', async () => {
    const { distances } = await walk(['d'], 'upstream', bounds, graphOf([...CHAIN, ['a', 'other']]));
    expect([...distances.keys()]).not.toContain('other');
  });

  it('ends on a cycle and keeps the self-loop', async () => {
    const graph = graphOf([
      ['a', 'b'],
      ['b', 'a'],
      ['a', 'a'],
    ]);
    const { distances, steps } = await walk(['a'], 'both', bounds, graph);
    expect(Object.fromEntries(distances)).toEqual({ a: 0, b: 1 });
    expect(steps).toHaveLength(3);
    expect(new Set(graph.asked).size).toBe(graph.asked.length);
  });

  it('says when it stopped early, and shows no step to a place it left out', async () => {
    const star = Array.from({ length: 50 }, (_, i) => ['hub', `n${i}`] as const);
    const few = await walk(['hub'], 'downstream', { ...bounds, maxPlaces: 10 }, graphOf(star));
    expect(few.distances.size).toBe(10);
    expect(few.isTruncated).toBe(true);
    expect(few.steps.every(({ to }) => few.distances.has(to))).toBe(true);
    expect((await walk(['hub'], 'downstream', { ...bounds, maxSteps: 7 }, graphOf(star))).steps).toHaveLength(
      7,
    );
  });

  it('meets every place at its least distance', async () => {
    const places = ['a', 'b', 'c', 'd', 'e', 'f'];
    const anyEdges = fc.array(fc.tuple(fc.constantFrom(...places), fc.constantFrom(...places)), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(anyEdges, async (edges) => {
        const { distances } = await walk(['a'], 'downstream', bounds, graphOf(edges));
        for (const [from, to] of edges) {
          const at = distances.get(from);
          if (at !== undefined) expect(distances.get(to)!).toBeLessThanOrEqual(at + 1);
        }
        for (const [place, at] of distances) {
          if (at > 0)
            expect(edges.some(([from, to]) => to === place && distances.get(from) === at - 1)).toBe(true);
        }
      }),
    );
  });
});
