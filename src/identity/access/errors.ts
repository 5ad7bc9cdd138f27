import { DomainError } from '../../platform/index.js';

const MESSAGES = {
  'no token': 'Send "Authorization: Bearer TOKEN"; `cairn login` or an administrator gives you a token.',
  'bad token': 'The token is unknown, expired or revoked. Ask an administrator for a new one.',
  'expired token': 'The token has expired. Get a new one from your identity provider.',
  'other audience':
    'The token is for another service. Ask your identity provider for one whose audience is this one.',
  'nameless token':
    'The token is genuine and lacks a name that a principal can have. An administrator finds in the log which claim it is.',
} as const;

/**
 * The request carries no token, or one that does not count. Of an API token it is not told why; of one whose signature was verified
 * it is.
 */
export class UnauthenticatedError extends DomainError {
  readonly kind = 'unauthenticated';
  constructor(readonly reason: keyof typeof MESSAGES) {
    super(MESSAGES[reason], { reason });
  }
}
