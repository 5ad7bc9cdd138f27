import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import { validate } from '../../platform/index.js';
import { parseSha256 } from '../../storage/index.js';
import { ProfileService } from '../content/profile.service.js';
import type { OpenRepository } from '../repositories/repository.service.js';
import { EMPTY_TREE, type TreeEdit, Trees } from '../trees/index.js';
import type { Commit } from '../versions/index.js';
import { BranchService } from './branch.service.js';
import { ChangeReader, CHANGES } from './changes.js';
import { CommitLanes } from './commit-lanes.js';
import { CommitWriter } from './commit-writer.js';

export const COMMIT_MESSAGE = z.string().trim().min(1, 'must say what changed').max(10_000);
export const COMMIT_METADATA = z.record(z.string().min(1).max(100), z.string().max(10_000));

const COMMIT = z.object({
  repository: z.string().max(100),
  branch: z.string().max(300),
  message: COMMIT_MESSAGE,
  metadata: COMMIT_METADATA.default({}),
  expectedHead: z.string().optional(),
  changes: CHANGES,
});

/** A commit that is named but not written: its objects are stored, its rows and the branch's move are still to come. */
export interface PreparedCommit {
  readonly open: OpenRepository;
  readonly branch: string;
  /** Where the branch was; {@link CommitService.land} lands only there. */
  readonly from: string;
  readonly commit: Commit;
}

/** Commits of changes that one request names. */
@Injectable()
export class CommitService {
  constructor(
    private readonly branches: BranchService,
    private readonly changes: ChangeReader,
    private readonly lanes: CommitLanes,
    private readonly writer: CommitWriter,
    private readonly profiles: ProfileService,
    private readonly trees: Trees,
  ) {}

  /**
   * Commits changes of paths onto a branch. Without `expectedHead` the changes are put on whatever is the head when they land;
   * with it, a branch that moved meanwhile refuses them. Needs `write`, and `merge` on a protected branch.
   * @throws {BranchMovedError} @throws {NothingToCommitError} @throws {ObjectNotUploadedError} @throws {CheckFailedError}
   * @throws {InvalidInputError}
   */
  async commit(caller: Principal, input: z.input<typeof COMMIT>): Promise<Commit> {
    const { repository: name, branch, changes, ...rest } = validate(COMMIT, input, 'input');
    const open = await this.branches.open(caller, name, branch);
    const edits = await this.editsOf(open, changes);
    return this.lanes.commit({ open, branch, edits, author: subjectOf(caller), ...rest });
  }

  /**
   * Makes a commit whose whole content is what `changes` name, on top of a branch, and does not land it: for the outputs of a
   * run, which {@link land} in the transaction that ends the run. Content that is there already still makes a commit: it tells
   * of another run. Needs `write`, and `merge` on a protected branch.
   */
  async prepareWhole(
    caller: Principal,
    input: Omit<z.input<typeof COMMIT>, 'expectedHead'>,
  ): Promise<PreparedCommit> {
    const { repository: name, branch, message, metadata, changes } = validate(COMMIT, input, 'input');
    const open = await this.branches.open(caller, name, branch);
    const edits = await this.editsOf(open, changes);
    const from = parseSha256((await this.branches.find(open.repository, branch)).commitId);
    const subject = subjectOf(caller);
    const commit = this.writer.seal({
      ...{ tree: await this.trees.apply(EMPTY_TREE, edits), parents: [from] },
      ...{ author: subject, committer: subject, committedAt: new Date(), message, metadata },
    });
    return { open, branch, from, commit };
  }

  /**
   * Lands a prepared commit, in the transaction under way.
   * @returns false when the branch was not at `from`; nothing is written then
   */
  land({ open, branch, from, commit }: PreparedCommit, reason: string): Promise<boolean> {
    return this.branches.land(open, { branch, from, commits: [commit], reason });
  }

  private async editsOf(open: OpenRepository, changes: z.output<typeof CHANGES>): Promise<TreeEdit[]> {
    const edits = await this.changes.toEdits(open.repository, changes);
    await this.profiles.prepare(edits);
    return edits;
  }
}
