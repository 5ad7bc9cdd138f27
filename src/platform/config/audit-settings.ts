import { z } from 'zod';

/** Settings of the audit log. Part of `CONFIG_SCHEMA`. */
export const AUDIT_SETTINGS = {
  CAIRN_AUDIT_KEY_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      "File of the Ed25519 key, in PEM, that roots of the audit log are signed by; the same for all replicas. Default: a key that follows from CAIRN_SECRET_KEY; without that, one that is generated once, in the data folder's `audit.key`.",
    ),
  CAIRN_AUDIT_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe(
      'How long records of the audit log are kept, in days, by months that end as a whole unless a legal hold keeps them; the roots stay. Default: for ever.',
    ),
} as const;
