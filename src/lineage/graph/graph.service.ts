import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { AssetService } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import { validate } from '../../platform/index.js';
import { type ColumnEdge, columnEdges } from './column-edges.js';
import { type AssetStep, GraphRepository } from './graph.repository.js';
import { GraphSource } from './graph-source.js';
import { byEnds, compareIds, keyOfEdge, type LineageEdge, seenEdge } from './lineage-graph.js';
import { COLUMN_LOOK, COMPARISON, PATHS } from './looks.js';
import { assetOfPlace, type ColumnPlace, placeOfColumn } from './places.js';
import { byPosition } from './positions.js';
import { shortestPaths } from './shortest-paths.js';
import { walk } from './traversal.js';
import { type LineageNode, Views } from './view.js';
import { walkColumns } from './walk-columns.js';
import { assetsOf, type WalkedEdge } from './walk-around.js';

/** Assets that are looked at for ways at most. */
const MAX_PLACES = 20_000;
const MAX_EDGES = 20_000;
const MAX_COLUMNS = 2_000;
const MAX_COLUMN_EDGES = 5_000;

/** What is there at one instant and not at the other. */
export interface LineageChanges {
  readonly nodeIds: readonly string[];
  readonly edges: readonly LineageEdge[];
}

/** What differs between two instants. */
export interface LineageDifference {
  /** All that the changes name, in the order of (distance, id). */
  readonly nodes: readonly LineageNode[];
  readonly gained: LineageChanges;
  readonly lost: LineageChanges;
  readonly isTruncated: boolean;
}

/** A graph at one of the instants. */
interface Side {
  /** By asset. */
  readonly distances: ReadonlyMap<string, number>;
  /** By both ends. */
  readonly edges: ReadonlyMap<string, WalkedEdge>;
  readonly isTruncated: boolean;
}

/** Answers what feeds an asset and what it feeds. The caller of this may see the asset. */
@Injectable()
export class GraphService {
  constructor(
    private readonly source: GraphSource,
    private readonly rows: GraphRepository,
    private readonly views: Views,
    private readonly assets: AssetService,
  ) {}

  /**
   * What differs between two instants around an asset.
   * @param look `from` and `to`, now when absent; `depth` hops, 1–20; `first` nodes of each at most, 1–5,000
   * @throws {InvalidInputError}
   */
  async difference(
    caller: Principal,
    assetId: string,
    look: z.input<typeof COMPARISON>,
  ): Promise<LineageDifference> {
    const { direction, depth, first, from, to } = validate(COMPARISON, look);
    const graph = await this.source.open();
    const sideAt = async (at: Date): Promise<Side> => {
      const bounds = { maxPlaces: first, maxSteps: MAX_EDGES };
      const found = await graph.around(assetId, direction, depth, at, bounds);
      return {
        distances: new Map(assetsOf(found).map((id) => [id, found.distanceOf(id)])),
        edges: new Map(found.edgesWithin(0, Infinity).map((edge) => [keyOfEdge(edge), edge])),
        isTruncated: found.isTruncated,
      };
    };
    const [before, after] = [await sideAt(from), await sideAt(to)];
    const view = await this.views.of(caller, [...before.distances.keys(), ...after.distances.keys()]);
    const only = async (one: Side, other: Side) => ({
      nodeIds: [...one.distances.keys()].filter((id) => !other.distances.has(id)),
      edges: await this.rows.times(
        [...one.edges].filter(([key]) => !other.edges.has(key)).map(([, edge]) => edge),
      ),
    });
    const changes = { gained: await only(after, before), lost: await only(before, after) };
    const named = Object.values(changes).flatMap(({ nodeIds, edges }) => [
      ...nodeIds,
      ...edges.flatMap(({ sourceId, targetId }) => [sourceId, targetId]),
    ]);
    const distanceOf = (id: string): number => after.distances.get(id) ?? before.distances.get(id)!;
    const seen = ({ nodeIds, edges }: Awaited<ReturnType<typeof only>>, asOf: Date): LineageChanges => ({
      nodeIds: nodeIds.map((id) => view.id(id)).sort(compareIds),
      edges: edges.map((edge) => seenEdge(edge, view.id, asOf)).sort(byEnds),
    });
    return {
      nodes: [...new Set(named)].map((id) => view.node(id, distanceOf(id))).sort(byPosition),
      gained: seen(changes.gained, to),
      lost: seen(changes.lost, from),
      isTruncated: before.isTruncated || after.isTruncated,
    };
  }

  /**
   * The shortest ways along which data flows from an asset to another.
   * @param look `depth` hops, 1–20; `first` ways at most
   * @throws {InvalidInputError} @throws {NotFoundError} the other does not exist, or the caller may not know of it
   */
  async paths(
    caller: Principal,
    assetId: string,
    toId: string,
    look: z.input<typeof PATHS>,
  ): Promise<{ paths: readonly (readonly LineageNode[])[]; isTruncated: boolean }> {
    const { depth, first, asOf } = validate(PATHS, look);
    const to = await this.assets.get(caller, toId);
    const bounds = { depth, maxPlaces: MAX_PLACES, maxSteps: MAX_EDGES };
    const graph = await this.source.open();
    const found = await walk<AssetStep>([assetId], 'downstream', bounds, (places, way, limit) =>
      graph.edges(places, way, limit, asOf),
    );
    const ends = [...found.distances.keys()].filter((place) => assetOfPlace(place) === to.id);
    const ways = shortestPaths(found.distances, found.steps, ends, first).map((way) => way.map(assetOfPlace));
    const view = await this.views.of(caller, ways.flat());
    return {
      paths: ways.map((way) => way.map((id, distance) => view.node(id, distance))),
      isTruncated: found.isTruncated,
    };
  }

  /**
   * @param given `column` one column of the asset, all of them when absent; `depth` hops from column to column, 1–20
   * @throws {InvalidInputError}
   */
  async columnsAround(
    caller: Principal,
    assetId: string,
    given: z.input<typeof COLUMN_LOOK>,
  ): Promise<{ edges: readonly ColumnEdge[]; isTruncated: boolean }> {
    const { direction, depth, column, asOf } = validate(COLUMN_LOOK, given);
    const graph = await this.source.open();
    const look = { assetId, column: column ?? undefined, direction, depth, asOf };
    const found = await walkColumns(graph, look, { maxPlaces: MAX_COLUMNS, maxSteps: MAX_COLUMN_EDGES });
    const view = await this.views.of(caller, [
      assetId,
      ...found.steps.flatMap(({ source, target }) => [source.assetId, target.assetId]),
    ]);
    const distanceOf = (place: ColumnPlace) => found.distances.get(placeOfColumn(place)) ?? depth;
    return { edges: columnEdges(view, found.steps, distanceOf), isTruncated: found.isTruncated };
  }
}
