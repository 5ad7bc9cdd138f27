import { DomainError, type ErrorKind, InvalidInputError, NotFoundError } from '../../../platform/index.js';
import { S3Error, type S3ErrorCode } from './s3-error.js';

const BY_KIND: Readonly<Record<ErrorKind, S3ErrorCode>> = {
  'invalid-input': 'InvalidArgument',
  unauthenticated: 'AccessDenied',
  forbidden: 'AccessDenied',
  'not-found': 'NoSuchKey',
  'already-exists': 'OperationAborted',
  conflict: 'OperationAborted',
  'checksum-mismatch': 'BadDigest',
  'too-large': 'EntityTooLarge',
  'unsupported-media': 'InvalidRequest',
  'too-many-requests': 'SlowDown',
  'storage-full': 'StorageFull',
  corrupt: 'InternalError',
  timeout: 'ServiceUnavailable',
  unavailable: 'ServiceUnavailable',
};

/** Failures of one kind that S3 tells apart, by their code. */
const BY_CODE: Readonly<Record<string, S3ErrorCode>> = {
  PreconditionFailed: 'PreconditionFailed',
  SecretUnreadable: 'InternalError',
};

/** Any failure in the words of S3. What Cairn cannot name is told without its message, which may hold secrets. */
export function s3ErrorOf(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  if (!(error instanceof DomainError)) return new S3Error('InternalError', undefined, {}, { cause: error });
  if (error instanceof NotFoundError && error.what === 'Repository')
    return new S3Error('NoSuchBucket', undefined, {}, { cause: error });
  const code = BY_CODE[error.code] ?? BY_KIND[error.kind];
  const message = code === 'InternalError' ? undefined : error.message;
  const field = error instanceof InvalidInputError ? { ArgumentName: error.field } : undefined;
  return new S3Error(code, message, field, { cause: error });
}
