import type { Principal } from '../../identity/index.js';
import { DomainError } from '../../platform/index.js';
import type { Bundle } from '../bundle/bundle.js';
import { outsideScope } from '../decision/scope.js';
import { ACTIONS, type Action } from '../vocabulary.js';
import type { Target } from './target.js';

/** Somebody asks by a credential for what that credential is not for. */
export class CredentialScopeError extends DomainError {
  readonly kind = 'forbidden';
  constructor(outside: string) {
    super(`This cannot be asked for by this credential: ${outside}. Sign in by another.`, { outside });
  }
}

/** A credential asks for nothing that it could make no use of. @param actions all of them when there are none */
export function assertInScope(
  { scope }: Principal,
  { namespaces }: Bundle,
  { namespace }: Target,
  actions: readonly Action[],
): void {
  if (!scope) return;
  for (const action of actions.length > 0 ? actions : ACTIONS.filter((one) => one !== 'administer')) {
    const outside = outsideScope(scope, { action, namespace }, namespaces);
    if (outside !== undefined) throw new CredentialScopeError(outside);
  }
}
