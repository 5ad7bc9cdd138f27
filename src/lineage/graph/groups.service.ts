import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Principal } from '../../identity/index.js';
import { validate } from '../../platform/index.js';
import { RunService } from '../runs/run.service.js';
import { contract, joinEnds } from './contract.js';
import { GraphSource } from './graph-source.js';
import { type GroupEdge, grouped, groupNames, type LineageGroup, type SeenNode } from './grouping.js';
import { LineageFilters } from './lineage-filter.js';
import { GROUPED_LOOK, MAX_NODES } from './looks.js';
import { byPosition } from './positions.js';
import { type LineageNode, Views } from './view.js';
import { assetsOf } from './walk-around.js';

const BOUNDS = { maxPlaces: 20_000, maxSteps: 100_000 };
/** Edges between what the caller may see at most. */
const MAX_EDGES = 100_000;

/** What lies around an asset, put together. */
export interface GroupedLineage {
  /** The asset itself, which is in no group. */
  readonly start: LineageNode;
  /** The nearest first. */
  readonly groups: readonly LineageGroup[];
  /** In the order of (from, to). */
  readonly edges: readonly GroupEdge[];
  readonly isTruncated: boolean;
}

/** Puts what lies around an asset into groups, so that very much of it can be drawn. The caller of this may see the asset. */
@Injectable()
export class GroupsService {
  constructor(
    private readonly source: GraphSource,
    private readonly filters: LineageFilters,
    private readonly views: Views,
    private readonly runs: RunService,
  ) {}

  /**
   * What the caller may not see is gone through as what a filter leaves out is: it is in no group, counted nowhere, and names nothing.
   * @param look `depth` hops, 1–20; `expand` keys of groups whose nodes are shown singly, the first 5,000 of them all; `filter` those that
   *   are shown beside the asset itself
   * @throws {InvalidInputError}
   */
  async groups(
    caller: Principal,
    assetId: string,
    look: z.input<typeof GROUPED_LOOK>,
  ): Promise<GroupedLineage> {
    const { direction, depth, asOf, filter, groupBy, expand } = validate(GROUPED_LOOK, look);
    const graph = await this.source.open();
    const found = await graph.around(assetId, direction, depth, asOf, BOUNDS);
    const reached = assetsOf(found);
    const asked = filter === undefined ? reached : await this.filters.matching(caller, reached, filter);
    const view = await this.views.of(caller, [assetId, ...asked]);
    const others = asked
      .filter((id) => id !== assetId)
      .map((id) => view.node(id, found.distanceOf(id)))
      .filter((node): node is SeenNode => node.asset !== null)
      .sort(byPosition);
    const shown = new Set([assetId, ...others.map(({ id }) => id)]);
    const edges = contract(found.edgesWithin(0, Infinity), (id) => shown.has(id), MAX_EDGES, joinEnds);
    const jobs = others.filter(({ asset }) => asset.space === 'job').map(({ id }) => id);
    const parents = groupBy === 'jobParent' ? await this.runs.parentJobs(caller, jobs) : undefined;
    const start = { ...view.node(assetId), id: assetId };
    return {
      start,
      ...grouped(start, others, edges.edges, groupNames(groupBy, parents), new Set(expand), MAX_NODES),
      isTruncated: found.isTruncated || edges.isTruncated,
    };
  }
}
