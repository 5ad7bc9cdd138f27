import { DomainError } from '../platform/errors/index.js';
import type { Sha256 } from './sha256.js';

/** The store has no object of that name. */
export class ObjectNotFoundError extends DomainError {
  readonly kind = 'not-found';
  constructor(readonly sha256: Sha256) {
    super(`The object ${sha256} is not in the store. Upload it first, or check the digest.`, { sha256 });
  }
}

/** What arrived is not what was announced; nothing was stored. */
export class ChecksumMismatchError extends DomainError {
  readonly kind = 'checksum-mismatch';
  constructor(
    readonly property: 'sha256' | 'sizeBytes',
    readonly expected: string | number,
    readonly found: string | number,
  ) {
    super(
      `${property}: announced ${expected}, but the bytes that arrived have ${found}. ` +
        'Nothing was stored; send the content again.',
      { property, expected, found },
    );
  }
}

/** More bytes than the caller or the store allows. On a put nothing was stored. */
export class ObjectTooLargeError extends DomainError {
  readonly kind = 'too-large';
  constructor(readonly maxBytes: number) {
    super(`The object is larger than the ${maxBytes} bytes allowed here. Split it, or raise the limit.`, {
      maxBytes,
    });
  }
}

/** The stored bytes are not those that the name promises: the disk or the store has damaged them. */
export class CorruptObjectError extends DomainError {
  readonly kind = 'corrupt';
  constructor(
    readonly sha256: Sha256,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(
      `The stored object ${sha256} is damaged: ${reason}. Restore it from a copy, or upload it again.`,
      { sha256, reason },
      options,
    );
  }
}

/** No room for the bytes; nothing was stored. */
export class StorageFullError extends DomainError {
  readonly kind = 'storage-full';
  constructor(
    readonly location: string,
    options?: ErrorOptions,
  ) {
    super(
      `The storage at ${location} is full. Nothing was stored; free some space and send the content again.`,
      { location },
      options,
    );
  }
}

/** The store does not answer, or answers with a failure of its own. The operation may be tried again. */
export class StoreUnavailableError extends DomainError {
  readonly kind = 'unavailable';
  constructor(
    readonly driver: string,
    readonly operation: string,
    readonly reason: string,
    options?: ErrorOptions,
    advice = 'Check that it is up and try again.',
  ) {
    super(
      `The ${driver} object store could not ${operation}: ${reason}. ${advice}`,
      { driver, operation, reason },
      options,
    );
  }
}

/** A store without which Cairn's promises would not hold. */
export class StoreUnfitError extends DomainError {
  readonly kind = 'conflict';
  constructor(
    readonly location: string,
    readonly missing: readonly string[],
  ) {
    super(
      `The object store at ${location} cannot be used, because it lacks: ${missing.join('; ')}. ` +
        'Choose a store that has it, or leave S3_BUCKET unset to keep objects in the data folder.',
      { location, missing },
    );
  }
}

/** An upload in parts was said to be over, and parts are missing. What arrived stays, to be gone on with. */
export class UploadIncompleteError extends DomainError {
  readonly kind = 'conflict';
  constructor(
    readonly sha256: string,
    readonly missing: readonly number[],
  ) {
    const some = missing.slice(0, 10).join(', ');
    super(
      `${missing.length} parts of ${sha256} have not arrived (${some}${missing.length > 10 ? ' …' : ''}). Ask for their requests again, and send them.`,
      { sha256, missing: missing.slice(0, 100), count: missing.length },
    );
  }
}
