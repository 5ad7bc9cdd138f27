import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph } from './graph.js';
import { assignLayers } from './layers.js';
import { layOut, NODE_WIDTH, type Position, type SizedNode } from './layout.js';
import { countCrossings, orderColumns } from './ordering.js';

const ids = (count: number) => Array.from({ length: count }, (_, at) => `n${at}`);
const graphs = fc.integer({ min: 0, max: 25 }).chain((count) => {
  const id = fc.constantFrom(...ids(Math.max(1, count)));
  return fc.record({
    nodes: fc.tuple(
      ...ids(count).map((each) =>
        fc.record({ id: fc.constant(each), height: fc.integer({ min: 20, max: 200 }) }),
      ),
    ),
    edges: fc.uniqueArray(fc.record({ from: id, to: id }), {
      maxLength: count === 0 ? 0 : 50,
      selector: (edge) => `${edge.from}>${edge.to}`,
    }),
  });
});

const node = (id: string): SizedNode => ({ id, height: 60 });
const chain = (...path: string[]): Graph<SizedNode> => ({
  nodes: path.map(node),
  edges: path.slice(1).map((to, at) => ({ from: path[at]!, to })),
});
const xs = (positions: ReadonlyMap<string, Position>, path: string[]) =>
  path.map((id) => positions.get(id)!.x);

describe('the layered layout', () => {
  it('places every node exactly once, at whole pixels', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { positions } = layOut(graph);
        expect([...positions.keys()].sort()).toEqual(graph.nodes.map(({ id }) => id).sort());
        for (const { x, y } of positions.values())
          expect(Number.isInteger(x) && Number.isInteger(y)).toBe(true);
      }),
    );
  });

  it('never lets two nodes overlap', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { positions } = layOut(graph);
        const boxes = graph.nodes.map(({ id, height }) => ({ ...positions.get(id)!, height }));
        for (const [at, a] of boxes.entries()) {
          for (const b of boxes.slice(at + 1)) {
            const isApart =
              Math.abs(a.x - b.x) >= NODE_WIDTH || a.y + a.height <= b.y || b.y + b.height <= a.y;
            expect(isApart).toBe(true);
          }
        }
      }),
    );
  });

  it('is the same in whatever order nodes and edges are listed', () => {
    fc.assert(
      fc.property(
        graphs.chain((graph) => fc.tuple(fc.constant(graph), shuffled(graph))),
        ([graph, other]) => {
          expect(layOut(other)).toEqual(layOut(graph));
        },
      ),
    );
  });

  it('leads every edge that closes no cycle to the right', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { columnOf, forward } = assignLayers(graph);
        for (const { from, to } of forward) expect(columnOf.get(to)!).toBeGreaterThan(columnOf.get(from)!);
      }),
    );
  });

  it('leaves out no edge of a graph without cycles', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const edges = graph.edges.filter(({ from, to }) => Number(from.slice(1)) < Number(to.slice(1)));
        expect(assignLayers({ nodes: graph.nodes, edges }).forward).toHaveLength(edges.length);
      }),
    );
  });

  it('counts as crossings the pairs of edges whose ends are in opposite order', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { columns, after } = orderColumns(assignLayers(graph));
        const rank = new Map(columns.flatMap((column) => column.map(({ id }, at) => [id, at] as const)));
        const pairs = columns.flatMap((column) => {
          const edges = column.flatMap(({ id }) =>
            (after.get(id) ?? []).map((to) => [rank.get(id)!, rank.get(to)!] as const),
          );
          return edges.flatMap((a) => edges.filter((b) => a[0] < b[0] && a[1] > b[1]));
        });
        expect(countCrossings(columns, after)).toBe(pairs.length);
      }),
    );
  });

  it('draws a chain as one straight line from left to right', () => {
    const path = ['raw', 'clean', 'table', 'train', 'model'];
    const { positions } = layOut(chain(...path));
    expect(xs(positions, path)).toEqual([...xs(positions, path)].sort((a, b) => a - b));
    expect(new Set([...positions.values()].map(({ y }) => y)).size).toBe(1);
  });

  it('stands a source next to what it feeds, not at the far left', () => {
    const long = chain('a', 'b', 'c', 'd');
    const { positions } = layOut({
      nodes: [...long.nodes, node('late')],
      edges: [...long.edges, { from: 'late', to: 'd' }],
    });
    expect(positions.get('late')!.x).toBe(positions.get('c')!.x);
  });

  it('gives an edge that skips columns a free way past the nodes between', () => {
    const graph = chain('a', 'b', 'c');
    const { positions, bends } = layOut({ ...graph, edges: [...graph.edges, { from: 'a', to: 'c' }] });
    const [bend] = bends.get('a→c')!;
    const between = positions.get('b')!;
    expect(bend!.x).toBe(between.x);
    expect(bend!.y < between.y || bend!.y > between.y + 60).toBe(true);
  });

  it('uncrosses two crossed pairs', () => {
    const crossed = {
      nodes: ['a', 'b', 'y', 'z'].map(node),
      edges: [
        { from: 'a', to: 'z' },
        { from: 'b', to: 'y' },
      ],
    };
    const { columns, after } = orderColumns(assignLayers(crossed));
    expect(countCrossings(columns, after)).toBe(0);
  });

  it('survives a self-loop, a cycle and an edge to a node that is not there', () => {
    const edges = [
      { from: 'a', to: 'a' },
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
      { from: 'b', to: 'gone' },
    ];
    expect(layOut({ nodes: [node('a'), node('b')], edges }).positions.size).toBe(2);
  });
});

function shuffled(graph: Graph<SizedNode>): fc.Arbitrary<Graph<SizedNode>> {
  const whole = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });
  return fc.record({ nodes: whole(graph.nodes), edges: whole(graph.edges) });
}
