import { z } from 'zod';
import { isText, TEXT_RULE } from '../../../platform/errors/index.js';

/** Text that the database can keep. */
export const text = (max: number) =>
  z.string().max(max, `must have at most ${max} characters`).refine(isText, TEXT_RULE);

export const KEY = text(250).min(1);
export const TAG = z.object({ key: KEY, value: text(8000).default('') });
/** Up to 100 tags; of several for one key the last counts. */
export const TAG_LIST = z.array(TAG).max(100, 'must have at most 100 tags').default([]);

/** A whole number, as MLflow's clients write it: in JSON as a number or a text, in a query as a text. */
export const whole = (min: number, max: number) =>
  z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^-?\d{1,16}$/)
          .transform(Number),
      ],
      { error: 'must be a whole number' },
    )
    .pipe(z.int().min(min).max(max));

/** Milliseconds since 1970. */
export const TIME = whole(0, 8_640_000_000_000_000);
export const PAGE = {
  filter: z.string().optional(),
  page_token: z.string().max(1000).optional(),
  /** One or more; a query that names it once has a text. */
  order_by: z.union([z.array(z.string()), z.string().transform((one) => [one])]).default([]),
};

/** The most items of a page; who asks for more gets them over several. */
export const MAX_PAGE = 1000;
export const pageSize = (byDefault: number) =>
  whole(1, 200_000)
    .transform((size) => Math.min(size, MAX_PAGE))
    .default(byDefault);

/** Tags as MLflow writes them, as a map. */
export const tagMap = (
  tags: readonly { readonly key: string; readonly value: string }[],
): Record<string, string> => Object.fromEntries(tags.map(({ key, value }) => [key, value]));

/** A map as MLflow writes tags and parameters. */
export const pairList = (map: Readonly<Record<string, string>>): { key: string; value: string }[] =>
  Object.entries(map).map(([key, value]) => ({ key, value }));
