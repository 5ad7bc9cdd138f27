import { DomainError } from '../../platform/index.js';

const WHY = {
  requester: 'has a part in it, and somebody else must decide',
  'policy owner':
    'administers the policy files, and who writes the rules does not decide on exceptions from them; a steward of the place does',
  program: 'is no person',
  'not by the files':
    'may not manage it by the policy files; what was granted or an emergency gives no right to grant',
} as const;

/** Somebody may not decide, of whom policy says that they manage the place. */
export class NotAReviewerError extends DomainError {
  readonly kind = 'forbidden';
  constructor(subject: string, id: string, why: keyof typeof WHY) {
    super(`${subject} may not decide on ${id}: ${subject} ${WHY[why]}.`, { subject, id, why });
  }
}

/** It is in a state in which this cannot be done. */
export class NotInStateError extends DomainError {
  readonly kind = 'conflict';
  constructor(id: string, state: string, needed: string) {
    super(`${id} is ${state}; that can be done while it is ${needed} only.`, { id, state, needed });
  }
}
