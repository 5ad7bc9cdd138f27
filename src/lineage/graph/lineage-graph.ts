import type { PageInfo } from '../../platform/index.js';
import type { SeenEdge } from '../edits/edit.js';
import type { EdgeTimes } from './graph.repository.js';
import type { LineageNode } from './view.js';

/** Data flows along it, as a caller sees it. */
export interface LineageEdge {
  /** Id of a node. */
  readonly from: string;
  readonly to: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  /** Assets that are passed through, since a filter leaves them out. */
  readonly via: number;
  /** The edge itself; null where the caller may not see both ends, and of a way through others. */
  readonly seen: SeenEdge | null;
}

/** A page of what lies around an asset, as its caller sees it. */
export interface LineageGraph {
  /** In the order of (distance, id). */
  readonly nodes: readonly LineageNode[];
  /** Of which the later node is on this page; in the order of (from, to). */
  readonly edges: readonly LineageEdge[];
  readonly pageInfo: PageInfo;
  /** Whether there is more: on a further page, or beyond what was looked at. */
  readonly isTruncated: boolean;
}

/** An edge as a caller sees it. @param idOf ids as they see them: of what they may not see, another one @param asOf when it was asked for */
export function seenEdge(
  { sourceId, targetId, firstSeenAt, lastSeenAt, via = 0 }: EdgeTimes & { readonly via?: number },
  idOf: (assetId: string) => string,
  asOf: Date,
): LineageEdge {
  const [from, to] = [idOf(sourceId), idOf(targetId)];
  const isSeen = via === 0 && from === sourceId && to === targetId;
  return { from, to, firstSeenAt, lastSeenAt, via, seen: isSeen ? { sourceId, targetId, asOf } : null };
}

/** By both of its ends. */
export function keyOfEdge({
  sourceId,
  targetId,
}: {
  readonly sourceId: string;
  readonly targetId: string;
}): string {
  return `${sourceId} ${targetId}`;
}

export function byEnds(a: LineageEdge, b: LineageEdge): number {
  return compareIds(a.from, b.from) || compareIds(a.to, b.to);
}

export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
