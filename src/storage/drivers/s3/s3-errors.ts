import { isNativeError } from 'node:util/types';

import { S3ServiceException } from '@aws-sdk/client-s3';

import { DomainError } from '../../../platform/errors/index.js';
import { ObjectNotFoundError, StorageFullError, StoreUnavailableError } from '../../errors.js';
import type { Sha256 } from '../../sha256.js';

const REFUSED = 'It refuses the credentials, or what they may do with the bucket.';

/** The HTTP status of a refusal by the store; `undefined` when it did not answer. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** Whether the store said that it has no such key. */
export function isMissing(error: unknown): error is S3ServiceException {
  return error instanceof S3ServiceException && (error.name === 'NoSuchKey' || statusOf(error) === 404);
}

/** Whether another try may succeed: no answer, an overloaded or failing store, or writers that met. */
export function isPassing(error: unknown): boolean {
  if (error instanceof DomainError) return false;
  const status = statusOf(error);
  return status === undefined || status === 409 || status === 429 || status >= 500;
}

/**
 * Gives what the SDK throws one of the store's names. The message names the operation and the store's error code, and
 * nothing that could hold a credential.
 */
export function s3Error(error: unknown, operation: string, location: string, sha256?: Sha256): unknown {
  if (error instanceof DomainError) return error;
  if (sha256 !== undefined && isMissing(error) && error.name !== 'NoSuchBucket') {
    return new ObjectNotFoundError(sha256);
  }
  const name = isNativeError(error) ? error.name : 'unknown error';
  // MinIO's and Ceph's names for a full disk and a used-up quota.
  if (/StorageFull|QuotaExceeded|InsufficientStorage/.test(name) || statusOf(error) === 507) {
    return new StorageFullError(location, { cause: error });
  }
  // The SDK wraps the system's errors and keeps their code only in the text.
  const code = isNativeError(error) ? (/\bE[A-Z]{4,}\b/.exec(error.message)?.[0] ?? name) : name;
  const status = statusOf(error);
  const advice = status === 401 || status === 403 ? REFUSED : undefined;
  return new StoreUnavailableError('s3', operation, code, { cause: error }, advice);
}
