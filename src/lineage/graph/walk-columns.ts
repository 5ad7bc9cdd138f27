import type { ColumnStep } from './graph.repository.js';
import type { Graph } from './graph.js';
import { placeOfColumn } from './places.js';
import { type LineageDirection, type Surroundings, walk, type WalkBounds } from './traversal.js';

/** Columns of an asset that a walk begins at, at most. */
const MAX_STARTS = 2_000;

/** What is asked of an asset's columns. */
export interface ColumnsLook {
  readonly assetId: string;
  /** One of its columns; all that any edge touches when absent. */
  readonly column: string | undefined;
  readonly direction: LineageDirection;
  /** Hops from column to column. */
  readonly depth: number;
  readonly asOf: Date;
}

/** A walk from the columns of an asset. @param bounds `maxPlaces`: columns beside those that it begins at */
export async function walkColumns(
  graph: Graph,
  { assetId, column, direction, depth, asOf }: ColumnsLook,
  { maxPlaces, maxSteps }: Omit<WalkBounds, 'depth'>,
): Promise<Surroundings<ColumnStep>> {
  const columns =
    column === undefined ? await graph.columnsWithEdges(assetId, MAX_STARTS + 1, asOf) : [column];
  const starts = columns.slice(0, MAX_STARTS).map((name) => placeOfColumn({ assetId, column: name }));
  const bounds = { depth, maxPlaces: maxPlaces + starts.length, maxSteps };
  const found = await walk<ColumnStep>(starts, direction, bounds, (places, way, limit) =>
    graph.columnEdges(places, way, limit, asOf),
  );
  return { ...found, isTruncated: found.isTruncated || columns.length > MAX_STARTS };
}
