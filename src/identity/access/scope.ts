/**
 * What a credential may be used for: a part of what its principal may. It is one more condition before policy, so that a credential
 * never allows what its principal may not do.
 */
export interface CredentialScope {
  /** In these namespaces of policy and all below them; in all when absent. `*` is all of them, and the service itself. */
  readonly namespaces?: readonly string[];
  /** For these actions; for all when absent. */
  readonly actions?: readonly string[];
}

/** What somebody asks a credential to be good for, as it came. */
export interface AskedScope {
  readonly namespaces?: readonly string[] | null;
  readonly actions?: readonly string[] | null;
}

/** The earlier of two ends: a credential that another one made does not outlive that. */
export function earlier(expiresAt: Date, end: Date | null | undefined): Date {
  return end && end < expiresAt ? end : expiresAt;
}
