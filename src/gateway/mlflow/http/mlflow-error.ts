import { HttpException } from '@nestjs/common';
import { currentRequestId, DomainError, type ErrorKind, problemOf } from '../../../platform/index.js';

/** A failure as MLflow's clients read it. Source: MLflow REST API, `MlflowException.serialize_as_json`. */
export interface MlflowError {
  readonly status: number;
  readonly body: { readonly error_code: string; readonly message: string };
}

/** MLflow's own code for each kind of failure, with the status that MLflow gives it. Exhaustive by type. */
const CODES: Readonly<Record<ErrorKind, readonly [code: string, status: number]>> = {
  'invalid-input': ['INVALID_PARAMETER_VALUE', 400],
  unauthenticated: ['UNAUTHENTICATED', 401],
  forbidden: ['PERMISSION_DENIED', 403],
  'not-found': ['RESOURCE_DOES_NOT_EXIST', 404],
  'already-exists': ['RESOURCE_ALREADY_EXISTS', 400],
  conflict: ['RESOURCE_CONFLICT', 409],
  'checksum-mismatch': ['INVALID_PARAMETER_VALUE', 400],
  'too-large': ['INVALID_PARAMETER_VALUE', 413],
  'unsupported-media': ['BAD_REQUEST', 415],
  'too-many-requests': ['REQUEST_LIMIT_EXCEEDED', 429],
  'storage-full': ['RESOURCE_EXHAUSTED', 507],
  corrupt: ['DATA_LOSS', 500],
  timeout: ['DEADLINE_EXCEEDED', 504],
  unavailable: ['TEMPORARILY_UNAVAILABLE', 503],
};

/** There is no such route of MLflow's here. */
export class MlflowRouteError extends DomainError {
  readonly kind = 'not-found';
  constructor(readonly route: string) {
    super(
      `Cairn does not serve ${route}. It serves MLflow's model registry, tracking of runs and artifacts.`,
      { route },
    );
  }
}

/** What a client may know of any thrown value. */
export function mlflowErrorOf(error: unknown): MlflowError {
  if (error instanceof MlflowRouteError) return answer(404, 'ENDPOINT_NOT_FOUND', error.message);
  if (error instanceof DomainError) {
    const [code, status] = CODES[error.kind];
    return answer(status, code, error.message);
  }
  const { status, detail } = problemOf(error);
  if (status >= 500) return answer(status, 'INTERNAL_ERROR', detail);
  return answer(
    status,
    error instanceof HttpException && status === 404 ? 'ENDPOINT_NOT_FOUND' : 'BAD_REQUEST',
    detail,
  );
}

function answer(status: number, code: string, message: string): MlflowError {
  const requestId = currentRequestId();
  return {
    status,
    body: {
      error_code: code,
      message: requestId === undefined ? message : `${message} (request ${requestId})`,
    },
  };
}
