interface Ends {
  readonly sourceId: string;
  readonly targetId: string;
}

/** An edge with when events said it. */
interface TimedEdge extends Ends {
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

/** A graph without some of its assets. */
interface Contracted<Edge> {
  /** `via`: assets that are passed through on the shortest such way; 0 for an edge that is there itself. */
  readonly edges: readonly (Edge & { readonly via: number })[];
  readonly isTruncated: boolean;
}

/** Edges that are looked at for one that is there, at most: many kept assets may lead to the same many others. */
const MAX_STEPS_EACH = 20;

/**
 * Leaves assets out and keeps what they connect: there is an edge from one kept asset to another where edges lead from the one to the other
 * through assets that are left out alone.
 * @param maxEdges edges at most; twenty times as many are looked at
 * @param join a way and the edge that goes on from it, as one edge
 */
export function contract<Edge extends Ends>(
  edges: readonly Edge[],
  isKept: (assetId: string) => boolean,
  maxEdges: number,
  join: (way: Edge, edge: Edge) => Edge,
): Contracted<Edge> {
  const leaving = new Map<string, Edge[]>();
  for (const edge of edges) {
    const known = leaving.get(edge.sourceId);
    if (known === undefined) leaving.set(edge.sourceId, [edge]);
    else known.push(edge);
  }
  const found: (Edge & { via: number })[] = [];
  let steps = 0;
  for (const start of [...leaving.keys()].filter(isKept)) {
    const reached = new Set<string>();
    let frontier: readonly Edge[] = leaving.get(start)!;
    for (let via = 0; frontier.length > 0; via++) {
      const next: Edge[] = [];
      for (const way of frontier) {
        if (++steps > MAX_STEPS_EACH * maxEdges) return { edges: found, isTruncated: true };
        if (reached.has(way.targetId)) continue;
        reached.add(way.targetId);
        if (!isKept(way.targetId))
          for (const edge of leaving.get(way.targetId) ?? []) next.push(join(way, edge));
        else if (found.length < maxEdges) found.push({ ...way, via });
        else return { edges: found, isTruncated: true };
      }
      frontier = next;
    }
  }
  return { edges: found, isTruncated: false };
}

/** For {@link contract}. All edges of a way were seen from its first to its last instant, where these are in order. */
export function joinTimed<Edge extends TimedEdge>(way: Edge, edge: Edge): Edge {
  return {
    ...edge,
    sourceId: way.sourceId,
    firstSeenAt: edge.firstSeenAt > way.firstSeenAt ? edge.firstSeenAt : way.firstSeenAt,
    lastSeenAt: edge.lastSeenAt < way.lastSeenAt ? edge.lastSeenAt : way.lastSeenAt,
  };
}

/** For {@link contract}, where only ends count. */
export function joinEnds(way: Ends, edge: Ends): Ends {
  return { sourceId: way.sourceId, targetId: edge.targetId };
}
