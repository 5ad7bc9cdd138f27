import type { Graph } from '../graph.js';
import type { HeldGraph } from './graph-memory.js';
import { reachInMemory } from './reach.js';
import { walkInMemory } from './walk.js';

/** The graph as it is held. @param sql for columns, where they are not held */
export function memoryGraph({ assets, columns }: HeldGraph, sql: Graph): Graph {
  return {
    edges: async (places, way, limit, asOf) => assets.edges(places, way, limit, asOf),
    columnEdges: async (places, way, limit, asOf) =>
      columns?.edges(places, way, limit, asOf) ?? sql.columnEdges(places, way, limit, asOf),
    columnsWithEdges: async (assetId, limit, asOf) =>
      columns?.columnsWithEdges(assetId, limit, asOf) ?? sql.columnsWithEdges(assetId, limit, asOf),
    around: (assetId, direction, depth, asOf, bounds, isEnough) =>
      walkInMemory(assets, assetId, direction, depth, asOf, bounds, isEnough),
    reach: (assetId, way, depth, asOf) => reachInMemory(assets, assetId, way, depth, asOf),
  };
}
