import type { Position } from '../bundle/problems.js';
import type { CompiledPolicy } from '../decision/compiled-policy.js';
import type { Decision, DecisionRequest, MatchedRule } from '../decision/decision.js';
import { type NearMiss, nearMisses, positionOf } from './near-miss.js';

/** Near misses that are told; there may be many more where many rules are alike. */
const TOLD = 50;

/** An answer with all that made it and all that nearly changed it. */
export interface Explanation extends Omit<Decision, 'matched'> {
  readonly matched: readonly (MatchedRule & Position)[];
  /** Those that would have changed the answer come first. */
  readonly nearMisses: readonly NearMiss[];
  /** How many there are, told or not. */
  readonly nearMissTotal: number;
}

/**
 * Why the policy answers as it does, and what would have answered otherwise but for one column.
 * @param decision its answer, where more is said of that than the rules alone know
 */
export function explain(
  policy: CompiledPolicy,
  request: DecisionRequest,
  decision: Decision = policy.decide(request),
): Explanation {
  const missed = nearMisses(policy, request);
  const turning = new Set<string>(decision.allowed ? ['deny', 'mask', 'filter'] : ['allow', 'exempt']);
  const ordered = [
    ...missed.filter(({ effect }) => turning.has(effect)),
    ...missed.filter(({ effect }) => !turning.has(effect)),
  ];
  return {
    ...decision,
    matched: decision.matched.map((rule) => ({ ...rule, ...positionOf(policy.bundle, rule.id) })),
    nearMisses: ordered.slice(0, TOLD),
    nearMissTotal: missed.length,
  };
}
