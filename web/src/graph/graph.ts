/** An end of an edge, or a place in the drawing: `id` is the asset's id, or a token when the asset is hidden. */
export interface GraphNode {
  readonly id: string;
}

/** Data flows from `from` to `to`. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

/** Nodes by id and edges without repeats. */
export interface Graph<Node extends GraphNode = GraphNode> {
  readonly nodes: readonly Node[];
  readonly edges: readonly GraphEdge[];
}

/** The name of an edge, unique in a graph. */
export function edgeId(edge: GraphEdge): string {
  return `${edge.from}→${edge.to}`;
}

/** Neighbours by node id, in the order of `edges`. @param side `to` for what follows a node, `from` for what precedes it */
export function neighboursBy(edges: readonly GraphEdge[], side: 'from' | 'to'): Map<string, string[]> {
  const other = side === 'to' ? 'from' : 'to';
  const neighbours = new Map<string, string[]>();
  for (const edge of edges) {
    const known = neighbours.get(edge[other]);
    if (known === undefined) neighbours.set(edge[other], [edge[side]]);
    else known.push(edge[side]);
  }
  return neighbours;
}
