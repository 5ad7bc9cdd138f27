import { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { InvalidInputError } from '../errors/domain-error.js';
import { validate } from '../errors/validate.js';

/** Operations of one HTTP request at most, as a list. They run beside each other, each within its own bounds. */
const MAX_BATCHED_OPERATIONS = 32;

const MAP = z.record(z.string(), z.unknown()).nullish();

/** As much as Apollo asks of each before it runs it. */
const OPERATIONS = z
  .array(
    z
      .looseObject({
        query: z.string().nullish(),
        operationName: z.string().nullish(),
        variables: MAP,
        extensions: MAP,
      })
      .refine((operation) => Object.keys(operation).length > 0, 'must be an operation'),
  )
  .min(1, 'must hold an operation');

/**
 * Refuses a list as a whole, before any of it runs: Apollo begins all of them, and answers with 400 as soon as one has not the shape of
 * an operation, although the others may go through.
 * @throws {GraphQLError} answered with 400
 */
export function assertOperationList(body: unknown): void {
  if (!Array.isArray(body)) return;
  if (body.length > MAX_BATCHED_OPERATIONS)
    throw refusal(
      `A request holds at most ${MAX_BATCHED_OPERATIONS} operations, not ${body.length}: send the others in further requests.`,
    );
  try {
    validate(OPERATIONS, body, 'body');
  } catch (error) {
    throw refusal((error as InvalidInputError).message);
  }
}

function refusal(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}
