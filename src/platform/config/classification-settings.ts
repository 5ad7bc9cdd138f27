import { z } from 'zod';

const share = z.coerce.number().min(0).max(1);

/** Settings of scanners that find classifications. */
export const CLASSIFICATION_SETTINGS = {
  CAIRN_CLASSIFICATION_EFFECTIVE: share
    .default(0.8)
    .describe('From which confidence on, 0–1, what a scanner says counts before anybody confirmed it.'),
  CAIRN_CLASSIFICATION_SUGGESTED: share
    .default(0.4)
    .describe('From which confidence on, 0–1, what a scanner says is kept as a suggestion.'),
  CAIRN_CLASSIFICATION_SCANNERS: z
    .string()
    .max(2_000)
    .regex(
      /^(?:[a-z-]+=(?:off|[a-z][a-z0-9_.-]*))?(?:,[a-z-]+=(?:off|[a-z][a-z0-9_.-]*))*$/,
      'must be like email=pii.email,ip=off',
    )
    .default('')
    .describe(
      'Which scanner gives which classification, where it is another than its own: `email=contact.email,ip=off`. `off` for none.',
    ),
  CAIRN_CLASSIFICATION_ON_COMMIT: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Whether files are scanned when they are committed.'),
};
