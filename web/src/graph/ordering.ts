import { edgeId, neighboursBy } from './graph.js';
import type { Layers } from './layers.js';

const SWEEPS = 12;

/** One place in a column: a node, or a bend of an edge that passes through. */
export interface Slot {
  readonly id: string;
  /** The edge, by `edgeId`, that bends here; absent for a node. */
  readonly bendOf?: string;
}

/** Columns from left to right, each from top to bottom, and the edges between neighbouring columns. */
export interface OrderedColumns {
  readonly columns: readonly (readonly Slot[])[];
  readonly before: ReadonlyMap<string, readonly string[]>;
  readonly after: ReadonlyMap<string, readonly string[]>;
}

/**
 * Orders each column by the barycentre of its neighbours, to and fro, and keeps the order with the fewest crossings. Edges over
 * several columns get bends, so that the lines they draw count too.
 */
export function orderColumns(layers: Layers): OrderedColumns {
  const { columns, edges } = withBends(layers);
  const before = neighboursBy(edges, 'from');
  const after = neighboursBy(edges, 'to');
  let current = columns;
  let best = columns;
  let fewest = countCrossings(columns, after);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep += 1) {
    current =
      sweep % 2 === 0 ? sortFrom(current, before) : [...sortFrom([...current].reverse(), after)].reverse();
    const crossings = countCrossings(current, after);
    if (crossings < fewest) [best, fewest] = [current, crossings];
  }
  return { columns: best, before, after };
}

/** How many pairs of edges between neighbouring columns cross. */
export function countCrossings(
  columns: readonly (readonly Slot[])[],
  after: ReadonlyMap<string, readonly string[]>,
): number {
  let crossings = 0;
  for (const [at, column] of columns.entries()) {
    const rank = rankOf(columns[at + 1] ?? []);
    const seen: number[] = [];
    for (const { id } of column) {
      const ends = (after.get(id) ?? []).map((other) => rank.get(other)!);
      for (const end of ends) crossings += seen.filter((earlier) => earlier > end).length;
      seen.push(...ends);
    }
  }
  return crossings;
}

function withBends({ columnOf, forward }: Layers): {
  columns: Slot[][];
  edges: { from: string; to: string }[];
} {
  const columns: Slot[][] = Array.from({ length: Math.max(-1, ...columnOf.values()) + 1 }, () => []);
  for (const [id, column] of columnOf) columns[column]!.push({ id });
  const edges: { from: string; to: string }[] = [];
  for (const { from, to } of forward) {
    let last = from;
    for (let column = columnOf.get(from)! + 1; column < columnOf.get(to)!; column += 1) {
      const bendOf = edgeId({ from, to });
      const bend = `${bendOf}@${column}`;
      columns[column]!.push({ id: bend, bendOf });
      edges.push({ from: last, to: bend });
      last = bend;
    }
    edges.push({ from: last, to });
  }
  return { columns, edges };
}

function sortFrom(
  columns: readonly (readonly Slot[])[],
  neighbours: ReadonlyMap<string, readonly string[]>,
): Slot[][] {
  const result: Slot[][] = [];
  for (const column of columns) {
    const rank = rankOf(result.at(-1) ?? []);
    const keyed = column.map((slot, at) => ({ slot, key: barycentre(neighbours.get(slot.id), rank) ?? at }));
    result.push(keyed.sort((a, b) => a.key - b.key).map(({ slot }) => slot));
  }
  return result;
}

function barycentre(
  ids: readonly string[] | undefined,
  rank: ReadonlyMap<string, number>,
): number | undefined {
  const ranks = (ids ?? []).flatMap((id) => rank.get(id) ?? []);
  return ranks.length === 0 ? undefined : ranks.reduce((sum, each) => sum + each, 0) / ranks.length;
}

function rankOf(column: readonly Slot[]): Map<string, number> {
  return new Map(column.map(({ id }, at) => [id, at]));
}
