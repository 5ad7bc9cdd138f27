import { z } from 'zod';
import { ASSET_KINDS } from '../../catalog/index.js';
import { GROUPINGS } from './grouping.js';
import type { LineageFilter } from './lineage-filter.js';

/** Nodes of a page of a graph at most. */
export const MAX_NODES = 5_000;
/** Assets of a page of an impact at most. */
export const MAX_IMPACTED = 1_000;

const DIRECTION = z.enum(['upstream', 'downstream', 'both']);
const DEPTH = z.number().int().min(1, 'must be 1 to 20').max(20, 'must be 1 to 20');

/** Absent and null stand for now. */
const AS_OF = z
  .date({ error: 'must be an instant' })
  .nullish()
  .transform((at) => at ?? new Date());

/** Absent and null stand for now, which a page's cursor remembers. */
const PAGED_AS_OF = z.date({ error: 'must be an instant' }).nullish();
const AFTER = z.string().nullish();

/** What it asks of the catalog, the catalog bounds. */
const FILTER = z
  .object({
    kinds: z.array(z.enum(ASSET_KINDS)).readonly().nullish(),
    namespace: z.string().nullish(),
    tag: z.string().nullish(),
    owner: z.string().nullish(),
    jobType: z
      .string()
      .regex(/^\w{1,100}$/, 'must be a word of the jobType facet, e.g. STREAMING')
      .nullish(),
    seenSince: z.date({ error: 'must be an instant' }).nullish(),
  })
  .nullish()
  .transform((filter) => (filter ? (withoutNulls(filter) as LineageFilter) : undefined));

function withoutNulls(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null));
}

const FIRST = z.number().int().min(1, 'must be 1 to 5000').max(MAX_NODES, 'must be 1 to 5000');

export const LOOK = z.object({
  asOf: PAGED_AS_OF,
  filter: FILTER,
  direction: DIRECTION,
  depth: DEPTH,
  first: FIRST,
  after: AFTER,
});

export const COMPARISON = z.object({
  direction: DIRECTION,
  depth: DEPTH,
  first: FIRST,
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
  asOf: PAGED_AS_OF,
  filter: FILTER,
  depth: DEPTH,
  first: z.number().int().min(1, 'must be 1 to 1000').max(MAX_IMPACTED, 'must be 1 to 1000'),
  after: AFTER,
});

export const GROUPED_LOOK = z.object({
  asOf: AS_OF,
  filter: FILTER,
  direction: DIRECTION,
  depth: DEPTH,
  groupBy: z.enum(GROUPINGS),
  expand: z
    .array(z.string().regex(/^[0-9a-f]{32}$/, 'must be keys of groups'))
    .max(500, 'must be at most 500 keys')
    .nullish()
    .transform((keys) => keys ?? []),
});

export const PATHS = z.object({
  asOf: AS_OF,
  depth: DEPTH,
  first: z.number().int().min(1, 'must be 1 to 50').max(50, 'must be 1 to 50'),
});
