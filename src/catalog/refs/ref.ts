import { DomainError } from '../../platform/index.js';

export type RefType = 'branch' | 'tag';

/** A name for a commit: a branch moves, a tag stays. */
export interface Ref {
  readonly type: RefType;
  readonly name: string;
  readonly commitId: string;
  /** Moves of a protected branch need the action `merge`. */
  readonly isProtected: boolean;
  readonly updatedAt: Date;
}

/** The branch is not where the writer saw it. Read it again, and decide anew. */
export class BranchMovedError extends DomainError {
  readonly kind = 'conflict';
  constructor(
    readonly repository: string,
    readonly branch: string,
    readonly expected: string,
    readonly found: string | undefined,
  ) {
    super(
      `Branch "${branch}" of "${repository}" is at ${found ?? 'no commit'}, not at the expected ${expected}. ` +
        'Look at what was committed meanwhile, then commit again on the new head.',
      { repository, branch, expected, found },
    );
  }
}

/** The repository's default branch cannot be deleted, nor a protected one. */
export class BranchKeptError extends DomainError {
  readonly kind = 'conflict';
  constructor(branch: string, reason: 'the default branch' | 'protected') {
    super(`Branch "${branch}" cannot be deleted: it is ${reason}.`, { branch, reason });
  }
}
