import { DomainError } from '../../platform/index.js';

/** An external source does not answer, refuses the credentials, or holds more than a connection may. */
export class SourceUnavailableError extends DomainError {
  readonly kind = 'unavailable';
  /** @param reason never holds a credential */
  constructor(location: string, reason: string, options?: ErrorOptions) {
    super(
      `${location} cannot be read: ${reason}. What is known of it is as old as the last scan.`,
      { location },
      options,
    );
  }
}

/** A connection names credentials that are not there. */
export class CredentialsMissingError extends DomainError {
  readonly kind = 'unavailable';
  constructor(file: string, options?: ErrorOptions) {
    super(
      `The credentials in ${file} cannot be read: put them there, or change the connection.`,
      { file },
      options,
    );
  }
}
