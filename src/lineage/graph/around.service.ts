import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Principal } from '../../identity/index.js';
import { validate } from '../../platform/index.js';
import { contract, joinTimed } from './contract.js';
import { type EdgeTimes, GraphRepository } from './graph.repository.js';
import { GraphSource } from './graph-source.js';
import { type GraphTurn, graphTurn } from './graph-turn.js';
import { byEnds, compareIds, type LineageGraph, seenEdge } from './lineage-graph.js';
import { type LineageFilter, LineageFilters } from './lineage-filter.js';
import { LOOK, MAX_NODES } from './looks.js';
import { type Position, positionOfEdge } from './positions.js';
import { type LineageNode, Views } from './view.js';
import type { IsEnough, Walked } from './walk-around.js';

/** What a filter leaves out may connect what is far from it: all is looked at. */
const FILTERED_BOUNDS = { maxPlaces: 20_000, maxSteps: 20_000 };
/** Edges that a filter leaves at most. */
const MAX_EDGES = 20_000;

interface Around {
  readonly caller: Principal;
  readonly assetId: string;
  readonly turn: GraphTurn;
}

/** A node's place on a page. */
interface Placed extends Position {
  readonly assetId: string;
}

/** Answers what feeds an asset and what it feeds, page by page. The caller of this may see the asset. */
@Injectable()
export class AroundService {
  constructor(
    private readonly source: GraphSource,
    private readonly rows: GraphRepository,
    private readonly filters: LineageFilters,
    private readonly views: Views,
  ) {}

  /**
   * Nodes are on pages in the order of (distance, id), an edge is on that of the later of its nodes: all pages together are the graph.
   * @param look `depth` hops, 1–20 (dataset → job → dataset is two); `first` nodes at most, 1–5,000; `after` the cursor of the page before;
   *   `filter` those that are shown beside the asset itself
   * @throws {InvalidInputError}
   */
  async around(caller: Principal, assetId: string, look: z.input<typeof LOOK>): Promise<LineageGraph> {
    const { direction, depth, asOf, filter, ...args } = validate(LOOK, look);
    const question = ['lineage', assetId, direction, depth, filter ?? null];
    const turn = graphTurn(question, asOf, args, MAX_NODES);
    const graph = await this.source.open();
    const asked = { caller, assetId, turn };
    if (filter !== undefined)
      return this.filtered(
        asked,
        await graph.around(assetId, direction, depth, turn.asOf, FILTERED_BOUNDS),
        filter,
      );
    const isEnough = this.enoughFor(asked);
    return this.whole(asked, await graph.around(assetId, direction, depth, turn.asOf, undefined, isEnough));
  }

  /** Whether a page is known: all of its nodes and of what leaves them, and that there is another page. */
  private enoughFor({ caller, turn }: Around): IsEnough {
    const { first, after } = turn;
    const nearest = after?.distance ?? 0;
    let given: number | undefined;
    return async (known) => {
      const { sizes, hops } = known;
      if (hops <= nearest) return false;
      given ??= await this.countUpTo(caller, known.idsAt(nearest), after);
      const left = sizes.slice(nearest).reduce((sum, size) => sum + size, -given);
      return left > first && left - (sizes[hops] ?? 0) >= first;
    };
  }

  /** How many of the assets at one distance are on earlier pages. */
  private async countUpTo(
    caller: Principal,
    ids: readonly string[],
    after: Position | undefined,
  ): Promise<number> {
    if (after === undefined) return 0;
    const idOf = await this.views.idsOf(caller, ids);
    return ids.filter((id) => idOf(id) <= after.id).length;
  }

  private async whole({ caller, turn }: Around, found: Walked): Promise<LineageGraph> {
    const nearest = turn.after?.distance ?? 0;
    const isEnded = found.hops === Infinity;
    const farthest = isEnded ? found.sizes.length : found.hops - 1;
    const levels = Array.from({ length: farthest + 1 - nearest }, (_, at) => found.idsAt(nearest + at));
    const edges = found.edgesWithin(nearest, isEnded ? Infinity : farthest);
    const ends = edges.flatMap(({ sourceId, targetId }) => [sourceId, targetId]);
    const idOf = await this.views.idsOf(caller, [...levels.flat(), ...ends]);
    const page = turn.pageOf(
      levels.flatMap((level, at) =>
        level.map((assetId): Placed => ({ assetId, id: idOf(assetId), distance: nearest + at })),
      ),
      isEnded,
    );
    const onPage = edges.filter((edge) => page.has(positionOfEdge(edge, found.distanceOf, idOf)));
    const times = await this.rows.times(onPage);
    return {
      nodes: await this.nodes(caller, page.nodes),
      edges: times.map((edge) => seenEdge(edge, idOf, turn.asOf)).sort(byEnds),
      pageInfo: page.pageInfo,
      isTruncated: page.pageInfo.hasNextPage || found.isTruncated,
    };
  }

  /** What a filter shows of a walk, and the asset itself. The rest is gone through, so that what it connects stays connected. */
  private async filtered(
    { caller, assetId, turn }: Around,
    found: Walked,
    filter: LineageFilter,
  ): Promise<LineageGraph> {
    const { distanceOf } = found;
    const reached = found.sizes.flatMap((_, distance) => found.idsAt(distance));
    const matching = await this.filters.matching(caller, reached, filter);
    const kept = new Set([assetId, ...matching]);
    const page = turn.pageOf(
      [...kept].map((id): Placed => ({ assetId: id, id, distance: distanceOf(id) })),
      true,
    );
    const times = await this.rows.times(found.edgesWithin(0, Infinity));
    const contracted = contract(times.sort(inOrder), (id) => kept.has(id), MAX_EDGES, joinTimed);
    const onPage = contracted.edges.filter((edge) => {
      const distance = Math.max(distanceOf(edge.sourceId), distanceOf(edge.targetId));
      return page.has(positionOfEdge({ ...edge, distance }, distanceOf, (id) => id));
    });
    return {
      nodes: await this.nodes(caller, page.nodes),
      edges: onPage.map((edge) => seenEdge(edge, (id) => id, turn.asOf)).sort(byEnds),
      pageInfo: page.pageInfo,
      isTruncated: page.pageInfo.hasNextPage || found.isTruncated || contracted.isTruncated,
    };
  }

  private async nodes(caller: Principal, placed: readonly Placed[]): Promise<LineageNode[]> {
    const view = await this.views.of(
      caller,
      placed.map(({ assetId }) => assetId),
    );
    return placed.map(({ assetId, distance }) => view.node(assetId, distance));
  }
}

/** The same order for each page: if some are left out, they are the same. */
function inOrder(a: EdgeTimes, b: EdgeTimes): number {
  return compareIds(a.sourceId, b.sourceId) || compareIds(a.targetId, b.targetId);
}
