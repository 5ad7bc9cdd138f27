/** Errors and validation without Nest or a database, for pure code and workers. */
export { DomainError, InvalidInputError, NotFoundError } from './domain-error.js';
export type { ErrorDetails, ErrorKind } from './domain-error.js';
export { isText, TEXT_RULE } from './text.js';
export { fieldPath, validate } from './validate.js';
