import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contract, joinEnds, joinTimed } from './contract.js';

const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const edge = fc.record({
  sourceId: ids,
  targetId: ids,
  firstSeenAt: fc.date({ min: new Date(0), max: new Date(9), noInvalidDate: true }),
  lastSeenAt: fc.date({ min: new Date(10), max: new Date(19), noInvalidDate: true }),
});
const edges = fc.uniqueArray(edge, {
  maxLength: 12,
  selector: ({ sourceId, targetId }) => `${sourceId}${targetId}`,
});
type Edges = typeof edges extends fc.Arbitrary<infer T> ? T : never;

/** The least number of left-out assets on a way between two, plainly: by each length in turn. */
function viaOf(all: Edges, isKept: (id: string) => boolean, from: string, to: string): number | undefined {
  let ends = new Set([from]);
  for (let via = 0; via <= 5; via++) {
    const next = new Set<string>(
      all.filter(({ sourceId }) => ends.has(sourceId)).map(({ targetId }) => targetId),
    );
    if (next.has(to)) return via;
    ends = new Set([...next].filter((id) => !isKept(id)));
  }
  return undefined;
}

describe('a graph without some of its assets', () => {
  it('connects what they connected, by the shortest way', () => {
    fc.assert(
      fc.property(edges, fc.subarray(['a', 'b', 'c', 'd', 'e']), (all, kept) => {
        const isKept = (id: string) => (kept as string[]).includes(id);
        const found = new Map(
          contract(all, isKept, 100, joinTimed).edges.map((one) => [
            `${one.sourceId}${one.targetId}`,
            one.via,
          ]),
        );
        const expected = new Map(
          kept.flatMap((from) =>
            kept.flatMap((to) => {
              const via = viaOf(all, isKept, from, to);
              return via === undefined ? [] : [[`${from}${to}`, via] as const];
            }),
          ),
        );
        expect(found).toEqual(expected);
      }),
    );
  });

  it('is as it was when all are kept', () => {
    fc.assert(
      fc.property(edges, (all) => {
        const found = contract(all, () => true, 100, joinTimed).edges;
        expect(new Set(found)).toEqual(new Set(all.map((one) => ({ ...one, via: 0 }))));
      }),
    );
  });

  it('says of a way when all of it was seen, and stops at the bound', () => {
    const at = (ms: number) => new Date(ms);
    const way = [
      { sourceId: 'a', targetId: 'b', firstSeenAt: at(1), lastSeenAt: at(5) },
      { sourceId: 'b', targetId: 'c', firstSeenAt: at(2), lastSeenAt: at(9) },
    ];
    expect(contract(way, (id) => id !== 'b', 10, joinTimed).edges).toEqual([
      { sourceId: 'a', targetId: 'c', firstSeenAt: at(2), lastSeenAt: at(5), via: 1 },
    ]);
    const star = ['b', 'c', 'd', 'e'].map((targetId) => ({ ...way[0]!, targetId }));
    expect(contract(star, () => true, 2, joinTimed)).toMatchObject({
      edges: [expect.anything(), expect.anything()],
      isTruncated: true,
    });
    expect(contract(star, () => true, 4, joinTimed).isTruncated).toBe(false);
  });

  it('ends when very many lead to very many that are left out', () => {
    const ends = (prefix: string, hub: (id: string) => [string, string]) =>
      Array.from({ length: 5_000 }, (_, at) => hub(`${prefix}${at}`));
    const edges = [
      ...ends('in', (id) => [id, 'hub']),
      ...ends('hidden', (id) => ['hub', id]),
      ...ends('hidden', (id) => [id, 'out']),
    ].map(([sourceId, targetId]) => ({ sourceId, targetId }));
    const found = contract(edges, (id) => id.startsWith('in') || id === 'out', 5_000, joinEnds);
    expect(found.isTruncated).toBe(true);
    expect(found.edges.length).toBeGreaterThan(0);
  });
});
