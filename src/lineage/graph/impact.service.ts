import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { AssetKind } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import { type PageInfo, validate } from '../../platform/index.js';
import type { Reached } from './graph.js';
import { GraphSource } from './graph-source.js';
import { type GraphTurn, graphTurn } from './graph-turn.js';
import { type LineageFilter, LineageFilters } from './lineage-filter.js';
import { IMPACT, MAX_IMPACTED } from './looks.js';
import { isBehind, type Position } from './positions.js';
import { type LineageNode, Views } from './view.js';

/** What is downstream of an asset. */
export interface Impact {
  readonly counts: readonly { readonly kind: AssetKind; readonly count: number }[];
  /** The nearest first; `through` is what leads to each of them. */
  readonly assets: readonly { readonly node: LineageNode; readonly through: LineageNode }[];
  readonly pageInfo: PageInfo;
  readonly isTruncated: boolean;
}

/** Answers what a change of an asset reaches. The caller of this may see the asset. */
@Injectable()
export class ImpactService {
  constructor(
    private readonly source: GraphSource,
    private readonly views: Views,
    private readonly filters: LineageFilters,
  ) {}

  /**
   * What is downstream of an asset, and why. What the caller may not see is gone through, and neither listed nor counted.
   * @param look `depth` hops, 1–20; `first` assets of the list at most, 1–1,000; `after` the cursor of the page before; `filter` those that are counted and listed
   * @throws {InvalidInputError}
   */
  async impact(caller: Principal, assetId: string, look: z.input<typeof IMPACT>): Promise<Impact> {
    const { depth, asOf, filter = {}, ...args } = validate(IMPACT, look);
    const turn = graphTurn(['impact', assetId, depth, filter], asOf, args, MAX_IMPACTED);
    const graph = await this.source.open();
    const reached = await graph.reach(assetId, 'downstream', depth, turn.asOf);
    const counts = await this.filters.count(caller, reached.idList, filter);
    return {
      counts,
      ...(await this.nearest(caller, reached, filter, turn)),
      isTruncated: reached.isTruncated,
    };
  }

  private async nearest(
    caller: Principal,
    reached: Reached,
    filter: LineageFilter,
    turn: GraphTurn,
  ): Promise<Pick<Impact, 'assets' | 'pageInfo'>> {
    const found: Position[] = [];
    for (
      let distance = turn.after?.distance ?? 1;
      distance <= reached.farthest && found.length <= turn.first;
      distance++
    ) {
      const ids = await this.filters.matching(caller, reached.idsAt(distance), filter);
      for (const id of ids)
        if (turn.after === undefined || isBehind({ distance, id }, turn.after)) found.push({ distance, id });
    }
    const { nodes, pageInfo } = turn.pageOf(found, true);
    const view = await this.views.of(
      caller,
      nodes.flatMap(({ id }) => [id, reached.throughOf(id)]),
    );
    const assets = nodes.map(({ id, distance }) => ({
      node: view.node(id, distance),
      through: view.node(reached.throughOf(id), distance - 1),
    }));
    return { assets, pageInfo };
  }
}
