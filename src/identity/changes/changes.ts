import type { Principal } from '../principals/principal.js';

/** Something that is changed, as the audit log tells it. */
export interface Change {
  /** The thing and what happens to it, e.g. `token.issued`. Stable: auditors search by it. */
  readonly action: string;
  /** What kind of thing: `dataset`, `token`, `principal`, `repository` … */
  readonly on: string;
  /** Its name or id. */
  readonly name: string;
  /** The policy namespace that it stands in, if it stands in one. */
  readonly namespace?: string;
  /** What it is now, and what it was, as far as an auditor asks. JSON values, never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Who changes something: a principal, the service itself, or the subject of one. */
export type Author = Pick<Principal, 'kind' | 'name'> | string;

/** Injection token of {@link Changes}, which the policy room provides. */
export const CHANGES = Symbol('Changes');

/** Records what is changed, as a port: the audit log knows principals, not the other way round. */
export interface Changes {
  /** To be called within the transaction of the change: both are committed, or neither. */
  change(author: Author, change: Change): Promise<void>;
}
