import { Injectable } from '@nestjs/common';
import type { Graph } from './graph.js';
import { GraphRepository } from './graph.repository.js';
import { GraphMemory } from './memory/graph-memory.js';
import { memoryGraph } from './memory/memory-graph.js';
import { BOUNDS, reachBySteps } from './reach-by-steps.js';
import { walkAround } from './walk-around.js';

/** Gives the graph to whoever asks: in memory where it is held and up to date, else by SQL. */
@Injectable()
export class GraphSource {
  /** The graph by SQL. */
  readonly sql: Graph;

  constructor(
    rows: GraphRepository,
    private readonly memory: GraphMemory,
  ) {
    const edges: Graph['edges'] = (places, way, limit, asOf) => rows.edges(places, way, limit, asOf);
    this.sql = {
      edges,
      columnEdges: (places, way, limit, asOf) => rows.columnEdges(places, way, limit, asOf),
      columnsWithEdges: (assetId, limit, asOf) => rows.columnsWithEdges(assetId, limit, asOf),
      around: (assetId, direction, depth, asOf, bounds = BOUNDS, isEnough) =>
        walkAround({ edges }, assetId, direction, { ...bounds, depth }, asOf, isEnough),
      reach: (assetId, way, depth, asOf) => reachBySteps(edges, assetId, way, depth, asOf),
    };
  }

  /** With all that was committed before the call. */
  async open(): Promise<Graph> {
    const held = await this.memory.upToDate();
    return held === undefined ? this.sql : memoryGraph(held, this.sql);
  }
}
