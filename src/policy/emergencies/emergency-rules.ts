import { evaluateCondition } from '../condition/evaluate-condition.js';
import type { CompiledPolicy } from '../decision/compiled-policy.js';
import type { DecisionRequest } from '../decision/decision.js';
import { RoleGraph } from '../decision/role-graph.js';
import type { Target } from '../overlay/target.js';
import { objectMatches } from '../glob/object-glob.js';
import { type Action, ANY, ROOT_NAMESPACE } from '../vocabulary.js';

/**
 * Ids of the rules that wait for an emergency and would let the subject act on all of the target as far as that can be told before: they
 * stand at its namespace or above it, allow the action, and name the subject or a role that it has there.
 */
export function waitingRules(
  { bundle }: CompiledPolicy,
  asked: Pick<DecisionRequest, 'subject' | 'groups' | 'context'>,
  { namespace, kind, name }: Target,
  action: Action,
): readonly string[] {
  const above = new Set([...bundle.namespaces.pathFrom(namespace), ROOT_NAMESPACE]);
  const held = new RoleGraph(bundle.roleLinks).held(asked, above, asked.context.now.getTime());
  const context = { ...asked.context, emergency: true };
  return bundle.rules
    .filter(
      (rule) =>
        rule.effect === 'allow' &&
        rule.when.clauses.some(({ attribute }) => attribute === 'emergency') &&
        (rule.action === ANY || rule.action === action) &&
        above.has(rule.namespace) &&
        held.has(rule.subject) &&
        (kind === null || name === null || objectMatches(rule.object, kind, name)) &&
        evaluateCondition(rule.when, context) !== 'false',
    )
    .map(({ id }) => id);
}
