import type { Plan } from './plan.js';

/** All of them, simplified: flattened, without repetition, `none` when two sets of namespaces have nothing in common. */
export function allOf(plans: readonly Plan[]): Plan {
  const nodes = flatten('and', plans).filter((node) => node.kind !== 'all');
  if (nodes.some((node) => node.kind === 'none')) return { kind: 'none' };
  const sets = nodes.flatMap((node) => (node.kind === 'namespaceIn' ? [node.namespaces] : []));
  const rest = nodes.filter((node) => node.kind !== 'namespaceIn');
  const common = sets.reduce<readonly string[] | undefined>(
    (left, right) => (left === undefined ? right : left.filter((namespace) => right.includes(namespace))),
    undefined,
  );
  const merged = distinct(common === undefined ? rest : [namespaceIn(common), ...rest]);
  if (merged.some((node) => node.kind === 'none')) return { kind: 'none' };
  return group('and', merged, 'all');
}

/** Any of them, simplified: flattened, without repetition, and without what another part says already. */
export function anyOf(plans: readonly Plan[]): Plan {
  const nodes = flatten('or', plans).filter((node) => node.kind !== 'none');
  if (nodes.some((node) => node.kind === 'all')) return { kind: 'all' };
  const sets = nodes.flatMap((node) => (node.kind === 'namespaceIn' ? node.namespaces : []));
  const rest = nodes.filter((node) => node.kind !== 'namespaceIn');
  return group('or', absorb(distinct(sets.length === 0 ? rest : [namespaceIn(sets), ...rest])), 'none');
}

/** The opposite, simplified. */
export function not(plan: Plan): Plan {
  if (plan.kind === 'all') return { kind: 'none' };
  if (plan.kind === 'none') return { kind: 'all' };
  return plan.kind === 'not' ? plan.node : { kind: 'not', node: plan };
}

/** Rows that stand in one of these namespaces. */
export function namespaceIn(namespaces: Iterable<string>): Plan {
  const sorted = [...new Set(namespaces)].sort();
  return sorted.length === 0 ? { kind: 'none' } : { kind: 'namespaceIn', namespaces: sorted };
}

/** Rows that carry one of these classifications themselves. */
export function hasAnyTag(tags: Iterable<string>): Plan {
  const sorted = [...new Set(tags)].sort();
  return sorted.length === 0 ? { kind: 'none' } : { kind: 'hasAnyTag', tags: sorted };
}

function flatten(kind: 'and' | 'or', plans: readonly Plan[]): readonly Plan[] {
  return plans.flatMap((plan) => (plan.kind === kind ? plan.nodes : [plan]));
}

function group(kind: 'and' | 'or', nodes: readonly Plan[], empty: 'all' | 'none'): Plan {
  const [only] = nodes;
  if (only === undefined) return { kind: empty };
  return nodes.length === 1 ? only : { kind, nodes };
}

function distinct(nodes: readonly Plan[]): readonly Plan[] {
  return [...new Map(nodes.map((node) => [planKey(node), node])).values()];
}

/** Drops `A and B` where `A` stands beside it, and `A in {x}` and B where `A in {x, y}` does. */
function absorb(nodes: readonly Plan[]): readonly Plan[] {
  const keys = new Set(nodes.map(planKey));
  const wide = nodes.find((node) => node.kind === 'namespaceIn');
  return nodes.filter((node) => {
    if (node.kind !== 'and') return true;
    return !node.nodes.some((part) => keys.has(planKey(part)) || isWithin(part, wide));
  });
}

function isWithin(part: Plan, wide: Plan | undefined): boolean {
  if (part.kind !== 'namespaceIn' || wide?.kind !== 'namespaceIn') return false;
  return part.namespaces.every((namespace) => wide.namespaces.includes(namespace));
}

/** The same text for plans that are put together in the same way, and only for those. */
export function planKey(node: Plan): string {
  if (node.kind === 'nameGlob') return `nameGlob ${node.glob.source}`;
  if (node.kind === 'not') return `not ${planKey(node.node)}`;
  if (node.kind === 'and' || node.kind === 'or')
    return `${node.kind} ${JSON.stringify(node.nodes.map(planKey))}`;
  return JSON.stringify(node);
}
