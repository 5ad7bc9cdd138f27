import { DomainError } from '../../platform/index.js';

/** The audit log cannot be written: nothing is allowed that it would have to tell. */
export class AuditUnavailableError extends DomainError {
  readonly kind = 'unavailable';
  constructor(reason: 'full' | 'not written', options?: ErrorOptions) {
    super(
      'The audit log cannot be written; access is refused until it can. Try again later.',
      { reason },
      options,
    );
  }
}
