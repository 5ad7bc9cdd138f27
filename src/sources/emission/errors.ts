import { DomainError } from '../../platform/index.js';

/** Nobody may emit what a source brings any more; reading waits until somebody may. */
export class SourceSubjectDisabledError extends DomainError {
  readonly kind = 'unavailable';
  constructor(setting: string, subject: string) {
    super(`${setting}: ${subject} is disabled, so nothing is read. Enable it, or name another.`, {
      setting,
      subject,
    });
  }
}
