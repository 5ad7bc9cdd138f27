import { z } from 'zod';
import { isText, TEXT_RULE } from '../../platform/errors/index.js';
import { STAGES, type Stage } from './registered-model.js';

const PRINTABLE = /^[^\p{Control}\p{Surrogate}]*$/u;
const MAX_TAGS = 100;

/** The name of a registered model. */
export const MODEL_NAME = z
  .string()
  .min(1)
  .max(255, 'must have at most 255 characters')
  .regex(/^[^/:]*$/, 'must not contain "/" or ":"')
  .regex(PRINTABLE, 'must be valid Unicode without control characters')
  .refine((name) => name.trim() === name && name !== '', 'must not be blank, nor begin or end with a space');

/** An alias. It must not read as a version: `latest`, `1` and `v1` are none. */
export const ALIAS = z
  .string()
  .regex(/^[\w-]{1,255}$/, 'must be 1–255 letters, digits, "_" or "-"')
  .refine((alias) => !/^(?:latest|v?\d+)$/i.test(alias), 'must not read as a version, like latest, 1 or v1');

/** The number of a version. */
export const VERSION = z.int().min(1, 'must be the number of a version, from 1').max(2_147_483_647);

/** A stage, in any case of letters. */
export const STAGE = z.string().transform((text, context): Stage => {
  const stage = STAGES.find((one) => one.toLowerCase() === text.toLowerCase());
  if (stage !== undefined) return stage;
  context.addIssue({ code: 'custom', message: `must be one of ${STAGES.join(', ')}` });
  return z.NEVER;
});

export const TAG_KEY = z
  .string()
  .min(1)
  .max(250, 'must have at most 250 characters')
  .regex(PRINTABLE, 'must be valid Unicode without control characters');

/** PostgreSQL keeps no NUL in text. */
export const TEXT = z.string().refine(isText, TEXT_RULE);

export const TAG_VALUE = TEXT.max(8000, 'must have at most 8,000 characters');
export const TAGS = z
  .record(TAG_KEY, TAG_VALUE)
  .refine((tags) => Object.keys(tags).length <= MAX_TAGS, `must be at most ${MAX_TAGS}`);
export const DESCRIPTION = TEXT.max(10_000);

/** The name of a repository for a model that has none: what its own name leaves in the alphabet of repositories. */
export function repositoryNameFor(name: string, suffix = ''): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, 50)
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return `${slug === '' ? 'model' : slug}${suffix}`;
}
