import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shortestPaths } from './shortest-paths.js';
import { walk } from './traversal.js';

const edge = fc.tuple(fc.nat(7), fc.nat(7)).map(([from, to]) => ({ from: `n${from}`, to: `n${to}` }));

/** All ways without a place twice, plainly. */
function allPaths(edges: readonly { from: string; to: string }[], from: string, to: string): string[][] {
  const go = (at: string, path: string[]): string[][] =>
    at === to
      ? [path]
      : edges
          .filter((one) => one.from === at && !path.includes(one.to))
          .flatMap((one) => go(one.to, [...path, one.to]));
  return go(from, [from]);
}

describe('shortest paths', () => {
  it('are those of all paths that are no longer than another, each once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edge, { maxLength: 20 }), async (edges) => {
        const bounds = { depth: 20, maxPlaces: 100, maxSteps: 100 };
        const found = await walk(['n0'], 'downstream', bounds, async (places) =>
          edges.filter(({ from }) => places.includes(from)),
        );
        const paths = shortestPaths(found.distances, found.steps, ['n1'], 1_000);
        const all = new Set(allPaths(edges, 'n0', 'n1').map((path) => path.join(' ')));
        const least = Math.min(...[...all].map((path) => path.split(' ').length));
        const shortest = [...all].filter((path) => path.split(' ').length === least);
        expect(paths.map((path) => path.join(' ')).sort()).toEqual(shortest.sort());
      }),
    );
  });

  it('are as many as are wanted', () => {
    const steps = ['a', 'b', 'c'].flatMap((via) => [
      { from: 's', to: via },
      { from: via, to: 't' },
    ]);
    const distances = new Map([
      ['s', 0],
      ['a', 1],
      ['b', 1],
      ['c', 1],
      ['t', 2],
    ]);
    expect(shortestPaths(distances, steps, ['t'], 2)).toEqual([
      ['s', 'a', 't'],
      ['s', 'b', 't'],
    ]);
    expect(shortestPaths(distances, steps, ['elsewhere'], 2)).toEqual([]);
  });
});
