import type { Graph, Reached } from './graph.js';
import { assetOfPlace } from './places.js';
import type { AssetStep } from './graph.repository.js';
import { type Way, walk } from './traversal.js';

/** Of walks by SQL. */
export const BOUNDS = { maxPlaces: 20_000, maxSteps: 20_000 };

/** `Graph.reach` by the steps of a walk. */
export async function reachBySteps(
  edges: Graph['edges'],
  assetId: string,
  way: Way,
  depth: number,
  asOf: Date,
): Promise<Reached> {
  const found = await walk<AssetStep>([assetId], way, { ...BOUNDS, depth }, (places, _, limit) =>
    edges(places, way, limit, asOf),
  );
  const distances = new Map<string, number>();
  for (const [place, distance] of found.distances) {
    const id = assetOfPlace(place);
    distances.set(id, Math.min(distance, distances.get(id) ?? distance));
  }
  const levels: string[][] = [];
  for (const [id, distance] of distances) (levels[distance] ??= []).push(id);
  const through = new Map<string, string>();
  for (const { sourceId, targetId } of found.steps) {
    const [near, far] = way === 'downstream' ? [sourceId, targetId] : [targetId, sourceId];
    const isNearer = distances.get(near)! < distances.get(far)!;
    if (isNearer && (through.get(far) ?? near) >= near) through.set(far, near);
  }
  return {
    farthest: levels.length - 1,
    idsAt: (distance) => levels[distance] ?? [],
    throughOf: (id) => through.get(id) ?? assetId,
    idList: `{${levels.slice(1).flat().join(',')}}`,
    isTruncated: found.isTruncated,
  };
}
