import { Injectable } from '@nestjs/common';
import type { Asset } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import { type ColumnEdge, columnEdges } from './column-edges.js';
import { GraphRepository } from './graph.repository.js';
import type { Way } from './traversal.js';
import { Views } from './view.js';

const MAX_EDGES = 20_000;

/** An asset one hop away. */
export interface Neighbour {
  readonly asset: Asset;
  /** Time of the latest event that said it. */
  readonly lastSeenAt: Date;
}

/** What feeds an asset and what it feeds. */
export interface Neighbourhood {
  readonly inputs: readonly Neighbour[];
  readonly outputs: readonly Neighbour[];
}

/** What lies one hop from each of many assets, as things are now. The callers of this may see the assets. */
@Injectable()
export class NeighbourService {
  constructor(
    private readonly graph: GraphRepository,
    private readonly views: Views,
  ) {}

  /** By asset, the first 20,000 edges; what the caller may not see is left out. */
  async ofAssets(caller: Principal, assetIds: readonly string[]): Promise<Map<string, Neighbourhood>> {
    const edges = async (way: Way) =>
      this.graph.times(await this.graph.edges(assetIds, way, MAX_EDGES, new Date()));
    const into = await edges('upstream');
    const outOf = await edges('downstream');
    const view = await this.views.of(caller, [
      ...into.map(({ sourceId }) => sourceId),
      ...outOf.map(({ targetId }) => targetId),
    ]);
    const found = new Map(
      assetIds.map((id) => [id, { inputs: [] as Neighbour[], outputs: [] as Neighbour[] }]),
    );
    const add = (list: Neighbour[], id: string, lastSeenAt: Date) => {
      const { asset } = view.node(id);
      if (asset !== null) list.push({ asset, lastSeenAt });
    };
    for (const edge of into) add(found.get(edge.targetId)!.inputs, edge.sourceId, edge.lastSeenAt);
    for (const edge of outOf) add(found.get(edge.sourceId)!.outputs, edge.targetId, edge.lastSeenAt);
    return found;
  }

  /** What columns of the assets follow from, the first 20,000 edges; what the caller may not see is opaque. */
  async columnsInto(caller: Principal, assetIds: readonly string[]): Promise<ColumnEdge[]> {
    const steps = await this.graph.columnEdgesInto(assetIds, MAX_EDGES, new Date());
    const view = await this.views.of(
      caller,
      steps.flatMap(({ source, target }) => [source.assetId, target.assetId]),
    );
    return columnEdges(view, steps, () => 1);
  }
}
