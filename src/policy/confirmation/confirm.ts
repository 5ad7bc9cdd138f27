import { isAttribute, type PolicyContext } from '../condition/attributes.js';
import type { CompiledPolicy } from '../decision/compiled-policy.js';
import type { DecisionRequest } from '../decision/decision.js';
import { permitOf } from '../decision/permit.js';
import type { LoggedDecision } from '../simulation/logged-decisions.js';
import { isAction, isKind } from '../vocabulary.js';

/** A logged answer that does not follow from the policy and the input that the log names. */
export interface Discrepancy {
  /** `SEGMENT:NUMBER` of the record. */
  readonly id: string;
  readonly decidedAt: Date;
  readonly subject: string;
  readonly action: string;
  /** Absent for lists. */
  readonly asset?: { readonly namespace: string; readonly kind: string; readonly name: string };
  /** Version of the policy that answered. */
  readonly bundle: string;
  readonly logged: Answer;
  /** As the policy answers the same question today. */
  readonly replayed: Answer;
}

/** Of a list: whether anything could be in it, and no rules. */
export interface Answer {
  readonly isAllowed: boolean;
  readonly rules: readonly string[];
}

/** Emergencies are part of the input; rules tell them so that people see them. */
const EMERGENCY = /^EMERGENCY-\d+$/;

/**
 * Asks the policies that may have answered what the log says was asked.
 * @param policies the version that the log names, with what was granted beside it as replicas may have known it at that moment
 * @returns undefined when one of them answers as it is logged; `unreadable` when the log does not say all that it takes
 */
export function confirm(
  logged: LoggedDecision,
  policies: readonly CompiledPolicy[],
): Discrepancy | 'unreadable' | undefined {
  const ask = questionOf(logged);
  if (ask === undefined) return 'unreadable';
  const was = { isAllowed: logged.isAllowed, rules: logged.rules.filter((rule) => !EMERGENCY.test(rule)) };
  const answers = policies.map(ask);
  if (answers.some((answer) => isSame(answer, was))) return undefined;
  const { id, decidedAt, subject, action, namespace, kind, name, bundle } = logged;
  return {
    ...{ id, decidedAt, subject, action, bundle, logged: was, replayed: answers[0]! },
    ...(namespace !== undefined &&
      kind !== undefined &&
      name !== undefined && { asset: { namespace, kind, name } }),
  };
}

function questionOf(logged: LoggedDecision): ((policy: CompiledPolicy) => Answer) | undefined {
  const { subject, groups, action, namespace, kind, name, tags, columns, scope, appliesMasks, under } =
    logged;
  const context = contextOf(logged);
  if (context === undefined || !isAction(action)) return undefined;
  const common = {
    ...{ subject, groups, action, context },
    ...(scope && { scope }),
    ...(appliesMasks !== undefined && { appliesMasks }),
  };
  if (kind === undefined) {
    const contexts = under === undefined ? [context] : [context, { ...context, emergency: true }];
    return (policy) => ({
      isAllowed: contexts.some((each) => policy.plan({ ...common, context: each }).kind !== 'none'),
      rules: [],
    });
  }
  if (!isKind(kind) || namespace === undefined || name === undefined || tags === undefined) return undefined;
  const request: DecisionRequest = { ...common, namespace, kind, name, tags };
  return (policy) => {
    const { allowed: isAllowed, rules } =
      columns === undefined ? policy.decide(request) : permitOf(policy, { ...request, columns }).decision;
    return { isAllowed, rules };
  };
}

function contextOf({ context }: LoggedDecision): PolicyContext | undefined {
  const { now, ...rest } = context;
  if (typeof now !== 'string' || Object.keys(rest).some((name) => !isAttribute(name))) return undefined;
  return { ...rest, now: new Date(now) };
}

function isSame(one: Answer, other: Answer): boolean {
  const rules = new Set(one.rules);
  return (
    one.isAllowed === other.isAllowed &&
    rules.size === new Set(other.rules).size &&
    other.rules.every((rule) => rules.has(rule))
  );
}
