import { DomainError } from '../../platform/errors/index.js';

/** Somebody else moved the policy meanwhile. */
export class PolicyMovedError extends DomainError {
  readonly kind = 'conflict';
  constructor(
    readonly expected: number,
    readonly found: number,
  ) {
    super(
      `The policy is at generation ${found} now, not at ${expected}. Look at what changed, and ask again.`,
      {
        expected,
        found,
      },
    );
  }
}

/** The version that is live in the database cannot answer in this program. */
export class VersionNotLoadedError extends DomainError {
  readonly kind = 'unavailable';
  constructor(
    readonly version: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`Version ${version} of the policy cannot be loaded: ${reason}`, { version, reason }, options);
  }
}

/** There is no version to go back to. */
export class NothingToRollBackError extends DomainError {
  readonly kind = 'conflict';
  constructor(reason: string) {
    super(`The policy is not rolled back: ${reason}.`);
  }
}
