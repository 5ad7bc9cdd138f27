import type { Principal } from '../principals/principal.js';

/** Injection token of {@link AccessDecider}, which the policy room provides. */
export const ACCESS_DECIDER = Symbol('AccessDecider');

/** The one question that this room asks of policy, as a port: policy knows principals, not the other way round. */
export interface AccessDecider {
  /** @throws a DomainError of kind `forbidden` when the caller may not administer principals */
  authorizeAdministration(caller: Principal): Promise<void>;
}
