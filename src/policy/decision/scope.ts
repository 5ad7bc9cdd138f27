import type { Ancestry } from '../bundle/ancestry.js';
import { namespaceIn } from '../plan/combine.js';
import type { Plan } from '../plan/plan.js';
import { ROOT_NAMESPACE } from '../vocabulary.js';
import type { DecisionRequest } from './decision.js';

/** The part of what a subject may that a request may make use of: what its credential is for. */
export interface Scope {
  /** In these namespaces and all below them; in all when absent. */
  readonly namespaces?: readonly string[];
  /** These actions; all when absent. */
  readonly actions?: readonly string[];
}

/** @returns why a request is outside of its scope, if it is: one sentence without its full stop */
export function outsideScope(
  scope: Scope,
  { action, namespace }: Pick<DecisionRequest, 'action' | 'namespace'>,
  tree: Ancestry,
): string | undefined {
  if (scope.actions !== undefined && !scope.actions.includes(action))
    return `the credential is for ${scope.actions.join(', ')} only, not for ${action}`;
  if (!isWithin(scope.namespaces, namespace, tree))
    return `the credential is for ${scope.namespaces!.join(', ')} only, not for ${namespace}`;
  return undefined;
}

/** The rows that are in scope: those for which {@link outsideScope} finds nothing. */
export function scopePlan(scope: Scope, action: DecisionRequest['action'], tree: Ancestry): Plan {
  if (scope.actions !== undefined && !scope.actions.includes(action)) return { kind: 'none' };
  if (scope.namespaces === undefined || scope.namespaces.includes(ROOT_NAMESPACE)) return { kind: 'all' };
  return namespaceIn(scope.namespaces.flatMap((namespace) => tree.withDescendants(namespace)));
}

/** Whether a namespace is one of some or below one. */
export function isWithin(
  namespaces: readonly string[] | undefined,
  namespace: string,
  tree: Ancestry,
): boolean {
  if (namespaces === undefined || namespaces.includes(ROOT_NAMESPACE)) return true;
  const path = tree.pathFrom(namespace);
  return namespaces.some((one) => path.includes(one));
}
