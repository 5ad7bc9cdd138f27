import type { Graph, GraphNode } from './graph.js';
import { assignLayers } from './layers.js';
import { type OrderedColumns, orderColumns, type Slot } from './ordering.js';

/** Pixels. */
export const NODE_WIDTH = 216;
const COLUMN_GAP = 64;
const ROW_GAP = 22;
const BEND_HEIGHT = 10;
const ALIGN_ROUNDS = 8;

/** A node with the height it is drawn at, in pixels. */
export interface SizedNode extends GraphNode {
  readonly height: number;
}

/** The upper left corner of a node, in pixels. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

/** Where everything stands. */
export interface Layout {
  readonly positions: ReadonlyMap<string, Position>;
  /** By `edgeId`: for each column that an edge passes, the left end of its free way at that column, node width long. */
  readonly bends: ReadonlyMap<string, readonly Position[]>;
}

/**
 * Places a graph in columns from left to right: what feeds an asset stands left of it, what it feeds right. Nodes never
 * overlap. The same graph gets the same places, in whatever order nodes and edges are listed. Source: Sugiyama, Tagawa and Toda, 1981.
 */
export function layOut(graph: Graph<SizedNode>): Layout {
  const nodes = [...graph.nodes].sort((a, b) => (a.id < b.id ? -1 : 1));
  const heights = new Map(nodes.map(({ id, height }) => [id, height]));
  const known = graph.edges.filter(({ from, to }) => heights.has(from) && heights.has(to));
  const ordered = orderColumns(assignLayers({ nodes, edges: known }));
  const heightOf = ({ id, bendOf }: Slot): number => (bendOf === undefined ? heights.get(id)! : BEND_HEIGHT);
  const middles = align(ordered, heightOf);
  const positions = new Map<string, Position>();
  const bends = new Map<string, Position[]>();
  for (const [column, slots] of ordered.columns.entries()) {
    const x = column * (NODE_WIDTH + COLUMN_GAP);
    for (const slot of slots) {
      const middle = middles.get(slot.id)!;
      if (slot.bendOf === undefined)
        positions.set(slot.id, { x, y: Math.round(middle - heightOf(slot) / 2) });
      else bends.set(slot.bendOf, [...(bends.get(slot.bendOf) ?? []), { x, y: Math.round(middle) }]);
    }
  }
  return { positions, bends };
}

/** Pulls each slot towards the middle of its neighbours, keeping order and distance within the column. @returns the middle of each slot, by id */
function align(
  { columns, before, after }: OrderedColumns,
  heightOf: (slot: Slot) => number,
): Map<string, number> {
  const middles = new Map<string, number>();
  for (const column of columns) for (const [id, middle] of stack(column, heightOf)) middles.set(id, middle);
  for (let round = 0; round < ALIGN_ROUNDS; round += 1) {
    const isRightwards = round % 2 === 0;
    for (const column of isRightwards ? columns : [...columns].reverse()) {
      const wanted = column.map((slot) => {
        const near =
          (isRightwards ? before : after).get(slot.id) ?? (isRightwards ? after : before).get(slot.id) ?? [];
        return near.length === 0 ? middles.get(slot.id)! : mean(near.map((id) => middles.get(id)!));
      });
      for (const [at, middle] of settle(column, wanted, heightOf).entries())
        middles.set(column[at]!.id, middle);
    }
  }
  return middles;
}

/** The column packed from the top and centred on 0. */
function stack(column: readonly Slot[], heightOf: (slot: Slot) => number): Map<string, number> {
  const total = column.reduce((sum, slot) => sum + heightOf(slot) + ROW_GAP, -ROW_GAP);
  let top = -total / 2;
  const middles = new Map<string, number>();
  for (const slot of column) {
    middles.set(slot.id, top + heightOf(slot) / 2);
    top += heightOf(slot) + ROW_GAP;
  }
  return middles;
}

/**
 * The middles nearest to those wanted (least squares) that keep the order and the gaps: neighbours that would collide form a
 * block, which moves to the mean of what its members want. Source: pool adjacent violators (isotonic regression).
 */
function settle(
  column: readonly Slot[],
  wanted: readonly number[],
  heightOf: (slot: Slot) => number,
): number[] {
  const offsets: number[] = [];
  for (const [at, slot] of column.entries()) {
    const previous = column[at - 1];
    offsets.push(
      previous === undefined ? 0 : offsets[at - 1]! + (heightOf(previous) + heightOf(slot)) / 2 + ROW_GAP,
    );
  }
  const blocks: { sum: number; count: number }[] = [];
  for (const [at, middle] of wanted.entries()) {
    let block = { sum: middle - offsets[at]!, count: 1 };
    for (
      let last = blocks.at(-1);
      last !== undefined && last.sum / last.count > block.sum / block.count;
      last = blocks.at(-1)
    ) {
      block = { sum: last.sum + block.sum, count: last.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks
    .flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
    .map((start, at) => start + offsets[at]!);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
