import type { ColumnEdge } from '../api/types.js';
import { edgeId, type GraphEdge, neighboursBy } from './graph.js';

/** What the API names as a column where a column influences all of a dataset. */
const WHOLE_DATASET = '*';

/** What of a drawing the lineage of a column touches. */
export interface ColumnTrail {
  /** Columns to show on a node, by node id, in alphabetical order. */
  readonly columnsOf: ReadonlyMap<string, readonly string[]>;
  /** Edges on the trail, by `edgeId`. */
  readonly edges: ReadonlySet<string>;
  /** Nodes on the trail: the assets with the columns and the jobs between them. */
  readonly nodes: ReadonlySet<string>;
}

/**
 * Column lineage leads from dataset to dataset, the drawing from dataset over job to dataset: a job is on the trail when it
 * stands between two datasets that the trail connects.
 * @param start the column that was picked, on the trail even when nothing else is
 */
export function columnTrail(
  start: { readonly asset: string; readonly column: string },
  columnEdges: readonly ColumnEdge[],
  graphEdges: readonly GraphEdge[],
): ColumnTrail {
  const columns = new Map<string, Set<string>>();
  const add = (asset: string, column: string): void => {
    columns.set(asset, (columns.get(asset) ?? new Set()).add(column));
  };
  add(start.asset, start.column);
  const edges = new Set<string>();
  const nodes = new Set([start.asset]);
  const after = neighboursBy(graphEdges, 'to');
  for (const { fromAsset, fromColumn, toAsset, toColumn } of columnEdges) {
    if (!fromAsset.isOpaque) add(fromAsset.id, fromColumn);
    if (!toAsset.isOpaque && toColumn !== WHOLE_DATASET) add(toAsset.id, toColumn);
    for (const next of after.get(fromAsset.id) ?? []) {
      const isDirect = next === toAsset.id;
      if (!isDirect && !(after.get(next) ?? []).includes(toAsset.id)) continue;
      edges.add(edgeId({ from: fromAsset.id, to: next }));
      if (!isDirect) edges.add(edgeId({ from: next, to: toAsset.id }));
      for (const id of [fromAsset.id, next, toAsset.id]) nodes.add(id);
    }
  }
  return { columnsOf: new Map([...columns].map(([id, names]) => [id, [...names].sort()])), edges, nodes };
}
