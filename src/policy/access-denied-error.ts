import { DomainError } from '../platform/errors/index.js';
import type { Decision } from './decision/decision.js';
import type { Action } from './vocabulary.js';

/** The policy said no. The message names the rule that denied, or says that none allows. */
export class AccessDeniedError extends DomainError {
  readonly kind = 'forbidden';
  /** Ids of the rules that denied; none when no rule allows. */
  readonly rules: readonly string[];
  /** {@link Decision.reason} */
  readonly reason: string;

  constructor(
    readonly subject: string,
    readonly action: Action,
    readonly resource: { readonly namespace: string; readonly kind: string; readonly name: string },
    decision: Pick<Decision, 'rules' | 'reason' | 'bundleVersion'>,
  ) {
    const { namespace, kind, name } = resource;
    const { rules, reason, bundleVersion } = decision;
    super(
      `${subject} may not ${action} ${kind}/${name} in ${namespace}: ${reason}. ` +
        'Who needs it asks those who keep the policy files.',
      { subject, action, resource: { namespace, kind, name }, rules, reason, bundleVersion },
    );
    this.rules = rules;
    this.reason = reason;
  }
}
