import type { Decision, DecisionRequest } from '../decision/decision.js';
import type { CompiledPolicy } from '../decision/compiled-policy.js';
import { maskName } from '../mask/mask.js';

/** What a policy must answer. */
export interface Expectation {
  readonly allowed: boolean;
  /** Exactly these made the answer; left out, any may have. */
  readonly rules?: readonly string[] | undefined;
  /** Exactly these masks, by classification, as policy files write them; left out, any may be asked for. */
  readonly masks?: Readonly<Record<string, string>> | undefined;
  /** Exactly these filters must rows pass, as policy files write them; left out, any may be asked for. */
  readonly filters?: readonly string[] | undefined;
}

/** One question to a policy and the answer that it must give: a case, or a cell of a matrix. */
export interface Question {
  /** What is true, in one sentence; of a cell its matrix, and what is asked. */
  readonly sentence: string;
  /** Relative to the bundle's folder. */
  readonly file: string;
  /** From 1: the line that says what is expected. */
  readonly line: number;
  readonly request: DecisionRequest;
  readonly expected: Expectation;
}

/** Why the policy does not answer as the question expects; undefined when it does. */
export function failureOf(question: Question, policy: Pick<CompiledPolicy, 'decide'>): string | undefined {
  const { sentence, expected, request } = question;
  const decision = policy.decide(request);
  if (isAsExpected(decision, expected)) return undefined;
  return `${sentence}: expected ${described(expected)}, and the policy says ${decision.allowed ? 'yes' : 'no'}: ${decision.reason}${obligedBy(decision)}`;
}

/** Whether a decision is the one that was expected. */
export function isAsExpected(decision: Decision, { allowed, rules, masks, filters }: Expectation): boolean {
  return (
    decision.allowed === allowed &&
    (rules === undefined || sameSet(decision.rules, rules)) &&
    (masks === undefined || sameSet(masksOf(decision), Object.entries(masks).map(spelled))) &&
    (filters === undefined || sameSet(filtersOf(decision), [...new Set(filters)]))
  );
}

function described({ allowed, rules, masks = {}, filters = [] }: Expectation): string {
  const by = rules === undefined ? '' : ` by [${rules.join(', ')}]`;
  const under = obligations(Object.entries(masks).map(spelled), filters);
  return `${allowed ? 'allowed' : 'denied'}${by}${under === '' ? '' : ` ${under}`}`;
}

function obligedBy(decision: Decision): string {
  const under = obligations(masksOf(decision), filtersOf(decision));
  return under === '' ? '' : `, ${under}`;
}

/** `with pii: sha256, only rows where region == eu`. */
function obligations(masks: readonly string[], filters: readonly string[]): string {
  return [
    ...(masks.length === 0 ? [] : [`with ${masks.join(', ')}`]),
    ...(filters.length === 0 ? [] : [`only rows where ${filters.join(' and where ')}`]),
  ].join(', ');
}

function masksOf({ obligations }: Decision): readonly string[] {
  return obligations.map(({ tag, mask }) => spelled([tag, maskName(mask)]));
}

/** Two rules may ask for the same rows. */
function filtersOf({ filters }: Decision): readonly string[] {
  return [...new Set(filters.map(({ source }) => source))];
}

function spelled([tag, mask]: readonly [string, string]): string {
  return `${tag}: ${mask}`;
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return JSON.stringify([...left].sort()) === JSON.stringify([...right].sort());
}
