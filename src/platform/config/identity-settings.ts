import { z } from 'zod';
import { commaList, secureUrl, url } from './values.js';

/** Who may sign in, and how. Part of `CONFIG_SCHEMA`. */
export const IDENTITY_SETTINGS = {
  CAIRN_ADMIN_TOKEN: z
    .string()
    .min(16)
    .max(256)
    .optional()
    .describe('Token of the first administrator, instead of a generated one. At least 16 characters.'),
  CAIRN_ALLOW_PUBLIC: z
    .stringbool()
    .default(false)
    .describe(
      'Whether the service may be reached from outside with the generated token of its first administrator alone.',
    ),
  CAIRN_GRANT_MAX_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(365)
    .default(30)
    .describe('How long access that somebody asked for is granted at most, in days.'),
  CAIRN_ALERT_WEBHOOK: url('http:', 'https:')
    .optional()
    .describe(
      'URL that is posted a JSON object when somebody declares an emergency. Tried until it answers 2xx.',
    ),
  OIDC_ISSUER: secureUrl
    .optional()
    .describe(
      'URL of the OpenID Connect issuer whose access tokens are taken, exactly as they say it in `iss`.',
    ),
  OIDC_AUDIENCE: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe(
      'What tokens must say in `aud`: the name of this service at the issuer. Needed with OIDC_ISSUER.',
    ),
  OIDC_PUBLIC_CLIENT_ID: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe(
      'Public client at the issuer by which people sign in in the explorer and at a shell (`cairn login --oidc`): authorization code with PKCE, redirects to the address of the explorer and to http://127.0.0.1 with any port.',
    ),
  OIDC_ENDPOINT_ORIGINS: commaList(
    secureUrl.refine((value) => !URL.canParse(value) || new URL(value).origin === value, {
      error: 'must be an origin: https://HOST or https://HOST:PORT',
    }),
    10,
  )
    .optional()
    .describe(
      "Origins beside the issuer's at which it has its token and revocation endpoints, with commas; the explorer may connect to them as well.",
    ),
  OIDC_SCOPES: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e ]{1,500}$/, 'must be scopes with blanks between')
    .default('openid')
    .describe(
      "Scopes that they ask for, with blanks; `offline_access` for sessions that outlive the issuer's.",
    ),
  OIDC_ALGORITHMS: commaList(
    z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']),
  )
    .default(['RS256', 'ES256'])
    .describe('Signature algorithms that are taken, with commas.'),
  OIDC_NAME_CLAIM: z
    .string()
    .min(1)
    .max(200)
    .default('preferred_username')
    .describe(
      "Claim that a person's principal is named by, in lower case, when it comes for the first time.",
    ),
  OIDC_GROUPS_CLAIM: commaList(z.string().min(1).max(200))
    .default(['groups'])
    .describe(
      'Claims that hold groups, with commas; a dot leads into an object where no claim has the whole name: `groups,realm_access.roles,https://example.org/groups`.',
    ),
  OIDC_CLOCK_SKEW_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(300)
    .default(30)
    .describe('How far the clocks of issuer and service may differ, in seconds.'),
  OIDC_KEYS_MAX_AGE_SECONDS: z.coerce
    .number()
    .int()
    .min(30)
    .max(86_400)
    .default(600)
    .describe("How long the issuer's keys are believed, also while it is away, in seconds."),
  OIDC_GROUPS_MAX_AGE_SECONDS: z.coerce
    .number()
    .int()
    .min(60)
    .max(7 * 86_400)
    .default(86_400)
    .describe(
      'How long groups count for runs and API tokens after the principal last came by the issuer, in seconds.',
    ),
  KUBERNETES_TOKEN_AUDIENCE: z
    .string()
    .regex(/^\S{1,500}$/, 'must be 1–500 characters without blanks')
    .optional()
    .describe(
      "What tokens of the cluster's service accounts must be for; turns them on. They are reviewed by the API server.",
    ),
  KUBERNETES_TOKEN_MAX_AGE_SECONDS: z.coerce
    .number()
    .int()
    .min(5)
    .max(3_600)
    .default(60)
    .describe(
      'How long a review is believed: so long a deleted account or pod may still be let in, in seconds.',
    ),
};
