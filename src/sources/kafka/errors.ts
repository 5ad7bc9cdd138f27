import { DomainError } from '../../platform/index.js';

/** Nobody may emit what the topic holds any more; reading waits until somebody may. */
export class KafkaSubjectDisabledError extends DomainError {
  readonly kind = 'unavailable';
  constructor(subject: string) {
    super(`KAFKA_SUBJECT: ${subject} is disabled, so nothing is read. Enable it, or name another.`, {
      subject,
    });
  }
}
