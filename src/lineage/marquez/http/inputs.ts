import { z } from 'zod';
import { isText, TEXT_RULE } from '../../../platform/errors/index.js';
import { instantOf } from '../../events/instant.js';

/** The most items of a page; who asks for more gets so many. */
export const MAX_PAGE = 1_000;
const MAX_OFFSET = 1_000_000;

const whole = (min: number, max: number) =>
  z
    .string({ error: 'must be one whole number' })
    .regex(/^\d{1,12}$/, `must be a whole number from ${min} on`)
    .transform(Number)
    .pipe(z.int().min(min).max(max, `must be at most ${max}`));

/** How many items, of which more than `most` are cut. */
export const limit = (byDefault: number, most = MAX_PAGE) =>
  whole(0, 1_000_000_000)
    .transform((items) => Math.min(items, most))
    .default(byDefault);

const OFFSET = whole(0, MAX_OFFSET).default(0);

/** Which part of a list. */
export interface Slice {
  readonly limit: number;
  readonly offset: number;
}

export const SLICE = z.object({ limit: limit(100), offset: OFFSET });

/** Hops as Marquez counts them; what is beyond the bounds of a look is cut. */
export const DEPTH = whole(0, 1_000_000_000).default(20);

/** Names in paths and queries: text that the database can keep. */
export const NAME = z
  .string({ error: 'must be given once' })
  .min(1, 'must not be empty')
  .max(2_000, 'must have at most 2,000 characters')
  .refine(isText, TEXT_RULE);

/** An RFC 3339 instant, in one spelling; absent and empty stand for none. */
export const INSTANT = z
  .string({ error: 'must be given once' })
  .optional()
  .transform((text, context) => {
    if (text === undefined || text === '') return undefined;
    // A plus sign that a client left as it is in a query has become a space.
    const instant = instantOf(text.replace(/ (?=\d\d:?\d\d$)/, '+'));
    if (instant !== undefined) return instant;
    context.addIssue({ code: 'custom', message: 'must be an instant like 2026-11-23T10:00:00Z' });
    return z.NEVER;
  });

export const UUID = z.guid({ error: 'must be a UUID' }).transform((id) => id.toLowerCase());

export const BOOLEAN = z
  .enum(['true', 'false', 'True', 'False'], { error: 'must be true or false' })
  .default('false')
  .transform((text) => text.toLowerCase() === 'true');
