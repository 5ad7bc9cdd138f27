import type { ColumnEdge } from '../../graph/column-edges.js';
import type { LineageGraph } from '../../graph/lineage-graph.js';
import { ALL_COLUMNS } from '../../projection/facts.js';
import {
  columnLineageShape,
  type DatasetDataShape,
  type InputFieldShape,
  nameShape,
} from '../datasets/dataset-shape.js';
import { grouped } from '../grouped.js';
import type { JobDataShape } from '../jobs/job-shape.js';

export interface EdgeShape {
  readonly origin: string;
  readonly destination: string;
}

/** Source: Marquez's `Node`. */
export interface NodeShape {
  readonly id: string;
  readonly type: 'DATASET' | 'JOB' | 'DATASET_FIELD';
  readonly data: DatasetDataShape | JobDataShape | FieldDataShape;
  readonly inEdges: readonly EdgeShape[];
  readonly outEdges: readonly EdgeShape[];
}

/** Source: Marquez's `ColumnLineageNodeData`. */
export interface FieldDataShape {
  readonly namespace: string;
  readonly dataset: string;
  readonly datasetVersion: string | null;
  readonly field: string;
  readonly fieldType: string;
  readonly transformationDescription: string | null;
  readonly transformationType: string | null;
  readonly inputFields: readonly InputFieldShape[];
}

/** A node without its edges. */
export type LoneNode = Pick<NodeShape, 'id' | 'type' | 'data'>;

/**
 * Marquez's graph of assets, by id. What the caller may not see is left out with its edges: Marquez has no node without a name, and
 * its pages cannot draw one.
 * @param nodes by asset
 */
export function graphShape(graph: LineageGraph, nodes: ReadonlyMap<string, LoneNode>): NodeShape[] {
  const edges = graph.edges.flatMap(({ from, to }) => {
    const [origin, destination] = [nodes.get(from)?.id, nodes.get(to)?.id];
    return origin === undefined || destination === undefined ? [] : [{ origin, destination }];
  });
  const into = grouped(edges, ({ destination }) => destination);
  const outOf = grouped(edges, ({ origin }) => origin);
  return [...nodes.values()]
    .map((node) => ({ ...node, inEdges: into.get(node.id) ?? [], outEdges: outOf.get(node.id) ?? [] }))
    .sort(byId);
}

/**
 * Marquez's graph of columns, by id. Both lists of edges begin at the node itself: Marquez has them so, and its pages read them so.
 * @param typeOf the type of a column, empty when it is not known
 */
export function columnGraphShape(
  edges: readonly ColumnEdge[],
  typeOf: (assetId: string, column: string) => string,
): NodeShape[] {
  const shown = edges.filter(
    ({ fromAsset, toAsset, toColumn }) =>
      fromAsset.asset !== null && toAsset.asset !== null && toColumn !== ALL_COLUMNS,
  );
  const ends = shown.map((edge) => ({
    edge,
    source: columnId(edge.fromAsset, edge.fromColumn),
    target: columnId(edge.toAsset, edge.toColumn),
  }));
  const into = grouped(ends, ({ target }) => target);
  const outOf = grouped(ends, ({ source }) => source);
  const places = new Map(
    ends.flatMap(({ edge, source, target }) => [
      [source, { node: edge.fromAsset, field: edge.fromColumn }] as const,
      [target, { node: edge.toAsset, field: edge.toColumn }] as const,
    ]),
  );
  return [...places]
    .map(([id, { node, field }]) => {
      const { namespace, name } = nameShape(node.asset!);
      const [lineage] = columnLineageShape((into.get(id) ?? []).map(({ edge }) => edge));
      const data: FieldDataShape = {
        ...{ namespace, dataset: name, datasetVersion: null, field, fieldType: typeOf(node.id, field) },
        transformationDescription: null,
        transformationType: lineage?.transformationType ?? null,
        inputFields: lineage?.inputFields ?? [],
      };
      const edgesTo = (others: readonly string[]) =>
        [...new Set(others)].sort().map((destination) => ({ origin: id, destination }));
      return {
        ...{ id, type: 'DATASET_FIELD' as const, data },
        inEdges: edgesTo((into.get(id) ?? []).map(({ source }) => source)),
        outEdges: edgesTo((outOf.get(id) ?? []).map(({ target }) => target)),
      };
    })
    .sort(byId);
}

function columnId({ asset }: ColumnEdge['fromAsset'], column: string): string {
  return `datasetField:${asset!.identityNamespace}:${asset!.identityName}:${column}`;
}

function byId(a: NodeShape, b: NodeShape): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
