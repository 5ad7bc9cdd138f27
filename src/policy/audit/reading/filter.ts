import { z } from 'zod';

const INSTANT = z.iso
  .datetime({ offset: true, error: 'must be an instant like 2026-03-01T12:00:00Z' })
  .transform((text) => new Date(text));

/** Which records are meant; what is left out does not matter. */
export const AUDIT_FILTER = z.object({
  from: INSTANT.nullish(),
  /** Excluded. */
  to: INSTANT.nullish(),
  subject: z.string().max(200).nullish(),
  /** `dataset/orders`: kind and name. */
  asset: z
    .string()
    .max(1_100)
    .regex(/^[a-z-]+\/./s, 'must be KIND/NAME, e.g. dataset/orders')
    .nullish(),
  namespace: z.string().max(200).nullish(),
  action: z.string().max(100).nullish(),
  kind: z.enum(['decision', 'list', 'change', 'opened', 'closed', 'retired']).nullish(),
  /** Only what was refused. */
  deniedOnly: z.boolean().default(false),
});
export type AuditFilter = z.output<typeof AUDIT_FILTER>;

/** The query of an export, as texts. */
export const EXPORT_QUERY = AUDIT_FILTER.extend({
  format: z.enum(['json', 'ocsf']).default('json'),
  deniedOnly: z.stringbool().default(false),
});
