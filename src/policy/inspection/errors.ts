import { DomainError } from '../../platform/index.js';

/** Several inspections wait already; each takes seconds. */
export class InspectionBusyError extends DomainError {
  readonly kind = 'too-many-requests';
  constructor() {
    super(
      'Other policies are being inspected; try again in a few seconds, or use `cairn policy` without a service.',
    );
  }
}
