import { allOf, anyOf, not, planKey } from './combine.js';
import type { Plan } from './plan.js';

/** Namespaces in which a plan asks for the same. */
export interface NamespacePart {
  readonly namespaces: readonly string[];
  /** What it asks for there: nothing about namespaces. */
  readonly plan: Plan;
}

/**
 * Takes a plan apart by the namespaces of its rows.
 * @returns each namespace in one part; undefined where rows may stand in namespaces that the plan does not name
 */
export function byNamespace(plan: Plan): readonly NamespacePart[] | undefined {
  if (planIn(plan, undefined).kind !== 'none') return undefined;
  const parts = new Map<string, { namespaces: string[]; plan: Plan }>();
  for (const namespace of new Set(namespacesOf(plan))) {
    const there = planIn(plan, namespace);
    if (there.kind === 'none') continue;
    const key = planKey(there);
    const part = parts.get(key) ?? { namespaces: [], plan: there };
    parts.set(key, part);
    part.namespaces.push(namespace);
  }
  return [...parts.values()];
}

/** What a plan asks for of rows in one namespace; of undefined: in one that it does not name. */
function planIn(plan: Plan, namespace: string | undefined): Plan {
  switch (plan.kind) {
    case 'namespaceIn':
      return { kind: namespace !== undefined && plan.namespaces.includes(namespace) ? 'all' : 'none' };
    case 'and':
      return allOf(plan.nodes.map((node) => planIn(node, namespace)));
    case 'or':
      return anyOf(plan.nodes.map((node) => planIn(node, namespace)));
    case 'not':
      return not(planIn(plan.node, namespace));
    default:
      return plan;
  }
}

function namespacesOf(plan: Plan): readonly string[] {
  switch (plan.kind) {
    case 'namespaceIn':
      return plan.namespaces;
    case 'and':
    case 'or':
      return plan.nodes.flatMap(namespacesOf);
    case 'not':
      return namespacesOf(plan.node);
    default:
      return [];
  }
}
