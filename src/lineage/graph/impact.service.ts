import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Principal } from '../../identity/index.js';
import { validate } from '../../platform/index.js';
import type { Reached } from './graph.js';
import { GraphSource } from './graph-source.js';
import { type KindCount, LineageFilters, type ReachedShown } from './lineage-filter.js';
import { IMPACT } from './looks.js';
import { type LineageNode, Views } from './view.js';

/** What is downstream of an asset. */
export interface Impact {
  readonly counts: readonly KindCount[];
  /** The nearest first; `through` is what leads to each of them. */
  readonly assets: readonly { readonly node: LineageNode; readonly through: LineageNode }[];
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
   * @param look `depth` hops, 1–20; `first` assets of the list at most; `filter` those that are counted and listed
   * @throws {InvalidInputError}
   */
  async impact(caller: Principal, assetId: string, look: z.input<typeof IMPACT>): Promise<Impact> {
    const { depth, first, asOf, filter = {} } = validate(IMPACT, look);
    const graph = await this.source.open();
    const reached = await graph.reach(assetId, 'downstream', depth, asOf);
    const shown = await this.filters.of(caller, reached, filter);
    return {
      counts: await shown.count(),
      assets: await this.nearest(caller, reached, shown, first),
      isTruncated: reached.isTruncated,
    };
  }

  private async nearest(
    caller: Principal,
    reached: Reached,
    shown: ReachedShown,
    first: number,
  ): Promise<Impact['assets']> {
    const found: { id: string; through: string; distance: number }[] = [];
    for (let distance = 1; distance <= reached.farthest && found.length < first; distance++) {
      const ids = [...(await shown.at(distance))].sort();
      for (const id of ids.slice(0, first - found.length))
        found.push({ id, through: reached.throughOf(id), distance });
    }
    const view = await this.views.of(
      caller,
      found.flatMap(({ id, through }) => [id, through]),
    );
    return found.map(({ id, through, distance }) => ({
      node: view.node(id, distance),
      through: view.node(through, distance - 1),
    }));
  }
}
