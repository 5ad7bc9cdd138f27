import { z } from 'zod';
import { isNamespace, isRole } from '../bundle/names.js';
import { ACTIONS, ASSET_KINDS, ROOT_NAMESPACE } from '../vocabulary.js';

const GRANTABLE = ACTIONS.filter((action) => action !== 'administer');

/** Why something is done, for those who read of it later. */
export const REASON = z.string().trim().min(1, 'must say why').max(2_000);

/** What can be granted or declared: the service itself is administered by whom the policy files name. */
export const GRANTED_ACTIONS = z
  .array(z.enum(GRANTABLE, { error: `must be of ${GRANTABLE.join(', ')}` }))
  .min(1)
  .max(GRANTABLE.length)
  .transform((actions) => [...new Set(actions)]);

/** An asset or a namespace. */
export const TARGET = z
  .object({
    namespace: z
      .string()
      .refine((name) => isNamespace(name) && name !== ROOT_NAMESPACE, 'must be a namespace below the root'),
    kind: z.enum(ASSET_KINDS).nullable(),
    name: z.string().min(1).max(2_000).nullable(),
  })
  .refine(({ kind, name }) => (kind === null) === (name === null), 'must have kind and name, or neither');

/** A request for access. */
export const REQUEST = z
  .object({
    actions: GRANTED_ACTIONS.nullish(),
    role: z.string().refine(isRole, 'must be a role, role:NAME').nullish(),
    reason: REASON,
    until: z.date(),
  })
  .refine(({ actions, role }) => Array.isArray(actions) !== (typeof role === 'string'), {
    path: ['actions'],
    error: 'must be given, or a role, and not both',
  });

/** The id of a request or an emergency, with or without the word before it. */
export const NUMBERED = z
  .string()
  .regex(/^(?:[A-Z]+-)?\d{1,18}$/, 'must be an id like GRANT-12 or 12')
  .transform((text) => text.replace(/^[A-Z]+-/, ''));
