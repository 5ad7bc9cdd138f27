export { AlreadyExistsError, DomainError, InvalidInputError, NotFoundError } from './errors/domain-error.js';
export type { ErrorDetails, ErrorKind } from './errors/domain-error.js';
