import type { Sha256 } from '../../storage/index.js';
import type { PackedNode } from './pack.repository.js';

/** A part of a pack that is read at once, and the nodes in it. */
export interface PackPart {
  readonly pack: Sha256;
  readonly start: number;
  readonly end: number;
  readonly nodes: readonly PackedNode[];
}

/** Reading over a gap of so many bytes is cheaper than another request. */
const MAX_GAP = 64 * 1024;
const MAX_PART = 4 * 1024 * 1024;

/** Joins the places of nodes that lie close together in one pack. */
export function partsOf(nodes: readonly PackedNode[]): PackPart[] {
  const sorted = [...nodes].sort((a, b) =>
    a.pack === b.pack ? a.start - b.start : a.pack < b.pack ? -1 : 1,
  );
  const parts: PackPart[] = [];
  let group: PackedNode[] = [];
  let end = 0;
  for (const node of sorted) {
    const [first] = group;
    const isClose = first?.pack === node.pack && node.start - end <= MAX_GAP;
    if (first !== undefined && !(isClose && node.start + node.sizeBytes - first.start <= MAX_PART)) {
      parts.push({ pack: first.pack, start: first.start, end, nodes: group });
      group = [];
    }
    end = group.length === 0 ? node.start + node.sizeBytes : Math.max(end, node.start + node.sizeBytes);
    group.push(node);
  }
  const [first] = group;
  if (first !== undefined) parts.push({ pack: first.pack, start: first.start, end, nodes: group });
  return parts;
}
