import { z } from 'zod';
import { unseal } from '../../platform/index.js';

/** What another format takes. */
const OF_ANOTHER = z.never({ error: 'must be absent: it is of another format' }).optional();

const ASSET = z.uuid({ error: 'must be the id of an asset (a UUID)' });

const wholeNumber = (least: number, most: number) => {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z
    .string({ error: rule })
    .regex(/^\d{1,9}$/, rule)
    .transform(Number)
    .refine((value) => value >= least && value <= most, rule);
};

/** Now, when absent. */
const AS_OF = z.iso
  .datetime({ offset: true, error: 'must be an instant, such as 2026-11-25T08:00:00Z' })
  .optional()
  .transform((text) => (text === undefined ? new Date() : new Date(text)));

const CSV = z.object({
  format: z.literal('csv'),
  of: z.enum(['edges', 'columns']).default('edges'),
  asset: ASSET.optional(),
  direction: z.enum(['upstream', 'downstream', 'both']).optional(),
  depth: wholeNumber(1, 20).optional(),
  asOf: AS_OF,
  after: OF_ANOTHER,
  limit: OF_ANOTHER,
});

/** A position in the log, sealed: as a number it would count the events of others. */
const AFTER = z
  .string()
  .max(200)
  .default('0')
  .transform((text) => (text === '0' ? text : (unseal(text) ?? '')))
  .refine((position) => /^\d{1,18}$/.test(position), 'must be the x-cairn-after of an earlier export');

const OPENLINEAGE = z.object({
  format: z.literal('openlineage'),
  asset: ASSET.optional(),
  after: AFTER,
  limit: wholeNumber(1, 1_000_000).optional(),
  of: OF_ANOTHER,
  direction: OF_ANOTHER,
  depth: OF_ANOTHER,
  asOf: OF_ANOTHER,
});

/** Checks that what bounds a walk comes with the asset that it begins at. */
export const EXPORT_QUERY = z
  .discriminatedUnion('format', [CSV, OPENLINEAGE], { error: 'must be csv or openlineage' })
  .superRefine((query, context) => {
    if (query.format !== 'csv' || query.asset !== undefined) return;
    for (const field of ['direction', 'depth'] as const)
      if (query[field] !== undefined)
        context.addIssue({ code: 'custom', path: [field], message: 'must come with an asset' });
  });

/** What is asked of edges. */
export type CsvQuery = z.output<typeof CSV>;
/** What is asked of the log. */
export type EventQuery = z.output<typeof OPENLINEAGE>;
