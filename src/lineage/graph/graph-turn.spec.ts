import { describe, expect, it } from '@jest/globals';
import { graphTurn } from './graph-turn.js';
import type { Position } from './positions.js';

const NODES: Position[] = ['a', 'b', 'c', 'd'].map((id, distance) => ({ distance, id }));

/** All pages of so many nodes. @param edges how many stand where each node does */
function pages(first: number, edges: readonly number[]): { ids: string; edges: number }[] {
  const positions = NODES.flatMap((node, at) => Array.from({ length: edges[at]! }, () => node));
  const found = [];
  for (let after: string | undefined; found.length < 10;) {
    const turn = graphTurn(['question'], new Date(0), { first, after }, 5_000);
    const page = turn.pageOf(NODES, positions, true);
    found.push({
      ids: page.nodes.map(({ id }) => id).join(''),
      edges: positions.filter((position) => page.has(position)).length,
    });
    if (!page.pageInfo.hasNextPage) return found;
    after = page.pageInfo.endCursor;
  }
  throw new Error('the pages do not end');
}

describe('a page of a graph', () => {
  it.each([
    ['as many nodes as are wanted', 3, [1, 1, 1, 1], ['abc 3', 'd 1']],
    ['fewer where they have very many edges', 3, [5_000, 15_000, 1, 1], ['ab 20000', 'cd 2']],
    ['one at least', 4, [1, 30_000, 30_000, 0], ['a 1', 'b 30000', 'c 30000', 'd 0']],
  ])('has %s', (_, first, edges, expected) => {
    expect(pages(first, edges).map((page) => `${page.ids} ${page.edges}`)).toEqual(expected);
  });

  it('tells of the instant of the first one, which was now', () => {
    const first = graphTurn([], undefined, { first: 1 }, 10);
    const { endCursor } = first.pageOf(NODES, [], true).pageInfo;
    const second = graphTurn([], undefined, { first: 2, after: endCursor }, 10);
    expect(second).toMatchObject({ asOf: first.asOf, after: NODES[0], first: 2 });
  });
});
