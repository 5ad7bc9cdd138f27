import { DomainError } from '../../platform/index.js';
import type { TreeEntry } from '../trees/index.js';

/** What a path of a branch becomes with the next commit: `entry`, or nothing when it is absent. */
export interface StagedChange {
  /** Of a file, or of an empty folder, which ends in `/` and is part of no commit. */
  readonly path: string;
  readonly entry: TreeEntry | undefined;
  /** Subject. */
  readonly stagedBy: string;
  readonly stagedAt: Date;
}

/** A place for changes of a branch that are not committed. Of several for one path the youngest area's counts. */
export interface StagingArea {
  readonly id: string;
}

/** A write was to happen only if the path is as its writer knows it, and it is not. */
export class PreconditionFailedError extends DomainError {
  readonly kind = 'conflict';
  constructor(
    readonly path: string,
    readonly expected: string,
    readonly found: string,
  ) {
    super(`${path} is ${found}, not ${expected} as expected. Nothing was written.`, {
      path,
      expected,
      found,
    });
  }
}

/** What is staged is on its way into a commit. */
export class StagingBusyError extends DomainError {
  readonly kind = 'conflict';
  constructor(repository: string, branch: string) {
    super(
      `A commit of what is staged on "${branch}" of "${repository}" is under way. Wait for it, or cancel its operation.`,
      { repository, branch },
    );
  }
}
