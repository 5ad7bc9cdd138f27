import { DomainError } from '../../platform/index.js';

/** The request carries no token, or one that is unknown, expired or revoked. Which of these is not told. */
export class UnauthenticatedError extends DomainError {
  readonly kind = 'unauthenticated';
  constructor(readonly reason: 'no token' | 'bad token') {
    super(
      reason === 'no token'
        ? 'Send "Authorization: Bearer TOKEN"; `cairn login` or an administrator gives you a token.'
        : 'The token is unknown, expired or revoked. Ask an administrator for a new one.',
      { reason },
    );
  }
}
