/** Which way to look from an asset. */
export type LineageDirection = 'upstream' | 'downstream' | 'both';

/** A way along edges: `downstream` from source to target. */
export type Way = 'upstream' | 'downstream';

/** Something that leads from one place to another: an edge between assets, or between columns. */
export interface Step {
  readonly from: string;
  readonly to: string;
}

/** One level of neighbours: all steps that leave the given places one way, the first so many. */
export type Neighbours<S extends Step> = (
  places: readonly string[],
  way: Way,
  limit: number,
) => Promise<readonly S[]>;

/** What lies around a place. */
export interface Surroundings<S extends Step> {
  /** Hops from the start by place, in the order of finding; the start has 0. */
  readonly distances: ReadonlyMap<string, number>;
  readonly steps: readonly S[];
  /** Whether there is more within the depth than was taken. */
  readonly isTruncated: boolean;
}

/** Bounds of a walk. */
export interface WalkBounds {
  /** Hops at most. */
  readonly depth: number;
  /** Places at most, the start counted. */
  readonly maxPlaces: number;
  /** Steps at most. */
  readonly maxSteps: number;
}

/**
 * Walks level by level, so that every place is met at its least distance and asked about once per way; a cycle ends by itself. Both
 * ways go on in turn, so that one rich side does not use up what the other could show.
 */
export async function walk<S extends Step>(
  starts: readonly string[],
  direction: LineageDirection,
  bounds: WalkBounds,
  neighbours: Neighbours<S>,
): Promise<Surroundings<S>> {
  const ways: Way[] = direction === 'both' ? ['upstream', 'downstream'] : [direction];
  const distances = new Map(starts.map((start) => [start, 0]));
  const seen = new Map(ways.map((way) => [way, new Set(starts)]));
  let frontiers = new Map(ways.map((way): [Way, readonly string[]] => [way, starts]));
  const steps = new Map<string, S>();
  let isTruncated = false;
  for (let distance = 1; distance <= bounds.depth; distance++) {
    const next = new Map<Way, readonly string[]>();
    for (const way of ways) {
      const frontier = frontiers.get(way)!;
      if (frontier.length === 0) continue;
      const room = bounds.maxSteps - steps.size;
      const found = await neighbours(frontier, way, room + 1);
      if (found.length > room) isTruncated = true;
      const reached: string[] = [];
      for (const step of found.slice(0, room)) {
        const place = way === 'downstream' ? step.to : step.from;
        if (!distances.has(place)) {
          if (distances.size >= bounds.maxPlaces) {
            isTruncated = true;
            continue;
          }
          distances.set(place, distance);
        }
        steps.set(`${step.from}\n${step.to}`, step);
        if (seen.get(way)!.has(place)) continue;
        seen.get(way)!.add(place);
        reached.push(place);
      }
      next.set(way, reached);
    }
    frontiers = new Map(ways.map((way) => [way, next.get(way) ?? []]));
  }
  return { distances, steps: [...steps.values()], isTruncated };
}
