import { DomainError } from '../../platform/index.js';

/** Keys to verify a token with cannot be had now. The token may be good: try again. */
export class IdentityProviderUnavailableError extends DomainError {
  readonly kind = 'unavailable';
  constructor(issuer: string, trouble: string) {
    super(`Tokens of ${issuer} cannot be verified now: ${trouble}. Try again later, or use an API token.`, {
      issuer,
    });
  }
}

/** The token is genuine, and its bearer would be called like a principal that is somebody else as far as Cairn knows. */
export class IdentityNotLinkedError extends DomainError {
  readonly kind = 'forbidden';
  constructor(subject: string, issuer: string, externalSubject: string) {
    super(
      `${subject} exists already and is not linked to the identity ${externalSubject} of ${issuer}. ` +
        'An administrator links them by `cairn principal link`.',
      { subject, issuer, externalSubject },
    );
  }
}
