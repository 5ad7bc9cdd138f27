import { Injectable } from '@nestjs/common';
import type { Asset } from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { InvalidInputError } from '../../../platform/index.js';
import { AssetLineageService } from '../../assets/asset-lineage.service.js';
import type { ColumnEdge } from '../../graph/column-edges.js';
import { AroundService } from '../../graph/around.service.js';
import { GraphService } from '../../graph/graph.service.js';
import { NeighbourService } from '../../graph/neighbour.service.js';
import { DatasetService } from '../datasets/dataset.service.js';
import { DatasetVersionService } from '../datasets/dataset-version.service.js';
import { JobService } from '../jobs/job.service.js';
import { columnGraphShape, graphShape, type LoneNode, type NodeShape } from './graph-shape.js';
import { type MarquezNode, NodeService } from './node.service.js';
import { nodeIdOf } from './node-id.js';

const MAX_NODES = 5_000;
const MAX_HOPS = 20;
/** Outputs of a job whose columns are looked at. */
const MAX_OUTPUTS = 50;

export interface MarquezGraph {
  readonly graph: readonly NodeShape[];
  readonly isTruncated: boolean;
}

/** Marquez's graphs over what {@link AroundService} and {@link GraphService} show. */
@Injectable()
export class MarquezLineageService {
  constructor(
    private readonly nodes: NodeService,
    private readonly surroundings: AroundService,
    private readonly graph: GraphService,
    private readonly neighbours: NeighbourService,
    private readonly lineage: AssetLineageService,
    private readonly datasets: DatasetService,
    private readonly versions: DatasetVersionService,
    private readonly jobs: JobService,
  ) {}

  /** What feeds a dataset or job and what it feeds. @param depth from job to job, of which each is two hops; up to 20 hops are gone */
  async around(caller: Principal, nodeId: string, depth: number): Promise<MarquezGraph> {
    const { type, asset } = await this.nodes.find(caller, nodeId);
    if (type === 'datasetField') throw new InvalidInputError('nodeId', 'must be a dataset or a job');
    const hops = Math.min(MAX_HOPS, 2 * depth + 1);
    const look = { direction: 'both', depth: hops, first: MAX_NODES } as const;
    const found = await this.surroundings.around(caller, asset.id, look);
    const seen = found.nodes.flatMap((node) => node.asset ?? []);
    return { graph: graphShape(found, await this.dataOf(caller, seen)), isTruncated: found.isTruncated };
  }

  /** What columns of a dataset, of one column, or of a job's outputs follow from; and what follows from them, if `withDownstream`. */
  async columns(
    caller: Principal,
    nodeId: string,
    { depth, withDownstream }: { readonly depth: number; readonly withDownstream: boolean },
  ): Promise<MarquezGraph> {
    const node = await this.nodes.find(caller, nodeId);
    if (node.version !== undefined && withDownstream)
      throw new InvalidInputError('withDownstream', 'must be false for a version');
    const look = {
      direction: withDownstream ? 'both' : 'upstream',
      depth: Math.min(MAX_HOPS, Math.max(1, depth)),
      column: node.field,
      asOf: await this.instantOf(caller, node),
    } as const;
    const edges = new Map<string, ColumnEdge>();
    const { starts, isCut } = await this.startsOf(caller, node);
    let isTruncated = isCut;
    for (const id of starts) {
      const found = await this.graph.columnsAround(caller, id, look);
      isTruncated ||= found.isTruncated;
      for (const edge of found.edges) edges.set(keyOf(edge), edge);
    }
    return {
      graph: columnGraphShape([...edges.values()], await this.typesOf([...edges.values()])),
      isTruncated,
    };
  }

  private async instantOf(
    caller: Principal,
    { type, asset, version }: MarquezNode,
  ): Promise<Date | undefined> {
    if (version === undefined || type === 'job') return undefined;
    return this.versions.instantOf(caller, asset, version);
  }

  private async startsOf(
    caller: Principal,
    { type, asset }: MarquezNode,
  ): Promise<{ starts: string[]; isCut: boolean }> {
    if (type !== 'job') return { starts: [asset.id], isCut: false };
    const outputs = (await this.neighbours.ofAssets(caller, [asset.id])).get(asset.id)!.outputs;
    return {
      starts: outputs.slice(0, MAX_OUTPUTS).map((output) => output.asset.id),
      isCut: outputs.length > MAX_OUTPUTS,
    };
  }

  private async dataOf(caller: Principal, assets: readonly Asset[]): Promise<Map<string, LoneNode>> {
    const data = assets.filter(({ space }) => space === 'data');
    const jobs = assets.filter(({ space }) => space === 'job');
    const ofData = await this.datasets.data(caller, data);
    const ofJobs = await this.jobs.data(caller, jobs);
    return new Map<string, LoneNode>([
      ...data.map((asset, i): [string, LoneNode] => [
        asset.id,
        { id: nodeIdOf('dataset', asset), type: 'DATASET', data: ofData[i]! },
      ]),
      ...jobs.map((asset, i): [string, LoneNode] => [
        asset.id,
        { id: nodeIdOf('job', asset), type: 'JOB', data: ofJobs[i]! },
      ]),
    ]);
  }

  private async typesOf(edges: readonly ColumnEdge[]): Promise<(assetId: string, column: string) => string> {
    const seen = edges.flatMap(({ fromAsset, toAsset }) => [fromAsset, toAsset]);
    const ids = new Set(seen.filter(({ asset }) => asset !== null).map(({ id }) => id));
    const described = await this.lineage.describe([...ids]);
    const types = new Map(
      [...described].flatMap(([id, { columns }]) =>
        columns.map(({ name, type }): [string, string] => [`${id} ${name}`, type ?? '']),
      ),
    );
    return (assetId, column) => types.get(`${assetId} ${column}`) ?? '';
  }
}

function keyOf({ fromAsset, fromColumn, toAsset, toColumn, transformation }: ColumnEdge): string {
  return JSON.stringify([fromAsset.id, fromColumn, toAsset.id, toColumn, transformation]);
}
