import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { type AssetKind, AssetService } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import { validate } from '../../platform/index.js';
import { type ColumnEdge, columnEdges } from './column-edges.js';
import {
  type AssetStep,
  assetOfPlace,
  type ColumnPlace,
  type ColumnStep,
  GraphRepository,
  placeOfColumn,
} from './graph.repository.js';
import { COLUMN_LOOK, COMPARISON, IMPACT, LOOK, PATHS } from './looks.js';
import { shortestPaths } from './shortest-paths.js';
import { type LineageDirection, walk, type WalkBounds } from './traversal.js';
import { type LineageNode, type View, Views } from './view.js';

/** Assets that are counted at most. */
const MAX_IMPACT = 20_000;
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

/** What is there at one instant and not at the other. */
export interface LineageChanges {
  readonly nodeIds: readonly string[];
  readonly edges: LineageGraph['edges'];
}

/** What differs between two instants. */
export interface LineageDifference {
  /** All that the changes name, in the order of (distance, id). */
  readonly nodes: readonly LineageNode[];
  readonly gained: LineageChanges;
  readonly lost: LineageChanges;
  readonly isTruncated: boolean;
}

/** What is downstream of an asset. */
export interface Impact {
  readonly counts: readonly { readonly kind: AssetKind; readonly count: number }[];
  /** The nearest first; `through` is what leads to each of them. */
  readonly assets: readonly { readonly node: LineageNode; readonly through: LineageNode }[];
  readonly isTruncated: boolean;
}

interface Walked {
  /** By asset. */
  readonly distances: ReadonlyMap<string, number>;
  /** By both ends. */
  readonly edges: ReadonlyMap<string, AssetStep>;
  readonly isTruncated: boolean;
}

/** Answers what feeds an asset and what it feeds. The caller of this may see the asset. */
@Injectable()
export class GraphService {
  constructor(
    private readonly graph: GraphRepository,
    private readonly views: Views,
    private readonly assets: AssetService,
  ) {}

  /**
   * @param look `depth` hops, 1–20 (dataset → job → dataset is two); `first` nodes at most, 1–5,000
   * @throws {InvalidInputError}
   */
  async around(caller: Principal, assetId: string, look: z.input<typeof LOOK>): Promise<LineageGraph> {
    const { direction, depth, first, asOf } = validate(LOOK, look);
    const bounds = { depth, maxPlaces: first, maxSteps: MAX_EDGES };
    const found = await this.walk(assetId, direction, bounds, asOf);
    const view = await this.views.of(caller, found.distances.keys());
    return {
      nodes: [...found.distances].map(([id, distance]) => view.node(id, distance)).sort(byDistance),
      edges: [...found.edges.values()].map((edge) => shown(view, edge)).sort(byEnds),
      isTruncated: found.isTruncated,
    };
  }

  /**
   * What differs between two instants around an asset.
   * @param look `from` and `to`, now when absent; the rest as of {@link around}
   * @throws {InvalidInputError}
   */
  async difference(
    caller: Principal,
    assetId: string,
    look: z.input<typeof COMPARISON>,
  ): Promise<LineageDifference> {
    const { direction, depth, first, from, to } = validate(COMPARISON, look);
    const bounds = { depth, maxPlaces: first, maxSteps: MAX_EDGES };
    const before = await this.walk(assetId, direction, bounds, from);
    const after = await this.walk(assetId, direction, bounds, to);
    const view = await this.views.of(caller, [...before.distances.keys(), ...after.distances.keys()]);
    const only = (one: Walked, other: Walked) => ({
      nodeIds: [...one.distances.keys()].filter((id) => !other.distances.has(id)),
      edges: [...one.edges].filter(([key]) => !other.edges.has(key)).map(([, edge]) => edge),
    });
    const changes = { gained: only(after, before), lost: only(before, after) };
    const named = Object.values(changes).flatMap(({ nodeIds, edges }) => [
      ...nodeIds,
      ...edges.flatMap(({ sourceId, targetId }) => [sourceId, targetId]),
    ]);
    const distanceOf = (id: string): number => after.distances.get(id) ?? before.distances.get(id)!;
    const seen = ({ nodeIds, edges }: ReturnType<typeof only>): LineageChanges => ({
      nodeIds: nodeIds.map((id) => view.node(id).id).sort(compare),
      edges: edges.map((edge) => shown(view, edge)).sort(byEnds),
    });
    return {
      nodes: [...new Set(named)].map((id) => view.node(id, distanceOf(id))).sort(byDistance),
      gained: seen(changes.gained),
      lost: seen(changes.lost),
      isTruncated: before.isTruncated || after.isTruncated,
    };
  }

  /**
   * What is downstream of an asset, and why. What the caller may not see is gone through, and neither listed nor counted.
   * @param look `depth` hops, 1–20; `first` assets of the list at most
   * @throws {InvalidInputError}
   */
  async impact(caller: Principal, assetId: string, look: z.input<typeof IMPACT>): Promise<Impact> {
    const { depth, first, asOf } = validate(IMPACT, look);
    const bounds = { depth, maxPlaces: MAX_IMPACT, maxSteps: MAX_EDGES };
    const found = await this.walk(assetId, 'downstream', bounds, asOf);
    const view = await this.views.of(caller, found.distances.keys());
    const reasons = new Map<string, string>();
    for (const { sourceId, targetId } of found.edges.values()) {
      const isNearer = found.distances.get(sourceId)! < found.distances.get(targetId)!;
      if (isNearer && (reasons.get(targetId) ?? sourceId) >= sourceId) reasons.set(targetId, sourceId);
    }
    const seen = [...found.distances]
      .filter(([id]) => id !== assetId && view.sees(id))
      .map(([id, distance]) => ({
        node: view.node(id, distance),
        through: view.node(reasons.get(id) ?? assetId, distance - 1),
      }))
      .sort((a, b) => byDistance(a.node, b.node));
    const counts = new Map<AssetKind, number>();
    for (const { node } of seen) counts.set(node.asset!.kind, (counts.get(node.asset!.kind) ?? 0) + 1);
    return {
      counts: [...counts].map(([kind, count]) => ({ kind, count })).sort((a, b) => compare(a.kind, b.kind)),
      assets: seen.slice(0, first),
      isTruncated: found.isTruncated,
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
    const bounds = { depth, maxPlaces: MAX_IMPACT, maxSteps: MAX_EDGES };
    const found = await walk<AssetStep>([assetId], 'downstream', bounds, (places, way, limit) =>
      this.graph.edges(places, way, limit, asOf),
    );
    const ends = [...found.distances.keys()].filter((place) => assetOfPlace(place) === to.id);
    const ways = shortestPaths(found.distances, found.steps, ends, first).map((way) => way.map(assetOfPlace));
    const view = await this.views.of(caller, ways.flat());
    return {
      paths: ways.map((way) => way.map((id, distance) => view.node(id, distance))),
      isTruncated: found.isTruncated,
    };
  }

  private async walk(
    assetId: string,
    direction: LineageDirection,
    bounds: WalkBounds,
    asOf: Date | undefined,
  ): Promise<Walked> {
    const found = await walk<AssetStep>([assetId], direction, bounds, (places, way, limit) =>
      this.graph.edges(places, way, limit, asOf),
    );
    const distances = new Map<string, number>();
    for (const [place, distance] of found.distances) {
      const id = assetOfPlace(place);
      distances.set(id, Math.min(distance, distances.get(id) ?? distance));
    }
    const edges = new Map(found.steps.map((step) => [`${step.sourceId} ${step.targetId}`, step]));
    return { distances, edges, isTruncated: found.isTruncated };
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
    const { direction, depth, column, asOf } = validate(COLUMN_LOOK, look);
    const columns = column ? [column] : await this.graph.columnsWithEdges(assetId, MAX_COLUMNS, asOf);
    const starts = columns.map((name) => placeOfColumn({ assetId, column: name }));
    const bounds = { depth, maxPlaces: MAX_COLUMNS + starts.length, maxSteps: MAX_COLUMN_EDGES };
    const found = await walk<ColumnStep>(starts, direction, bounds, (places, way, limit) =>
      this.graph.columnEdges(places, way, limit, asOf),
    );
    const view = await this.views.of(caller, [
      assetId,
      ...found.steps.flatMap(({ source, target }) => [source.assetId, target.assetId]),
    ]);
    const distanceOf = (place: ColumnPlace) => found.distances.get(placeOfColumn(place)) ?? depth;
    return { edges: columnEdges(view, found.steps, distanceOf), isTruncated: found.isTruncated };
  }
}

function shown(
  view: View,
  { sourceId, targetId, firstSeenAt, lastSeenAt }: AssetStep,
): LineageGraph['edges'][number] {
  return { from: view.node(sourceId).id, to: view.node(targetId).id, firstSeenAt, lastSeenAt };
}

function byEnds(a: LineageGraph['edges'][number], b: LineageGraph['edges'][number]): number {
  return compare(a.from, b.from) || compare(a.to, b.to);
}

function byDistance(a: LineageNode, b: LineageNode): number {
  return a.distance - b.distance || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
