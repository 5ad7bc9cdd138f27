import { DomainError } from '../../platform/index.js';

/** An upload was said to be over, and its bytes are not there. */
export class UploadMissingError extends DomainError {
  readonly kind = 'not-found';
  constructor(
    readonly repository: string,
    readonly sha256: string,
  ) {
    super(
      `The bytes of ${sha256} have not arrived for ${repository}. Send them by the request that prepareUploads gives, then finish again.`,
      { repository, sha256 },
    );
  }
}
