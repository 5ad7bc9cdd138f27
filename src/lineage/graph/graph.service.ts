import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Principal } from '../../identity/index.js';
import { validate } from '../../platform/index.js';
import type { Transformation } from '../projection/facts.js';
import { type ColumnStep, GraphRepository, placeOfColumn } from './graph.repository.js';
import { walk } from './traversal.js';
import { type LineageNode, Views } from './view.js';

const DIRECTION = z.enum(['upstream', 'downstream', 'both']);
const DEPTH = z.number().int().min(1, 'must be 1 to 20').max(20, 'must be 1 to 20');

const LOOK = z.object({
  direction: DIRECTION,
  depth: DEPTH,
  first: z.number().int().min(1, 'must be 1 to 5000').max(5_000, 'must be 1 to 5000'),
});

const COLUMN_LOOK = z.object({
  direction: DIRECTION,
  depth: DEPTH,
  column: z.string().min(1).max(1_000).nullish(),
});

const MAX_EDGES = 20_000;
const MAX_COLUMNS = 2_000;
const MAX_COLUMN_EDGES = 5_000;

/** What lies around an asset, as its caller sees it. */
export interface LineageGraph {
  /** In the order of (distance, id). */
  readonly nodes: readonly LineageNode[];
  /** Between nodes, in the order of (from, to). */
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly firstSeenAt: Date;
    readonly lastSeenAt: Date;
  }[];
  readonly isTruncated: boolean;
}

export interface ColumnEdge {
  readonly fromAsset: LineageNode;
  readonly fromColumn: string;
  readonly toAsset: LineageNode;
  readonly toColumn: string;
  readonly transformation: Transformation;
}

/** Answers what feeds an asset and what it feeds. The caller of this may see the asset. */
@Injectable()
export class GraphService {
  constructor(
    private readonly graph: GraphRepository,
    private readonly views: Views,
  ) {}

  /**
   * @param look `depth` hops, 1–20 (dataset → job → dataset is two); `first` nodes at most, 1–5,000
   * @throws {InvalidInputError}
   */
  async around(caller: Principal, assetId: string, look: z.input<typeof LOOK>): Promise<LineageGraph> {
    const { direction, depth, first } = validate(LOOK, look);
    const bounds = { depth, maxPlaces: first, maxSteps: MAX_EDGES };
    const found = await walk([assetId], direction, bounds, (ids, way, limit) =>
      this.graph.edges(ids, way, limit),
    );
    const view = await this.views.of(caller, found.distances.keys());
    return {
      nodes: [...found.distances].map(([id, distance]) => view.node(id, distance)).sort(byDistance),
      edges: found.steps
        .map(({ from, to, ...seen }) => ({ ...seen, from: view.node(from).id, to: view.node(to).id }))
        .sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to)),
      isTruncated: found.isTruncated,
    };
  }

  /**
   * @param look `column` one column of the asset, all of them when absent; `depth` hops from column to column, 1–20
   * @throws {InvalidInputError}
   */
  async columnsAround(
    caller: Principal,
    assetId: string,
    look: z.input<typeof COLUMN_LOOK>,
  ): Promise<{ edges: readonly ColumnEdge[]; isTruncated: boolean }> {
    const { direction, depth, column } = validate(COLUMN_LOOK, look);
    const columns = column ? [column] : await this.graph.columnsWithEdges(assetId, MAX_COLUMNS);
    const starts = columns.map((name) => placeOfColumn({ assetId, column: name }));
    const bounds = { depth, maxPlaces: MAX_COLUMNS + starts.length, maxSteps: MAX_COLUMN_EDGES };
    const found = await walk<ColumnStep>(starts, direction, bounds, (places, way, limit) =>
      this.graph.columnEdges(places, way, limit),
    );
    const view = await this.views.of(caller, [
      assetId,
      ...found.steps.flatMap(({ source, target }) => [source.assetId, target.assetId]),
    ]);
    const node = ({ assetId: id, column: name }: ColumnStep['source']) =>
      view.node(id, found.distances.get(placeOfColumn({ assetId: id, column: name })) ?? depth);
    return {
      edges: found.steps.map((step) => ({
        fromAsset: node(step.source),
        fromColumn: view.column(step.source.assetId, step.source.column),
        toAsset: node(step.target),
        toColumn: view.column(step.target.assetId, step.target.column),
        transformation: step.transformation,
      })),
      isTruncated: found.isTruncated,
    };
  }
}

function byDistance(a: LineageNode, b: LineageNode): number {
  return a.distance - b.distance || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
