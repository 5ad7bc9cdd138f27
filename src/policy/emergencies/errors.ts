import { DomainError } from '../../platform/index.js';
import { type Target, targetText } from '../overlay/target.js';

/** No rule of the files waits for an emergency of this subject. */
export class NoEmergencyRuleError extends DomainError {
  readonly kind = 'forbidden';
  constructor(subject: string, action: string, target: Target) {
    super(
      `${subject} may not declare an emergency to ${action} ${targetText(target)}: no rule of the policy files with "emergency == true" would let them. ` +
        'Who needs one asks those who keep the policy files.',
      { subject, action, namespace: target.namespace },
    );
  }
}
