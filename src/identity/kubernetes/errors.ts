import { DomainError } from '../../platform/index.js';

/** The API server cannot be asked now. The token may be good; why it is so, the log and health say. */
export class TokenReviewUnavailableError extends DomainError {
  readonly kind = 'unavailable';
  constructor(cause: unknown) {
    super(
      'Tokens of service accounts cannot be verified now. Try again later, or use an API token.',
      {},
      { cause },
    );
  }
}

/** More tokens wait for the API server than it could look at in a while. */
export class TooManyReviewsError extends DomainError {
  readonly kind = 'too-many-requests';
  constructor(waiting: number) {
    super(`${waiting} tokens wait to be reviewed by the API server. Try again in a moment.`, { waiting });
  }
}
