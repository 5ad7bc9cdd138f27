import type { CredentialScope } from '../access/scope.js';

/** Who can act: a person or a program. */
export type PrincipalKind = 'user' | 'service';

/** A JSON value that a policy condition can compare. */
export type AttributeValue = string | number | boolean;

/** Who is calling, as every service takes it. */
export interface Principal {
  readonly id: string;
  readonly kind: PrincipalKind;
  /** Unique within its kind: lower-case letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  readonly displayName: string;
  /** What policy conditions may ask of the principal: `mfa`, `clearance` … */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Groups that an identity provider named when the principal last came by it; `group:NAME` in policy files. */
  readonly groups?: readonly string[];
  /** Until when {@link groups} hold. */
  readonly groupsUntil?: Date | null;
  /** What the credential that it came by is for; all that the principal may when absent. */
  readonly scope?: CredentialScope | null;
  /** When that credential ends, of one with a scope. */
  readonly scopeUntil?: Date | null;
}

/** The name that policy files use: `user:ana`, `service:trainer`. Casbin's `sub`. */
export function subjectOf(principal: Pick<Principal, 'kind' | 'name'>): string {
  return `${principal.kind}:${principal.name}`;
}

/** The groups that hold now: what a provider said of them counts for a time only. */
export function heldGroups({
  groups = [],
  groupsUntil,
}: Pick<Principal, 'groups' | 'groupsUntil'>): readonly string[] {
  return groupsUntil && groupsUntil.getTime() > Date.now() ? groups : [];
}

/** The service itself, for its workers. It passes policy like everybody: `service:cairn` in the policy files. */
export const CAIRN_ITSELF: Principal = {
  id: '00000000-0000-0000-0000-000000000000',
  kind: 'service',
  name: 'cairn',
  displayName: 'Cairn',
  attributes: {},
};
