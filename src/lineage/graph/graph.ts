import type { AssetStep, ColumnStep } from './graph.repository.js';
import type { LineageDirection, WalkBounds, Way } from './traversal.js';
import type { IsEnough, Walked } from './walk-around.js';

/** All that lies one way of an asset, by hops from it. */
export interface Reached {
  /** Hops to the farthest; 0 when there is nothing but the asset. */
  readonly farthest: number;
  /** Assets at so many hops, in no order. */
  idsAt(distance: number): readonly string[];
  /** An asset's neighbour on a shortest way: of several the one with the least id. */
  throughOf(id: string): string;
  /** All but the asset itself, as PostgreSQL writes an array. */
  readonly idList: string;
  readonly isTruncated: boolean;
}

/**
 * The graph as it is asked: by SQL, or in memory. Both give the same. What holds is asked of an instant.
 * Edges come in the order of (near end, far end), the first so many.
 */
export interface Graph {
  edges(places: readonly string[], way: Way, limit: number, asOf: Date): Promise<readonly AssetStep[]>;
  columnEdges(places: readonly string[], way: Way, limit: number, asOf: Date): Promise<readonly ColumnStep[]>;
  columnsWithEdges(assetId: string, limit: number, asOf: Date): Promise<readonly string[]>;
  /** @param bounds when absent, 20,000 assets or edges by SQL, 1,000,000 assets in memory */
  around(
    assetId: string,
    direction: LineageDirection,
    depth: number,
    asOf: Date,
    bounds?: Omit<WalkBounds, 'depth'>,
    isEnough?: IsEnough,
  ): Promise<Walked>;
  /** Truncated by SQL after 20,000 assets or edges, in memory after 1,000,000 assets. */
  reach(assetId: string, way: Way, depth: number, asOf: Date): Promise<Reached>;
}
