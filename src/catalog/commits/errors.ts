import { DomainError } from '../../platform/index.js';

/** The changes of a commit are there already. */
export class NothingToCommitError extends DomainError {
  readonly kind = 'conflict';
  constructor(repository: string, branch: string) {
    super(`Nothing to commit: branch "${branch}" of "${repository}" has this content already.`, {
      repository,
      branch,
    });
  }
}

/** What the database has of a commit is not what its id, a digest of all of it, promises. */
export class DamagedCommitError extends DomainError {
  readonly kind = 'corrupt';
  constructor(id: string) {
    super(
      `The row of commit ${id} is damaged: its fields do not have the digest that its id is. Restore it from a backup.`,
      {
        id,
      },
    );
  }
}
