import { z } from 'zod';

/** What a request may say of itself, as files and callers write it: the attributes that conditions know. */
export const CONTEXT = z
  .strictObject({
    now: z.iso.datetime({ offset: true }),
    purpose: z.string().max(200),
    branch: z.string().max(200),
    protected: z.boolean(),
    approvals: z.number(),
    mfa: z.boolean(),
    emergency: z.boolean(),
    clearance: z.number(),
    environment: z.string().max(200),
    region: z.string().max(200),
  })
  .partial();

/** When a question that gives no time takes place. */
export const NOON = '2026-06-01T12:00:00Z';
