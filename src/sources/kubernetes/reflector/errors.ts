import { DomainError } from '../../../platform/errors/index.js';

/** The API server refused a request. */
export class RefusedError extends DomainError {
  readonly kind = 'unavailable';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message, { status });
  }
}

/** What came is not what the API server sends. */
export class GarbageError extends DomainError {
  readonly kind = 'corrupt';
  constructor(reason: string) {
    super(`The API server's answer cannot be read: ${reason}`);
  }
}

/** Nothing came for longer than the API server leaves a connection silent. */
export class StalledError extends DomainError {
  readonly kind = 'timeout';
  constructor(path: string, idleMs: number) {
    super(`Nothing came from ${path} for ${Math.round(idleMs / 1000)} s; the connection is taken for dead.`);
  }
}
