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
