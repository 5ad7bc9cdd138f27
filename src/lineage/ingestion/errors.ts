import { DomainError } from '../../platform/errors/index.js';

/** The database cannot take events now. Nothing of the request is stored; the same request may be sent again. */
export class EventLogUnavailableError extends DomainError {
  readonly kind = 'unavailable';
  constructor(cause: unknown) {
    super(
      'The database cannot take events now. Nothing was stored; send the same again later.',
      {},
      { cause },
    );
  }
}

/** More events wait to be stored than memory should hold. */
export class IngestionOverloadedError extends DomainError {
  readonly kind = 'too-many-requests';
  constructor(readonly waitingBytes: number) {
    super(`Events of ${waitingBytes} bytes wait to be stored. Send this again in a moment.`, {
      waitingBytes,
    });
  }
}

/** A request body that is not JSON by its content type. */
export class NotJsonError extends DomainError {
  readonly kind = 'unsupported-media';
  constructor(contentType: string | undefined) {
    super(
      `Content-Type must be application/json, not ${contentType === undefined ? 'absent' : `"${contentType.slice(0, 100)}"`}.`,
    );
  }
}
