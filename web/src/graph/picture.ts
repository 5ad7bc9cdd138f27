import type { LineageEdge, LineageGraph, LineageNode } from '../api/types.js';
import type { Direction } from '../navigation/view.js';
import { edgeId, type Graph, neighboursBy } from './graph.js';

/** One answer of the service: what lies within `depth` hops of `center`. */
export interface Neighbourhood {
  readonly center: string;
  readonly direction: Direction;
  readonly depth: number;
  readonly graph: LineageGraph;
}

/** A node of the drawing, and whether the service may know further neighbours on a side that nobody asked for yet. */
export interface PictureNode extends LineageNode {
  readonly mayHaveMore: { readonly upstream: boolean; readonly downstream: boolean };
}

/** All that is drawn. */
export interface Picture extends Graph<PictureNode> {
  readonly isTruncated: boolean;
}

/**
 * Puts the answers of the service together. A side of a node is known when an answer reached beyond it; hidden nodes cannot
 * be asked about at all.
 */
export function composePicture(neighbourhoods: readonly Neighbourhood[]): Picture {
  const nodes = new Map<string, LineageNode>();
  const edges = new Map<string, LineageEdge>();
  const known = { upstream: new Set<string>(), downstream: new Set<string>() };
  for (const neighbourhood of neighbourhoods) {
    for (const node of neighbourhood.graph.nodes) nodes.set(node.id, node);
    for (const edge of neighbourhood.graph.edges) edges.set(edgeId(edge), edge);
    for (const direction of ['upstream', 'downstream'] as const) {
      if (neighbourhood.direction !== 'both' && neighbourhood.direction !== direction) continue;
      for (const id of within(neighbourhood, direction)) known[direction].add(id);
    }
  }
  return {
    nodes: [...nodes.values()].map((node) => ({
      ...node,
      mayHaveMore: {
        upstream: !node.isOpaque && !known.upstream.has(node.id),
        downstream: !node.isOpaque && !known.downstream.has(node.id),
      },
    })),
    edges: [...edges.values()].filter(({ from, to }) => nodes.has(from) && nodes.has(to)),
    isTruncated: neighbourhoods.some(({ graph }) => graph.isTruncated),
  };
}

/** Nodes nearer than `depth`, whose neighbours in that direction the answer therefore holds. */
function within({ center, depth, graph }: Neighbourhood, direction: 'upstream' | 'downstream'): Set<string> {
  const neighbours = neighboursBy(graph.edges, direction === 'upstream' ? 'from' : 'to');
  const seen = new Set([center]);
  let frontier = [center];
  for (let hop = 1; hop < depth; hop += 1) {
    frontier = frontier.flatMap((id) => neighbours.get(id) ?? []).filter((id) => !seen.has(id));
    for (const id of frontier) seen.add(id);
  }
  return seen;
}
