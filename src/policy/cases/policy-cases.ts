import { parse } from 'yaml';
import { z } from 'zod';
import type { CompiledPolicy } from '../decision/compiled-policy.js';
import { ACTIONS, KINDS } from '../vocabulary.js';

const CASE = z.strictObject({
  /** What is true, in one sentence. */
  sentence: z.string().min(1),
  subject: z.string(),
  action: z.enum(ACTIONS),
  namespace: z.string(),
  kind: z.enum(KINDS),
  name: z.string().min(1),
  tags: z.array(z.string()).default([]),
  context: z
    .strictObject({
      now: z.iso.datetime({ offset: true }),
      purpose: z.string(),
      branch: z.string(),
      protected: z.boolean(),
      approvals: z.number(),
      mfa: z.boolean(),
      clearance: z.number(),
      environment: z.string(),
      region: z.string(),
    })
    .partial()
    .default({}),
  appliesMasks: z.boolean().default(false),
  expect: z.strictObject({
    allowed: z.boolean(),
    /** Exactly these made the answer; left out, any may have. */
    rules: z.array(z.string()).optional(),
  }),
});

/** A statement about what a policy answers, as kept in `policies/tests/*.yaml`. */
export type PolicyCase = z.infer<typeof CASE>;

/** When a case that gives no time takes place. */
const NOON = '2026-06-01T12:00:00Z';

/**
 * Reads a file of cases: a YAML list of at least one.
 * @throws {z.ZodError} or {YAMLParseError} naming what is wrong with it
 */
export function parsePolicyCases(text: string): readonly PolicyCase[] {
  return z.array(CASE).min(1).parse(parse(text));
}

/** Why the policy does not answer as the case says; undefined when it does. */
export function failureOf(policyCase: PolicyCase, policy: CompiledPolicy): string | undefined {
  const { sentence, expect, context, ...request } = policyCase;
  const now = new Date(context.now ?? NOON);
  const { allowed, rules, reason } = policy.decide({ ...request, context: { ...context, now } });
  const isAsExpected =
    allowed === expect.allowed && (expect.rules === undefined || sameSet(rules, expect.rules));
  if (isAsExpected) return undefined;
  const expected = `${expect.allowed ? 'allowed' : 'denied'}${expect.rules === undefined ? '' : ` by [${expect.rules.join(', ')}]`}`;
  return `${sentence}: expected ${expected}, and the policy says ${allowed ? 'yes' : 'no'}: ${reason}`;
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return JSON.stringify([...left].sort()) === JSON.stringify([...right].sort());
}
