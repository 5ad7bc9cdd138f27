import { MarkerType, Position } from '@xyflow/react';
import { type AssetFlowNode, nodeHeight } from './asset-node.js';
import type { ColumnTrail } from './column-trail.js';
import type { FlowEdge } from './flow-edge.js';
import { edgeId } from './graph.js';
import { layOut, NODE_WIDTH } from './layout.js';
import type { Picture } from './picture.js';

/** What the drawing stresses. */
export interface Stress {
  readonly center: string;
  readonly selected: string;
  readonly trail?: ColumnTrail;
}

/** Turns a picture into what React Flow draws: sizes, places, classes. Nothing is measured in the browser, so nothing jumps. */
export function draw(
  picture: Picture,
  { center, selected, trail }: Stress,
): { nodes: AssetFlowNode[]; edges: FlowEdge[] } {
  const columnsOf = (id: string): readonly string[] => trail?.columnsOf.get(id) ?? [];
  const sized = picture.nodes.map(({ id }) => ({ id, height: nodeHeight(columnsOf(id)) }));
  const { positions, bends } = layOut({ nodes: sized, edges: picture.edges });
  const fed = new Set(picture.edges.map(({ to }) => to));
  const feeding = new Set(picture.edges.map(({ from }) => from));
  const nodes = picture.nodes.map((node, at): AssetFlowNode => {
    const { height } = sized[at]!;
    const size = { width: NODE_WIDTH, height };
    const port = { y: height / 2 - 1, width: 2, height: 2 }; // as the style sheet has it
    return {
      id: node.id,
      type: 'asset',
      position: positions.get(node.id)!,
      ...size,
      measured: size,
      style: { pointerEvents: 'all' }, // React Flow turns them off where nothing can be dragged or selected
      handles: [
        { type: 'target', position: Position.Left, x: -1, ...port },
        { type: 'source', position: Position.Right, x: NODE_WIDTH - 1, ...port },
      ],
      data: {
        node,
        isCenter: node.id === center,
        isSelected: node.id === selected,
        isDimmed: trail !== undefined && !trail.nodes.has(node.id),
        columns: columnsOf(node.id),
        hasEdges: { upstream: fed.has(node.id), downstream: feeding.has(node.id) },
      },
    };
  });
  const edges = picture.edges.map((edge): FlowEdge => {
    const id = edgeId(edge);
    const className = trail === undefined ? undefined : trail.edges.has(id) ? 'is-on-trail' : 'is-dimmed';
    const color = trail?.edges.has(id) === true ? 'var(--accent)' : 'var(--edge)';
    const markerEnd = {
      type: MarkerType.ArrowClosed,
      markerUnits: 'userSpaceOnUse',
      width: 22,
      height: 22,
      color,
    };
    return {
      id,
      type: 'flow',
      source: edge.from,
      target: edge.to,
      data: { bends: bends.get(id) ?? [] },
      className,
      markerEnd,
    };
  });
  return { nodes, edges };
}
