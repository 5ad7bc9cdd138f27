import { Background, Controls, ReactFlow, ReactFlowProvider } from '@xyflow/react';
import { useMemo } from 'react';
import { AssetNode, type GraphActions, GraphActionsContext } from './asset-node.js';
import { draw, type Stress } from './draw.js';
import { FlowEdgePath } from './flow-edge.js';
import type { Picture } from './picture.js';
import { useFit } from './use-fit.js';

const NODE_TYPES = { asset: AssetNode };
const EDGE_TYPES = { flow: FlowEdgePath };
/** From here on only what is in sight is drawn. */
const MANY_NODES = 120;

interface GraphViewProps extends Stress {
  readonly picture: Picture;
  readonly actions: GraphActions;
}

/** The drawing: pan, zoom, fit, select, expand. */
export function GraphView(props: GraphViewProps) {
  return (
    <ReactFlowProvider>
      <Drawing {...props} />
    </ReactFlowProvider>
  );
}

function Drawing({ picture, center, selected, trail, actions }: GraphViewProps) {
  const { nodes, edges } = useMemo(
    () => draw(picture, { center, selected, trail }),
    [picture, center, selected, trail],
  );
  useFit(nodes, edges, center);
  return (
    <GraphActionsContext value={actions}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        minZoom={0.05}
        maxZoom={2}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnDoubleClick={false}
        onlyRenderVisibleElements={nodes.length > MANY_NODES}
        colorMode="system"
        proOptions={{ hideAttribution: true }}
        aria-label="Lineage graph"
      >
        <Background gap={24} size={1.2} />
        <Controls showInteractive={false} position="bottom-left" />
      </ReactFlow>
    </GraphActionsContext>
  );
}
