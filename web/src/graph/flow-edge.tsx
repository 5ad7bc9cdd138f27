import { BaseEdge, type Edge, type EdgeProps, getBezierPath } from '@xyflow/react';
import { NODE_WIDTH, type Position } from './layout.js';

/** How an edge is drawn: along its bends, left to right. */
export type FlowEdge = Edge<{ readonly bends: readonly Position[] }, 'flow'>;

/** An edge that passes other columns by the way the layout kept free for it. */
export function FlowEdgePath({
  sourceX,
  sourceY,
  targetX,
  targetY,
  data,
  markerEnd,
  sourcePosition,
  targetPosition,
}: EdgeProps<FlowEdge>) {
  const bends = data?.bends ?? [];
  const [straight] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const path =
    bends.length === 0 ? straight : along([{ x: sourceX, y: sourceY }, ...bends, { x: targetX, y: targetY }]);
  return <BaseEdge path={path} markerEnd={markerEnd} />;
}

function along([start, ...rest]: readonly Position[]): string {
  let { x, y } = start!;
  let path = `M${x},${y}`;
  for (const [at, next] of rest.entries()) {
    const middle = (x + next.x) / 2;
    path += ` C${middle},${y} ${middle},${next.y} ${next.x},${next.y}`;
    [x, y] = [next.x, next.y];
    if (at === rest.length - 1) break;
    x += NODE_WIDTH;
    path += ` H${x}`;
  }
  return path;
}
