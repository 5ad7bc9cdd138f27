/**
 * What went wrong, in the terms a client can act on. Each kind maps once to an HTTP status and a GraphQL code
 * in `error-mapping.ts`; a kind without a mapping does not compile.
 */
export type ErrorKind =
  | 'invalid-input'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'already-exists'
  | 'conflict'
  | 'checksum-mismatch'
  | 'too-large'
  | 'unsupported-media'
  | 'too-many-requests'
  | 'storage-full'
  | 'corrupt'
  | 'timeout'
  | 'unavailable';

/** Facts about a failure that a client may branch on; JSON values only, never a secret. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * The base of every failure that Cairn can name. One subclass per failure, with its fields as arguments;
 * the message says what was wrong, with which value, and what to do.
 */
export abstract class DomainError extends Error {
  abstract readonly kind: ErrorKind;

  /** @param details what a client may branch on, shown to it as is */
  constructor(
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }

  /** The stable name a client branches on: the class name, without its `Error`. */
  get code(): string {
    return this.name.replace(/Error$/, '');
  }
}

/** A value from outside broke a rule. `field` is the path to it, e.g. `inputs[0].name`. */
export class InvalidInputError extends DomainError {
  readonly kind = 'invalid-input';
  constructor(
    readonly field: string,
    readonly rule: string,
    details: ErrorDetails = {},
  ) {
    super(`${field}: ${rule}`, { field, rule, ...details });
  }
}

/** Something that was named does not exist, or the caller may not know that it does. */
export class NotFoundError extends DomainError {
  readonly kind = 'not-found';
  constructor(
    readonly what: string,
    readonly id: string,
  ) {
    super(`${what} "${id}" does not exist, or you may not see it.`, { what, id });
  }
}

/** A name is taken. */
export class AlreadyExistsError extends DomainError {
  readonly kind = 'already-exists';
  constructor(
    readonly what: string,
    readonly id: string,
  ) {
    super(`${what} "${id}" already exists.`, { what, id });
  }
}
