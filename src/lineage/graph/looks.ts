import { z } from 'zod';

const DIRECTION = z.enum(['upstream', 'downstream', 'both']);
const DEPTH = z.number().int().min(1, 'must be 1 to 20').max(20, 'must be 1 to 20');

/** Absent and null stand for now. */
const AS_OF = z
  .date({ error: 'must be an instant' })
  .nullish()
  .transform((at) => at ?? undefined);

export const LOOK = z.object({
  asOf: AS_OF,
  direction: DIRECTION,
  depth: DEPTH,
  first: z.number().int().min(1, 'must be 1 to 5000').max(5_000, 'must be 1 to 5000'),
});

export const COMPARISON = LOOK.omit({ asOf: true }).extend({
  from: z.date({ error: 'must be an instant' }),
  to: AS_OF,
});

export const COLUMN_LOOK = z.object({
  asOf: AS_OF,
  direction: DIRECTION,
  depth: DEPTH,
  column: z.string().min(1).max(1_000).nullish(),
});

export const IMPACT = z.object({
  asOf: AS_OF,
  depth: DEPTH,
  first: z.number().int().min(1, 'must be 1 to 1000').max(1_000, 'must be 1 to 1000'),
});

export const PATHS = z.object({
  asOf: AS_OF,
  depth: DEPTH,
  first: z.number().int().min(1, 'must be 1 to 50').max(50, 'must be 1 to 50'),
});
