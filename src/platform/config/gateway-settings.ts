import { z } from 'zod';

/** Settings of the S3 gateway and of what it needs: keys that are sealed, a record of who read what. */
export const GATEWAY_SETTINGS = {
  CAIRN_S3_PORT: z
    .union([z.literal('off'), z.coerce.number().int().min(0).max(65535)], {
      error: 'must be "off" or a whole number from 0 to 65535',
    })
    .optional()
    .describe(
      'Port of the S3 gateway, on CAIRN_HOST. 0 takes a free one, `off` turns the gateway off. Default: the port after CAIRN_PORT, 4601; a free one if that is 0.',
    ),
  CAIRN_SECRET_KEY: z
    .string()
    .min(32)
    .max(256)
    .optional()
    .describe(
      "Seals the secrets of access keys; at least 32 random characters, the same for all replicas. Another value makes all access keys useless. Default: generated once, in the data folder's `secret.key`.",
    ),
  CONTENT_ACCESS_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(90)
    .describe('How long it is kept who read and wrote which content, in days.'),
} as const;
