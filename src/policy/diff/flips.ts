import type { CompiledPolicy } from '../decision/compiled-policy.js';
import type { Decision, DecisionRequest } from '../decision/decision.js';
import { maskName } from '../mask/mask.js';

/** What a policy answers, as far as two policies are compared. */
export interface Answer {
  readonly allowed: boolean;
  /** Rules that made the answer. */
  readonly rules: readonly string[];
  readonly reason: string;
  /** `pii.email: sha256`, for each mask that is asked for. */
  readonly masks: readonly string[];
  /** The filters that rows must pass, as policy files write them, each once. */
  readonly filters: readonly string[];
}

/** A question that two policies answer in different ways. */
export interface Flip {
  readonly request: DecisionRequest;
  readonly before: Answer;
  readonly after: Answer;
}

/** What becomes of a flip for who asks. */
export type FlipKind = 'gained' | 'lost' | 'masked-otherwise' | 'filtered-otherwise';

/** The questions that two policies answer in different ways, asked as by one who carries masks and filters out; each once. */
export function flipsOf(
  before: CompiledPolicy,
  after: CompiledPolicy,
  requests: Iterable<DecisionRequest>,
): readonly Flip[] {
  const asked = new Set<string>();
  const flips: Flip[] = [];
  for (const given of requests) {
    const request = { ...given, appliesMasks: true };
    const key = JSON.stringify(request);
    if (asked.has(key)) continue;
    asked.add(key);
    const flip = { request, before: answerOf(before, request), after: answerOf(after, request) };
    if (kindOf(flip) !== undefined) flips.push(flip);
  }
  return flips;
}

/** What one policy answers. */
export function answerOf(policy: CompiledPolicy, request: DecisionRequest): Answer {
  const decision = policy.decide(request);
  const { allowed, rules, reason } = decision;
  return { allowed, rules, reason, masks: maskTexts(decision), filters: filterTexts(decision) };
}

/** Undefined when both answers let as much through. */
export function kindOf({ before, after }: Pick<Flip, 'before' | 'after'>): FlipKind | undefined {
  if (before.allowed !== after.allowed) return after.allowed ? 'gained' : 'lost';
  if (!isSame(before.masks, after.masks)) return 'masked-otherwise';
  return isSame(before.filters, after.filters) ? undefined : 'filtered-otherwise';
}

/** The masks that a decision asks for, as {@link Answer.masks}. */
export function maskTexts({ obligations }: Pick<Decision, 'obligations'>): readonly string[] {
  return obligations.map(({ tag, mask }) => `${tag}: ${maskName(mask)}`);
}

/** The filters that a decision asks for, as {@link Answer.filters}. */
export function filterTexts({ filters }: Pick<Decision, 'filters'>): readonly string[] {
  return [...new Set(filters.map(({ source }) => source))];
}

/** Their order is that of the files, and decides nothing. */
function isSame(left: readonly string[], right: readonly string[]): boolean {
  return JSON.stringify([...left].sort()) === JSON.stringify([...right].sort());
}
