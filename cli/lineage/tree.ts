/** A place in a lineage graph; `asset` is null where the caller may not see it. */
export interface LineageNode {
  readonly id: string;
  readonly asset: {
    readonly kind: string;
    readonly identityNamespace: string;
    readonly identityName: string;
  } | null;
}

/** Nodes and the edges along which data flows. */
export interface LineageGraph {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    /** `manual` where people alone say it. */
    readonly evidence?: string | null;
  }[];
  readonly isTruncated: boolean;
}

/**
 * One direction of a graph as an indented tree. An asset that is met again is named again and marked, not followed again; what people
 * alone say is marked too.
 * @param start id of the root
 * @param describe what a node is called
 */
export function formatTree<Node extends { readonly id: string }>(
  { nodes, edges }: { readonly nodes: readonly Node[]; readonly edges: LineageGraph['edges'] },
  start: string,
  direction: 'upstream' | 'downstream',
  describe: (node: Node | undefined) => string,
): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const [near, far] = direction === 'upstream' ? (['to', 'from'] as const) : (['from', 'to'] as const);
  const next = new Map<string, string[]>();
  const byHand = new Set<string>();
  for (const edge of edges) {
    if (byId.has(edge[far])) next.set(edge[near], [...(next.get(edge[near]) ?? []), edge[far]]);
    if (edge.evidence === 'manual') byHand.add(`${edge[near]} ${edge[far]}`);
  }
  const seen = new Set<string>();
  const lines: string[] = [];
  const walk = (id: string, head: string, rest: string, by = ''): void => {
    const children = next.get(id) ?? [];
    const isAgain = seen.has(id);
    lines.push(`${head}${describe(byId.get(id))}${by}${isAgain && children.length > 0 ? ' (above)' : ''}`);
    if (isAgain) return;
    seen.add(id);
    const sorted = [...children].sort((a, b) => (describe(byId.get(a)) < describe(byId.get(b)) ? -1 : 1));
    for (const [at, child] of sorted.entries()) {
      const isLast = at === sorted.length - 1;
      const by = byHand.has(`${id} ${child}`) ? ' (by hand)' : '';
      walk(child, `${rest}${isLast ? '└─ ' : '├─ '}`, `${rest}${isLast ? '   ' : '│  '}`, by);
    }
  };
  walk(start, '', '');
  return lines.join('\n');
}

/** What a node is called. */
export function describeNode(node: LineageNode | undefined): string {
  if (node === undefined || node.asset === null) return '(hidden)';
  const { kind, identityNamespace, identityName } = node.asset;
  return identityNamespace === 'cairn'
    ? `${kind} ${identityName}`
    : `${kind} ${identityName} [${identityNamespace}]`;
}
