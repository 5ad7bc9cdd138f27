import { DomainError } from '../../platform/index.js';

/** Policy lets a file be read only with masks or row filters that cannot be carried out on it. */
export class ContentWithheldError extends DomainError {
  readonly kind = 'forbidden';

  /** @param reason a sentence without its subject, the file */
  constructor(
    readonly path: string,
    readonly reason: string,
    readonly rules: readonly string[],
  ) {
    super(
      `${path} may be read only by the masks and row filters of ${rules.join(', ')}, and those cannot be carried out: it ${reason}.`,
      { path, reason, rules },
    );
  }
}

/** A table that policy lets be read as it is, and that cannot be read as a table. */
export class NoTableError extends DomainError {
  readonly kind = 'conflict';

  constructor(path: string, reason: string) {
    super(`${path} cannot be shown as a table: it ${reason}.`, { path, reason });
  }
}
