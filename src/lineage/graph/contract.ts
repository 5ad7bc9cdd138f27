/** An edge between two assets, with when events said it. */
interface Edge {
  readonly sourceId: string;
  readonly targetId: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

/** An edge that stands for a way through assets that are left out. */
export interface ContractedEdge extends Edge {
  /** Assets that are passed through on the shortest such way; 0 for an edge that is there itself. */
  readonly via: number;
}

/**
 * Leaves assets out and keeps what they connect: there is an edge from one kept asset to another where edges lead from the one to the other
 * through assets that are left out alone. All edges of the shortest way were seen from its first to its last instant, where these are in order.
 * @param limit edges at most; one more tells that there are more
 */
export function contract(
  edges: readonly Edge[],
  isKept: (assetId: string) => boolean,
  limit: number,
): ContractedEdge[] {
  const leaving = new Map<string, Edge[]>();
  for (const edge of edges) {
    const known = leaving.get(edge.sourceId);
    if (known === undefined) leaving.set(edge.sourceId, [edge]);
    else known.push(edge);
  }
  const found: ContractedEdge[] = [];
  for (const start of [...leaving.keys()].filter(isKept)) {
    const reached = new Map<string, ContractedEdge>();
    let frontier = leaving.get(start)!.map((edge): ContractedEdge => ({ ...edge, via: 0 }));
    while (frontier.length > 0 && found.length <= limit) {
      const next: ContractedEdge[] = [];
      for (const way of frontier) {
        if (reached.has(way.targetId)) continue;
        reached.set(way.targetId, way);
        if (isKept(way.targetId)) found.push(way);
        else for (const edge of leaving.get(way.targetId) ?? []) next.push(joined(way, edge));
      }
      frontier = next;
    }
  }
  return found.slice(0, limit + 1);
}

function joined(way: ContractedEdge, edge: Edge): ContractedEdge {
  return {
    sourceId: way.sourceId,
    targetId: edge.targetId,
    firstSeenAt: edge.firstSeenAt > way.firstSeenAt ? edge.firstSeenAt : way.firstSeenAt,
    lastSeenAt: edge.lastSeenAt < way.lastSeenAt ? edge.lastSeenAt : way.lastSeenAt,
    via: way.via + 1,
  };
}
