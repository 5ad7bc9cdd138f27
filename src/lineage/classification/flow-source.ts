import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import { AssetGraph } from '../graph/memory/asset-graph.js';
import { ColumnGraph } from '../graph/memory/column-graph.js';
import { type Followed, GraphFeed } from '../graph/memory/graph-feed.js';
import { GraphMemory, type HeldGraph } from '../graph/memory/graph-memory.js';
import { type HeldTable, selectRowsOf, takeRow } from '../graph/memory/rows.js';
import { Touches } from '../graph/memory/touches.js';
import { FlowRepository } from './flow.repository.js';

/** A graph of which all that classifications can flow to is held. */
export interface FlowGraph extends HeldGraph {
  readonly columns: ColumnGraph;
}

/** Assets of which rows are asked for at once. */
const AT_ONCE = 5_000;
/** Without the graph in memory edges may begin and end unnoticed, by time alone: it is read again after so long. */
const AGAIN_MS = 10_000;
/** While a graph is held SQL is not asked: it is waited for longer than where SQL would answer. */
const PATIENCE_MS = 10_000;

/**
 * The graph that classifications flow in: the one that this process holds; where it holds none, or no columns, what is downstream of classified
 * assets, read by SQL whenever something changed.
 */
@Injectable()
export class FlowSource {
  private read: { graph: FlowGraph; position: Followed; at: number } | undefined;

  constructor(
    private readonly memory: GraphMemory,
    private readonly feed: GraphFeed,
    private readonly rows: FlowRepository,
    private readonly database: Database,
  ) {}

  /**
   * Another object whenever it has to be derived from anew.
   * @returns undefined while it is not known yet whether it will be held, or while what is held is far behind
   */
  async open(): Promise<FlowGraph | undefined> {
    const held = await this.memory.upToDate(PATIENCE_MS);
    if (held?.columns !== undefined) {
      this.read = undefined;
      return held as FlowGraph;
    }
    return this.memory.isComing ? undefined : this.bySql();
  }

  private async bySql(): Promise<FlowGraph> {
    const known = this.read;
    if (known !== undefined && Date.now() - known.at < AGAIN_MS) {
      const { followed, changed } = await this.feed.changes(known.position);
      if (changed.length === 0 && followed.epoch === known.position.epoch) return known.graph;
    }
    const position = await this.feed.position();
    const graph = await this.downstream();
    this.read = { graph, position, at: Date.now() };
    return graph;
  }

  private async downstream(): Promise<FlowGraph> {
    const assets = new AssetGraph();
    const graph = { assets, columns: new ColumnGraph(assets.ids), touches: new Touches() };
    const seen = new Set<string>();
    let level = (await this.rows.held()).map(({ assetId }) => assetId);
    for (;;) {
      level = [...new Set(level)].filter((id) => !seen.has(id));
      if (level.length === 0) return graph;
      for (const id of level) seen.add(id);
      const next: string[] = [];
      for (let at = 0; at < level.length; at += AT_ONCE)
        next.push(...(await this.leaving(graph, level.slice(at, at + AT_ONCE))));
      level = next;
    }
  }

  /** @returns assets at the far ends of edges, and of those that come to jobs among these assets */
  private async leaving(graph: FlowGraph, ids: readonly string[]): Promise<string[]> {
    const far: string[] = [];
    const take = async (table: HeldTable, column: string): Promise<void> => {
      for await (const batch of this.database.copy(selectRowsOf(table, column, ids)))
        for (const row of batch) far.push(...takeRow(table, row, graph.assets, graph.columns).assetIds);
    };
    await take('asset', 'id');
    await take('lineage_edge', 'source_id');
    await take('lineage_edit', 'of_source_id');
    await take('lineage_column_edge', 'source_id');
    await take('lineage_pairing', 'job_id');
    return far;
  }
}
