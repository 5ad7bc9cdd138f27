import type { JWTPayload } from 'jose';
import { z } from 'zod';
import type { PrincipalKind } from '../principals/principal.js';

/** What a verified token of an identity provider says of its bearer. */
export interface ExternalIdentity {
  readonly issuer: string;
  /** The provider's own, never reassigned name: claim `sub`. */
  readonly externalSubject: string;
  readonly kind: PrincipalKind;
  /** What the principal would be called: lower case. */
  readonly name: string;
  readonly displayName: string;
  /** Without `group:`, each usable in a policy file. */
  readonly groups: readonly string[];
  /** Whether a second factor was proved; undefined where the token does not say how its bearer was authenticated. */
  readonly mfa?: boolean;
}

/** Names of the claims that are read. A dot leads into an object. */
export interface ClaimNames {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A principal's name, wide enough for mail addresses. */
const NAME = /^[a-z0-9](?:[a-z0-9._@+-]{0,126}[a-z0-9])?$/;
const GROUP = /^[A-Za-z0-9][A-Za-z0-9._@+/-]{0,190}$/;
/** Groups of one token that count; providers leave them out of larger tokens. */
const MAX_GROUPS = 1_000;

const CLAIMS = z.object({
  iss: z.string(),
  sub: z.string().min(1).max(255),
  azp: z.string().optional(),
  client_id: z.string().optional(),
  preferred_username: z.string().optional(),
  amr: z.array(z.string()).optional(),
});

/** Why a genuine token names nobody that Cairn can know. */
export type Unreadable = `claim ${string}`;

/**
 * Reads what a token says. Its signature and times have been verified.
 * @returns the claim that is missing or has no usable value, when there is one
 */
export function readIdentity(payload: JWTPayload, names: ClaimNames): ExternalIdentity | Unreadable {
  const parsed = CLAIMS.safeParse(payload);
  if (!parsed.success) return `claim ${parsed.error.issues[0]!.path.join('.')}`;
  const { iss, sub, amr, preferred_username: username } = parsed.data;
  const client = parsed.data.client_id ?? parsed.data.azp;
  // RFC 9068, 2.2: the subject of a client that acts for itself is the client. Keycloak names such accounts instead.
  const isClient = client !== undefined && (sub === client || username === `service-account-${client}`);
  const claimed = isClient ? client : claimAt(payload, names.name);
  const name = typeof claimed === 'string' ? claimed.toLowerCase() : '';
  if (!NAME.test(name)) return `claim ${isClient ? 'client_id' : names.name}`;
  const displayName = claimAt(payload, 'name');
  return {
    ...{ issuer: iss, externalSubject: sub, kind: isClient ? 'service' : 'user', name },
    displayName: typeof displayName === 'string' ? displayName.trim().slice(0, 200) || name : name,
    groups: groupsOf(payload, names.groups),
    ...(amr !== undefined && { mfa: amr.includes('mfa') }),
  };
}

/** Groups that no policy file could name are left out: they can grant nothing. */
function groupsOf(payload: JWTPayload, claims: readonly string[]): string[] {
  const claimed = claims.flatMap((claim) => claimAt(payload, claim) ?? []);
  const groups = claimed.flatMap((group) => (typeof group === 'string' ? group.replace(/^\//, '') : []));
  return [...new Set(groups.filter((group) => GROUP.test(group)))].sort().slice(0, MAX_GROUPS);
}

/** A claim of that whole name comes first: names of claims may be URLs, with dots (RFC 7519, 4.2). */
function claimAt(payload: object, path: string): unknown {
  if (Object.hasOwn(payload, path)) return (payload as Record<string, unknown>)[path];
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, name)
          ? (value as Record<string, unknown>)[name]
          : undefined,
      payload,
    );
}
