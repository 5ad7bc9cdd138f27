/** Errors and validation without Nest or a database, for pure code and workers. */
export { AlreadyExistsError, DomainError, InvalidInputError, NotFoundError } from './domain-error.js';
export type { ErrorDetails, ErrorKind } from './domain-error.js';
export { ERROR_MAPPING } from './error-mapping.js';
export { fieldPath, validate } from './validate.js';
