import { z } from 'zod';
import { ACTIONS, KINDS } from '../vocabulary.js';
import { parseFilter } from '../filter/parse-filter.js';
import { CONTEXT, NOON } from './context.js';
import type { Question } from './question.js';

/** A mask of each classification, as policy files write it. */
export const MASKS = z.record(z.string(), z.string());

/** A row filter as policy files write it, or several that must all hold. */
export const FILTERS = z.union([z.string(), z.array(z.string()).max(100)]).transform((given, context) =>
  (typeof given === 'string' ? [given] : given).flatMap((text) => {
    const filter = parseFilter(text);
    if (typeof filter !== 'string') return [filter.source];
    context.addIssue({ code: 'custom', message: `"${text}" is not a filter: it ${filter}` });
    return [];
  }),
);

/** A statement about what a policy answers, as an item of a file of `tests/`. */
export const CASE = z.strictObject({
  /** What is true, in one sentence. */
  sentence: z.string().min(1).max(1_000),
  subject: z.string(),
  groups: z.array(z.string()).max(100).default([]),
  action: z.enum(ACTIONS),
  namespace: z.string(),
  kind: z.enum(KINDS),
  name: z.string().min(1),
  tags: z.array(z.string()).max(100).default([]),
  context: CONTEXT.default({}),
  appliesMasks: z.boolean().default(false),
  expect: z.strictObject({
    allowed: z.boolean(),
    rules: z.array(z.string()).optional(),
    /** Asks as one who carries masks and filters out, as does `appliesMasks`. */
    masks: MASKS.optional(),
    /** Asks so, too. */
    filters: FILTERS.optional(),
  }),
});

/** A case as the question that it is. */
export function questionOf(given: z.infer<typeof CASE>): Pick<Question, 'sentence' | 'request' | 'expected'> {
  const { sentence, expect, context, appliesMasks, ...request } = given;
  return {
    sentence,
    request: {
      ...request,
      context: { ...context, now: new Date(context.now ?? NOON) },
      appliesMasks: appliesMasks || expect.masks !== undefined || expect.filters !== undefined,
    },
    expected: expect,
  };
}
