import { ATTRIBUTES } from './attributes.js';
import type { AttributeName, PolicyContext } from './attributes.js';
import type { Clause, Condition, LiteralValue, Truth } from './condition.js';

/** What the condition says about `context`: false if any clause is, else unknown if any is, else true. */
export function evaluateCondition(condition: Condition, context: PolicyContext): Truth {
  let truth: Truth = 'true';
  for (const clause of condition.clauses) {
    const held = evaluateClause(clause, context);
    if (held === 'false') return 'false';
    if (held === 'unknown') truth = 'unknown';
  }
  return truth;
}

/** Whether a rule that takes something away (a deny, a mask) applies: unless its condition is known to be false. */
export function appliesUnlessFalse(condition: Condition, context: PolicyContext): boolean {
  return evaluateCondition(condition, context) !== 'false';
}

/** Whether a rule that gives something (an allow, an exemption) applies: only when its condition is known to be true. */
export function appliesOnlyIfTrue(condition: Condition, context: PolicyContext): boolean {
  return evaluateCondition(condition, context) === 'true';
}

function evaluateClause(clause: Clause, context: PolicyContext): Truth {
  const actual = knownAttribute(clause.attribute, context);
  if (actual === undefined) return 'unknown';
  return compare(actual, clause) ? 'true' : 'false';
}

/** What is known of an attribute. A value of the wrong type, which only a caller past the compiler can hand in, is as good as none. */
export function knownAttribute(attribute: AttributeName, context: PolicyContext): LiteralValue | undefined {
  const value = Object.hasOwn(context, attribute) ? context[attribute] : undefined;
  const type = ATTRIBUTES[attribute];
  const plain = type === 'instant' && value instanceof Date ? value.getTime() : value;
  if (typeof plain !== (type === 'instant' ? 'number' : type)) return undefined;
  if (typeof plain === 'number' && Number.isNaN(plain)) return undefined;
  return plain instanceof Date ? undefined : plain;
}

function compare(actual: LiteralValue, clause: Clause): boolean {
  const expected = clause.values[0];
  if (expected === undefined) return false;
  switch (clause.operator) {
    case '==':
      return actual === expected;
    case '!=':
      return actual !== expected;
    case '<':
      return actual < expected;
    case '<=':
      return actual <= expected;
    case '>':
      return actual > expected;
    case '>=':
      return actual >= expected;
    case 'in':
      return clause.values.includes(actual);
  }
}
