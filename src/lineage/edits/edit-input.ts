import { z } from 'zod';
import { EDIT_ACTIONS } from './edit.js';

const ID = z.uuid({ error: 'must be the id of an asset (a UUID)' });

/** Why an edit is made or withdrawn. */
const REASON = z
  .string()
  .trim()
  .min(1, 'must say why, in 1 to 2000 characters')
  .max(2_000, 'must say why, in 1 to 2000 characters')
  .refine((text) => !text.includes('\0'), 'must not have a NUL');

export const EDIT = z.object({
  action: z.enum(EDIT_ACTIONS),
  from: ID,
  to: ID,
  reason: REASON,
  expiresAt: z
    .date({ error: 'must be an instant' })
    .refine((at) => at.getTime() > Date.now(), 'must be in the future')
    .nullish(),
});

export const WITHDRAWAL = z.object({
  id: z.string().regex(/^\d{1,18}$/, 'must be the id of an edit'),
  reason: REASON.nullish(),
});

export const EDIT_FILTER = z.object({
  assetId: ID.nullish(),
  author: z
    .string()
    .regex(/^(user|service):[a-z0-9][a-z0-9._-]{0,62}$/, 'must be a subject: user:NAME or service:NAME')
    .nullish(),
  withEnded: z.boolean().nullish(),
});
