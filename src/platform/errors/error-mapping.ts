import type { ErrorKind } from './domain-error.js';

interface Mapping {
  readonly httpStatus: number;
  /** `extensions.code` of a GraphQL error. */
  readonly graphqlCode: string;
}

/** The one place where a kind of failure becomes a status. Exhaustive by type. */
export const ERROR_MAPPING: Readonly<Record<ErrorKind, Mapping>> = {
  'invalid-input': { httpStatus: 400, graphqlCode: 'BAD_USER_INPUT' },
  unauthenticated: { httpStatus: 401, graphqlCode: 'UNAUTHENTICATED' },
  forbidden: { httpStatus: 403, graphqlCode: 'FORBIDDEN' },
  'not-found': { httpStatus: 404, graphqlCode: 'NOT_FOUND' },
  'already-exists': { httpStatus: 409, graphqlCode: 'ALREADY_EXISTS' },
  conflict: { httpStatus: 409, graphqlCode: 'CONFLICT' },
  'checksum-mismatch': { httpStatus: 422, graphqlCode: 'CHECKSUM_MISMATCH' },
  'too-large': { httpStatus: 413, graphqlCode: 'TOO_LARGE' },
  'unsupported-media': { httpStatus: 415, graphqlCode: 'UNSUPPORTED_MEDIA' },
  'too-many-requests': { httpStatus: 429, graphqlCode: 'TOO_MANY_REQUESTS' },
  'storage-full': { httpStatus: 507, graphqlCode: 'STORAGE_FULL' },
  corrupt: { httpStatus: 500, graphqlCode: 'CORRUPT' },
  timeout: { httpStatus: 504, graphqlCode: 'TIMEOUT' },
  unavailable: { httpStatus: 503, graphqlCode: 'UNAVAILABLE' },
};
