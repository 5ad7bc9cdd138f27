import { z } from 'zod';
import { validate } from '../../platform/errors/index.js';
import { CONTEXT } from '../cases/context.js';
import type { DecisionRequest } from '../decision/decision.js';
import { ACTIONS, KINDS } from '../vocabulary.js';

const REQUEST = z.object({
  subject: z.string().regex(/^(user|service):./s, 'must be user:NAME or service:NAME'),
  groups: z.array(z.string().startsWith('group:')).default([]),
  action: z.enum(ACTIONS),
  namespace: z.string(),
  kind: z.enum(KINDS),
  name: z.string().min(1),
  tags: z.array(z.string()).default([]),
  context: CONTEXT.default({}),
});

/** A question as a command line writes it, asked as by one who carries masks out; without `now` it is asked now. @throws {InvalidInputError} */
export function parseRequest(given: unknown): DecisionRequest {
  const { context, ...request } = validate(REQUEST, given);
  const now = context.now === undefined ? new Date() : new Date(context.now);
  return { ...request, context: { ...context, now }, appliesMasks: true };
}
