import { Injectable } from '@nestjs/common';
import type { AccessDecider, AskedScope, CredentialScope, Principal } from '../identity/index.js';
import { DomainError, InvalidInputError } from '../platform/index.js';
import { isNamespace } from './bundle/names.js';
import { isWithin } from './decision/scope.js';
import { LivePolicy } from './live-policy.js';
import { Policy } from './policy.service.js';
import { ACTIONS, isAction, systemResource } from './vocabulary.js';

/** A credential makes none that is good for more than itself. */
export class ScopeTooWideError extends DomainError {
  readonly kind = 'forbidden';
  constructor(field: 'namespaces' | 'actions', value: string, own: readonly string[]) {
    super(
      `${field}: ${value} is outside of what your own credential is for (${own.join(', ')}). Ask within that, or sign in by another.`,
      { field, value, own },
    );
  }
}

/** Answers the questions of the identity room. */
@Injectable()
export class IdentityAccess implements AccessDecider {
  constructor(
    private readonly policy: Policy,
    private readonly live: LivePolicy,
  ) {}

  authorizeAdministration(caller: Principal): Promise<void> {
    return this.policy.authorize(caller, 'administer', systemResource('principals'));
  }

  scopeOfNew({ scope: own }: Principal, asked: AskedScope): CredentialScope | null {
    const { namespaces: wanted, actions: wantedActions } = asked;
    const unknown = wanted?.find((namespace) => !isNamespace(namespace));
    if (unknown !== undefined)
      throw new InvalidInputError(
        'input.namespaces',
        `must be namespaces like acme/sales, or *, not "${unknown}"`,
      );
    const strange = wantedActions?.find((action) => !isAction(action));
    if (strange !== undefined)
      throw new InvalidInputError('input.actions', `must be of ${ACTIONS.join(', ')}, not "${strange}"`);
    const tree = this.live.current.bundle.namespaces;
    const wide = wanted?.find((namespace) => !isWithin(own?.namespaces, namespace, tree));
    if (wide !== undefined) throw new ScopeTooWideError('namespaces', wide, own!.namespaces!);
    const other = wantedActions?.find((action) => own?.actions && !own.actions.includes(action));
    if (other !== undefined) throw new ScopeTooWideError('actions', other, own!.actions!);
    const namespaces = wanted ?? own?.namespaces;
    const actions = wantedActions ?? own?.actions;
    if (!namespaces && !actions) return null;
    return {
      ...(namespaces && { namespaces: [...new Set(namespaces)] }),
      ...(actions && { actions: [...new Set(actions)] }),
    };
  }
}
