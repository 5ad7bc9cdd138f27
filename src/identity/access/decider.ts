import type { Principal } from '../principals/principal.js';
import type { AskedScope, CredentialScope } from './scope.js';

/** Injection token of {@link AccessDecider}, which the policy room provides. */
export const ACCESS_DECIDER = Symbol('AccessDecider');

/** What this room asks of policy, as a port: policy knows principals, not the other way round. */
export interface AccessDecider {
  /** @throws a DomainError of kind `forbidden` when the caller may not administer principals */
  authorizeAdministration(caller: Principal): Promise<void>;

  /**
   * The scope of a credential that the caller makes: what was asked, and what the caller's own credential is for where nothing was.
   * @returns null for all that the principal may
   * @throws {InvalidInputError} naming field and rule @throws a DomainError of kind `forbidden` when it is wider than the caller's own
   */
  scopeOfNew(caller: Principal, asked: AskedScope): CredentialScope | null;
}
