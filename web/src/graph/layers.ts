import { type Graph, type GraphEdge, neighboursBy } from './graph.js';

/** Each node's column, 0 at the left, and the edges that point to the right. */
export interface Layers {
  readonly columnOf: ReadonlyMap<string, number>;
  /** Edges of the graph without those that close a cycle; every one leads to a higher column. */
  readonly forward: readonly GraphEdge[];
}

/**
 * Columns by longest path, so that every edge but those that close a cycle points to the right. Nodes without
 * predecessors then move next to their nearest successor, which keeps edges short.
 */
export function assignLayers(graph: Graph): Layers {
  const { order, forward } = sortTopologically(graph);
  const predecessors = neighboursBy(forward, 'from');
  const successors = neighboursBy(forward, 'to');
  const columnOf = new Map<string, number>();
  for (const id of order) {
    const before = (predecessors.get(id) ?? []).map((other) => columnOf.get(other)! + 1);
    columnOf.set(id, Math.max(0, ...before));
  }
  for (const id of order) {
    const after = successors.get(id) ?? [];
    if (predecessors.has(id) || after.length === 0) continue;
    columnOf.set(id, Math.min(...after.map((other) => columnOf.get(other)!)) - 1);
  }
  return { columnOf: fromZero(columnOf), forward };
}

/** Depth first without recursion: an edge to a node that is still open closes a cycle and is left out. */
function sortTopologically(graph: Graph): { order: string[]; forward: GraphEdge[] } {
  const successors = neighboursBy(graph.edges, 'to');
  const hasPredecessor = new Set(graph.edges.filter(({ from, to }) => from !== to).map(({ to }) => to));
  const ids = graph.nodes.map(({ id }) => id).sort();
  const starts = [...ids.filter((id) => !hasPredecessor.has(id)), ...ids];
  const state = new Map<string, 'open' | 'done'>();
  const finished: string[] = [];
  const forward: GraphEdge[] = [];
  for (const start of starts) {
    if (state.has(start)) continue;
    const stack = [{ id: start, rest: sorted(successors.get(start)) }];
    state.set(start, 'open');
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const next = top.rest.pop();
      if (next === undefined) {
        state.set(top.id, 'done');
        finished.push(top.id);
        stack.pop();
        continue;
      }
      if (state.get(next) === 'open') continue;
      forward.push({ from: top.id, to: next });
      if (state.has(next)) continue;
      state.set(next, 'open');
      stack.push({ id: next, rest: sorted(successors.get(next)) });
    }
  }
  return { order: finished.reverse(), forward };
}

/** Last first, because the stack pops from the end. */
function sorted(ids: readonly string[] = []): string[] {
  return [...ids].sort().reverse();
}

function fromZero(columnOf: ReadonlyMap<string, number>): Map<string, number> {
  const first = Math.min(...columnOf.values());
  return new Map([...columnOf].map(([id, column]) => [id, column - first]));
}
