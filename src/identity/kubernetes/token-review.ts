import { z } from 'zod';
import type { ExternalIdentity } from '../oidc/oidc-token.js';

/** Source: Kubernetes API, authentication.k8s.io/v1 TokenReview. */
const REVIEW = z.object({
  status: z.object({
    authenticated: z.boolean().default(false),
    audiences: z.array(z.string()).nullish(),
    user: z.object({ username: z.string().default(''), groups: z.array(z.string()).nullish() }).optional(),
  }),
});

const ACCOUNT =
  /^system:serviceaccount:([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?):([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)$/;
const GROUP = /^[A-Za-z0-9][A-Za-z0-9._@+/-]{0,190}$/;
const MAX_NAME_CHARS = 128;
const MAX_GROUPS = 1_000;

/** What the API server says of a token. `nameless`: genuine, and its bearer cannot be a principal. */
export type Verdict = ExternalIdentity | 'refused' | 'nameless' | 'unreadable';

/** The request for a review. */
export function reviewOf(token: string, audience: string): object {
  return {
    ...{ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' },
    spec: { token, audiences: [audience] },
  };
}

/**
 * Reads a review. Only a token that is said to be for `audience` counts: an API server that does not know audiences says of none, and
 * what it takes may be meant for anybody.
 * @param issuer what the token says in `iss`, which holds when the API server takes it
 */
export function readReview(review: unknown, issuer: string, audience: string): Verdict {
  const parsed = REVIEW.safeParse(review);
  if (!parsed.success) return 'unreadable';
  const { authenticated, audiences, user } = parsed.data.status;
  if (!authenticated || !audiences?.includes(audience)) return 'refused';
  const [, namespace, account] = ACCOUNT.exec(user?.username ?? '') ?? [];
  // A namespace has no dots, so that no two accounts share a name.
  const name = `k8s.${namespace}.${account}`;
  if (account === undefined || name.length > MAX_NAME_CHARS) return 'nameless';
  return {
    ...{ issuer, externalSubject: user!.username, kind: 'service', name },
    displayName: `${account} in ${namespace}`,
    groups: groupsOf(user!.groups ?? []),
  };
}

/** Policy files have no colons in names: `system:serviceaccounts:team-a` is `group:system/serviceaccounts/team-a` there. */
function groupsOf(groups: readonly string[]): string[] {
  const names = groups.map((group) => group.replaceAll(':', '/')).filter((group) => GROUP.test(group));
  return [...new Set(names)].sort().slice(0, MAX_GROUPS);
}
