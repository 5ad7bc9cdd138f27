import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { sha256Of, type Sha256 } from '../../storage/index.js';
import { isAncestor, mergeBase, mergeBases } from './index.js';

const idOf = (name: string | number): Sha256 => sha256Of(Buffer.from(String(name)));

type Graph = ReadonlyMap<Sha256, readonly Sha256[]>;
function graphOf(parents: Readonly<Record<string, string>>): Graph {
  return new Map(
    Object.entries(parents).map(([name, list]) => [idOf(name), list.split(' ').filter(Boolean).map(idOf)]),
  );
}
const lookup = (graph: Graph) => async (id: Sha256) => graph.get(id)!;

function ancestors(graph: Graph, id: Sha256): Set<Sha256> {
  const found = new Set<Sha256>();
  const pending = [id];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    pending.push(...graph.get(next)!);
  }
  return found;
}

/** The definition, word by word. */
function bestCommonAncestors(graph: Graph, a: Sha256, b: Sha256): Sha256[] {
  const ofB = ancestors(graph, b);
  const common = [...ancestors(graph, a)].filter((id) => ofB.has(id));
  return common
    .filter((id) => !common.some((other) => other !== id && ancestors(graph, other).has(id)))
    .sort();
}

describe('merge base', () => {
  it('is the fork of two branches, and the older of two commits in line', async () => {
    const parents = lookup(graphOf({ r: '', f: 'r', a1: 'f', a2: 'a1', b1: 'f' }));
    expect(await mergeBase(idOf('a2'), idOf('b1'), parents)).toBe(idOf('f'));
    expect(await mergeBase(idOf('a2'), idOf('r'), parents)).toBe(idOf('r'));
    expect(await isAncestor(idOf('f'), idOf('a2'), parents)).toBe(true);
    expect(await isAncestor(idOf('b1'), idOf('a2'), parents)).toBe(false);
  });

  it('after merges crosswise there are two, and the one with the lower id is taken from either side', async () => {
    const parents = lookup(graphOf({ r: '', a1: 'r', b1: 'r', a2: 'a1 b1', b2: 'b1 a1' }));
    const both = [idOf('a1'), idOf('b1')].sort();
    expect(await mergeBases(idOf('a2'), idOf('b2'), parents)).toEqual(both);
    expect(await mergeBase(idOf('a2'), idOf('b2'), parents)).toBe(both[0]);
    expect(await mergeBase(idOf('b2'), idOf('a2'), parents)).toBe(both[0]);
  });

  it('a short cut to an old commit does not hide the better ancestor', async () => {
    const parents = lookup(graphOf({ r: '', c1: 'r', c2: 'c1', c3: 'c2', a: 'c3 r', b: 'r c3' }));
    expect(await mergeBases(idOf('a'), idOf('b'), parents)).toEqual([idOf('c3')]);
  });

  it('unrelated histories have none', async () => {
    expect(await mergeBase(idOf('a'), idOf('b'), lookup(graphOf({ a: '', b: '' })))).toBeUndefined();
  });

  it('on any graph it is what the definition says', async () => {
    const graph = fc
      .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 2, maxLength: 24 })
      .map((list): Graph => {
        const entries = list.map((picks, i): [Sha256, Sha256[]] => [
          idOf(i),
          i === 0 ? [] : [...new Set(picks.map((pick) => idOf(i - 1 - (pick % Math.min(i, 5)))))],
        ]);
        return new Map(entries);
      });
    await fc.assert(
      fc.asyncProperty(graph, fc.nat(), fc.nat(), async (commits, x, y) => {
        const a = idOf(x % commits.size);
        const b = idOf(commits.size - 1 - (y % Math.min(3, commits.size)));
        const expected = bestCommonAncestors(commits, a, b);
        expect(await mergeBases(a, b, lookup(commits))).toEqual(expected);
        expect(await mergeBases(b, a, lookup(commits))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('a young fork of a long history is found without reading the history', async () => {
    const graph = new Map<Sha256, readonly Sha256[]>([[idOf(0), []]]);
    for (let i = 1; i <= 5000; i += 1) graph.set(idOf(i), [idOf(i - 1)]);
    graph.set(idOf('branch'), [idOf(4990)]);
    let lookups = 0;
    const base = await mergeBase(idOf(5000), idOf('branch'), async (id) => {
      lookups += 1;
      return graph.get(id)!;
    });
    expect(base).toBe(idOf(4990));
    expect(lookups).toBeLessThan(40);
  });
});
