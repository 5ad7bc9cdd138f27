import type { Transformation } from '../projection/facts.js';
import type { ColumnStep } from './graph.repository.js';
import type { ColumnPlace } from './places.js';
import type { LineageNode, View } from './view.js';

/** A column that follows from another, as a caller sees it. */
export interface ColumnEdge {
  readonly fromAsset: LineageNode;
  readonly fromColumn: string;
  readonly toAsset: LineageNode;
  readonly toColumn: string;
  readonly transformation: Transformation;
  readonly isMasking: boolean;
}

/** Shows steps between columns through a caller's view. @param distanceOf hops of a column from where the look began */
export function columnEdges(
  view: View,
  steps: readonly ColumnStep[],
  distanceOf: (place: ColumnPlace) => number,
): ColumnEdge[] {
  const node = (place: ColumnPlace) => view.node(place.assetId, distanceOf(place));
  return steps.map(({ source, target, transformation, isMasking }) => ({
    fromAsset: node(source),
    fromColumn: view.column(source.assetId, source.column),
    toAsset: node(target),
    toColumn: view.column(target.assetId, target.column),
    transformation,
    isMasking,
  }));
}
