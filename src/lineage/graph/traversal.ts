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

/** What a walk adds at one distance. */
export interface Level<S extends Step> {
  readonly distance: number;
  /** Places that are met for the first time. */
  readonly reached: readonly string[];
  /** Steps that are taken for the first time, to any place. */
  readonly steps: readonly S[];
  /** Whether some were left out. */
  readonly isTruncated: boolean;
}

/** A walk to its end. */
export async function walk<S extends Step>(
  starts: readonly string[],
  direction: LineageDirection,
  bounds: WalkBounds,
  neighbours: Neighbours<S>,
): Promise<Surroundings<S>> {
  const distances = new Map(starts.map((start) => [start, 0]));
  const steps: S[] = [];
  let isTruncated = false;
  for await (const level of walkByLevel(starts, direction, bounds, neighbours)) {
    for (const place of level.reached) distances.set(place, level.distance);
    for (const step of level.steps) steps.push(step);
    isTruncated ||= level.isTruncated;
  }
  return { distances, steps, isTruncated };
}

/**
 * Walks level by level, so that every place is met at its least distance and asked about once per way; a cycle ends by itself. Both
 * ways go on in turn, so that one rich side does not use up what the other could show.
 */
export async function* walkByLevel<S extends Step>(
  starts: readonly string[],
  direction: LineageDirection,
  bounds: WalkBounds,
  neighbours: Neighbours<S>,
): AsyncGenerator<Level<S>> {
  const ways: Way[] = direction === 'both' ? ['upstream', 'downstream'] : [direction];
  const known = new Set(starts);
  const taken = new Set<string>();
  const seen = new Map(ways.map((way) => [way, new Set(starts)]));
  let frontiers = new Map(ways.map((way): [Way, readonly string[]] => [way, starts]));
  for (let distance = 1; distance <= bounds.depth; distance++) {
    const next = new Map<Way, string[]>(ways.map((way) => [way, []]));
    const level = { distance, reached: [] as string[], steps: [] as S[], isTruncated: false };
    for (const way of ways) {
      const frontier = frontiers.get(way)!;
      if (frontier.length === 0) continue;
      const room = bounds.maxSteps - taken.size;
      const found = await neighbours(frontier, way, room + 1);
      if (found.length > room) level.isTruncated = true;
      for (const step of found.slice(0, room)) {
        const place = way === 'downstream' ? step.to : step.from;
        if (!known.has(place)) {
          if (known.size >= bounds.maxPlaces) {
            level.isTruncated = true;
            continue;
          }
          known.add(place);
          level.reached.push(place);
        }
        const key = `${step.from}\n${step.to}`;
        if (!taken.has(key)) level.steps.push(step);
        taken.add(key);
        if (seen.get(way)!.has(place)) continue;
        seen.get(way)!.add(place);
        next.get(way)!.push(place);
      }
    }
    yield level;
    if ([...next.values()].every((frontier) => frontier.length === 0)) return;
    frontiers = next;
  }
}
