import type { PackedNode } from './pack.repository.js';

/** A part of a pack that is read at once, and the nodes in it. */
export interface PackPart {
  readonly start: number;
  readonly end: number;
  readonly nodes: readonly PackedNode[];
}

/** Reading over a gap of so many bytes is cheaper than another request. */
const MAX_GAP = 16 * 1024;
const MAX_PART = 4 * 1024 * 1024;

/** Joins the places of nodes of one pack that lie close together. @returns in the order of their bytes */
export function partsOf(nodes: PackedNode[]): PackPart[] {
  nodes.sort((a, b) => a.start - b.start);
  const parts: { start: number; end: number; nodes: PackedNode[] }[] = [];
  for (const node of nodes) {
    const end = node.start + node.sizeBytes;
    const part = parts.at(-1);
    if (part !== undefined && node.start - part.end <= MAX_GAP && end - part.start <= MAX_PART) {
      part.end = Math.max(part.end, end);
      part.nodes.push(node);
    } else parts.push({ start: node.start, end, nodes: [node] });
  }
  return parts;
}
