import { createHash } from 'node:crypto';
import type { Asset, AssetKind } from '../../catalog/index.js';
import { compareIds } from './lineage-graph.js';
import type { LineageNode } from './view.js';

/** By what nodes are put together. */
export const GROUPINGS = ['namespace', 'schema', 'jobParent'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Nodes that are drawn as one. */
export interface LineageGroup {
  /** The same each time. */
  readonly key: string;
  readonly label: string;
  /** All of its nodes, in the order of kinds. */
  readonly counts: readonly { readonly kind: AssetKind; readonly count: number }[];
  /** Hops to the nearest and to the farthest of them. */
  readonly nearest: number;
  readonly farthest: number;
  readonly isExpanded: boolean;
  /** Those that are shown singly, in the order of (distance, id). */
  readonly nodes: readonly LineageNode[];
}

/** Edges between two groups or nodes. */
export interface GroupEdge {
  /** Key of a group, or id of a node that is shown singly. */
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

/** A node that its viewer may see. */
export interface SeenNode extends LineageNode {
  readonly asset: Asset;
}

interface GroupName {
  readonly key: string;
  readonly label: string;
}

/**
 * The group of an asset. The namespace is the one of its identity; its schema is that with the name's beginning, up to its last part. A job
 * with a parent is in the parent's group, as the parent itself is if it has none; what has no parent is grouped by namespace.
 * @param parents of jobs
 */
export function groupNames(
  by: Grouping,
  parents: ReadonlyMap<string, Asset> = new Map(),
): (asset: Asset) => GroupName {
  const areParents = new Set([...parents.values()].map(({ id }) => id));
  return (asset) => {
    const { identityNamespace: namespace, identityName } = asset;
    if (by === 'jobParent') {
      const parent = parents.get(asset.id) ?? (areParents.has(asset.id) ? asset : undefined);
      if (parent !== undefined)
        return named(['parent', parent.id], `${parent.identityName} [${parent.identityNamespace}]`);
    }
    const schema = by === 'schema' ? schemaOf(identityName) : '';
    return schema === ''
      ? named(['namespace', namespace], namespace)
      : named(['schema', namespace, schema], `${schema} [${namespace}]`);
  };
}

/** `shop.public` of `shop.public.orders`, `/data/raw` of `/data/raw/day.parquet`; empty for a name of one part. */
export function schemaOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf(name.includes('/') ? '/' : '.')));
}

/** A digest, since names may be long; it is asked for by whoever saw it. */
function named(parts: readonly string[], label: string): GroupName {
  return { key: createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32), label };
}

/**
 * Puts nodes together. Edges are counted between what is shown; those within a group lead from it to itself.
 * @param start is shown singly, in no group
 * @param others in the order in which those of expanded groups are shown
 * @param expanded keys of groups whose nodes are shown singly, up to `maxNodes` of them all
 */
export function grouped(
  start: LineageNode,
  others: readonly SeenNode[],
  edges: readonly { readonly sourceId: string; readonly targetId: string }[],
  nameOf: (asset: Asset) => GroupName,
  expanded: ReadonlySet<string>,
  maxNodes: number,
): { groups: LineageGroup[]; edges: GroupEdge[] } {
  const groups = new Map<string, Growing>();
  const placeOf = new Map([[start.id, start.id]]);
  let shown = 0;
  for (const node of others) {
    const { key, label } = nameOf(node.asset);
    let group = groups.get(key);
    if (group === undefined) {
      const { distance: nearest } = node;
      group = { key, label, nearest, farthest: nearest, counts: new Map(), nodes: [] };
      groups.set(key, group);
    }
    group.counts.set(node.asset.kind, (group.counts.get(node.asset.kind) ?? 0) + 1);
    group.nearest = Math.min(group.nearest, node.distance);
    group.farthest = Math.max(group.farthest, node.distance);
    const isShown = expanded.has(key) && shown < maxNodes;
    if (isShown) {
      group.nodes.push(node);
      shown++;
    }
    placeOf.set(node.id, isShown ? node.id : key);
  }
  const between = new Map<string, { from: string; to: string; count: number }>();
  for (const { sourceId, targetId } of edges) {
    const [from, to] = [placeOf.get(sourceId)!, placeOf.get(targetId)!];
    const known = between.get(`${from} ${to}`);
    if (known === undefined) between.set(`${from} ${to}`, { from, to, count: 1 });
    else known.count++;
  }
  return {
    groups: [...groups.values()]
      .map(({ counts, ...group }) => ({
        ...group,
        counts: [...counts]
          .map(([kind, count]) => ({ kind, count }))
          .sort((a, b) => compareIds(a.kind, b.kind)),
        isExpanded: expanded.has(group.key),
      }))
      .sort((a, b) => a.nearest - b.nearest || compareIds(a.label, b.label) || compareIds(a.key, b.key)),
    edges: [...between.values()].sort((a, b) => compareIds(a.from, b.from) || compareIds(a.to, b.to)),
  };
}

interface Growing extends GroupName {
  nearest: number;
  farthest: number;
  readonly counts: Map<AssetKind, number>;
  readonly nodes: LineageNode[];
}
