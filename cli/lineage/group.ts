import type { LineageNode } from './tree.js';

/** Nodes that are drawn as one. */
export interface LineageGroup {
  readonly key: string;
  readonly label: string;
  readonly counts: readonly { readonly kind: string; readonly count: number }[];
  readonly isExpanded: boolean;
  readonly nodes: readonly LineageNode[];
}

/** A graph of groups, and of nodes that are shown singly. */
export interface LineageGroups {
  readonly start: LineageNode;
  readonly groups: readonly LineageGroup[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly count: number }[];
  readonly isTruncated: boolean;
}

/** `shop.public [postgres://db:5432]: 12 datasets, 1 job`. */
export function describeGroup({ label, counts }: LineageGroup): string {
  return `${label}: ${counts.map(({ kind, count }) => `${count} ${kind}${count === 1 ? '' : 's'}`).join(', ')}`;
}
