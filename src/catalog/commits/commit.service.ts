import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import {
  Database,
  DomainError,
  InvalidInputError,
  NotFoundError,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { parseSha256 } from '../../storage/index.js';
import { AssetService } from '../assets/asset.service.js';
import { ProfileService } from '../content/profile.service.js';
import { BranchMovedError, type Ref } from '../refs/ref.js';
import { RefRepository } from '../refs/ref.repository.js';
import { type OpenRepository, RepositoryService } from '../repositories/repository.service.js';
import type { Repository } from '../repositories/repository.js';
import { EMPTY_TREE, parsePath, type TreeEdit, Trees } from '../trees/index.js';
import type { Commit } from '../versions/index.js';
import { CommitWriter } from './commit-writer.js';
import { RevisionService } from './revision.service.js';

const MAX_CHANGES = 10_000;
/** Attempts to land on a branch that others move at the same time. */
const MAX_ATTEMPTS = 20;

export const COMMIT_MESSAGE = z.string().trim().min(1, 'must say what changed').max(10_000);

const CHANGE = z.object({
  path: z.string(),
  sha256: z.string().optional(),
  contentType: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  isDeleted: z.boolean().default(false),
});

const COMMIT = z.object({
  repository: z.string().max(100),
  branch: z.string().max(300),
  message: COMMIT_MESSAGE,
  metadata: z.record(z.string().min(1).max(100), z.string().max(10_000)).default({}),
  expectedHead: z.string().optional(),
  changes: z.array(CHANGE).min(1).max(MAX_CHANGES, `must have at most ${MAX_CHANGES} changes`),
});

/** A commit that is named but not written: its objects are stored, its rows and the branch's move are still to come. */
export interface PreparedCommit {
  readonly open: OpenRepository;
  readonly branch: string;
  /** Where the branch was; {@link CommitService.land} lands only there. */
  readonly from: string;
  readonly commit: Commit;
}

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

/** A change names bytes that were not uploaded to this repository. */
export class ObjectNotUploadedError extends DomainError {
  readonly kind = 'not-found';
  constructor(repository: string, path: string, sha256: string) {
    super(
      `${path}: the bytes ${sha256} were not uploaded to "${repository}". Upload them first, then commit.`,
      {
        repository,
        path,
        sha256,
      },
    );
  }
}

/** Commits: made on branches by compare-and-swap, and read back. */
@Injectable()
export class CommitService {
  constructor(
    private readonly database: Database,
    private readonly repositories: RepositoryService,
    private readonly refs: RefRepository,
    private readonly writer: CommitWriter,
    private readonly revisions: RevisionService,
    private readonly assets: AssetService,
    private readonly profiles: ProfileService,
    private readonly trees: Trees,
  ) {}

  /**
   * Commits changes of paths onto a branch. Without `expectedHead` the changes are put on whatever is the head when they land;
   * with it, a branch that moved meanwhile refuses them. Needs `write`, and `merge` on a protected branch.
   * @throws {BranchMovedError} @throws {NothingToCommitError} @throws {ObjectNotUploadedError} @throws {InvalidInputError}
   */
  async commit(caller: Principal, input: z.input<typeof COMMIT>): Promise<Commit> {
    const {
      repository: name,
      branch,
      message,
      metadata,
      expectedHead,
      changes,
    } = validate(COMMIT, input, 'input');
    const open = await this.openBranch(caller, name, branch);
    const edits = await this.editsOf(open.repository, changes);
    await this.profiles.prepare(edits);
    const subject = subjectOf(caller);
    for (let attempt = 1; ; attempt++) {
      const head = await this.revisions.get(
        open.repository,
        (await this.branch(open.repository, branch)).commitId,
      );
      if (expectedHead !== undefined && head.id !== expectedHead)
        throw new BranchMovedError(name, branch, expectedHead, head.id);
      const tree = await this.trees.apply(head.tree, edits);
      if (tree === head.tree) throw new NothingToCommitError(name, branch);
      const commit = this.writer.seal({
        ...{ tree, parents: [head.id], author: subject, committer: subject },
        ...{ committedAt: new Date(), message, metadata },
      });
      if (await this.land(open, branch, head.id, commit, subject, 'commit')) return commit;
      if (attempt === MAX_ATTEMPTS) throw new BranchMovedError(name, branch, head.id, undefined);
    }
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
    const open = await this.openBranch(caller, name, branch);
    const edits = await this.editsOf(open.repository, changes);
    await this.profiles.prepare(edits);
    const from = parseSha256((await this.branch(open.repository, branch)).commitId);
    const subject = subjectOf(caller);
    const commit = this.writer.seal({
      ...{
        tree: await this.trees.apply(EMPTY_TREE, edits),
        parents: [from],
        author: subject,
        committer: subject,
      },
      ...{ committedAt: new Date(), message, metadata },
    });
    return { open, branch, from, commit };
  }

  /**
   * Writes a commit and moves a branch to it, in one transaction. The objects it needs are stored already.
   * @returns false when the branch was not at `from`; nothing is written then
   */
  async land(
    { repository, asset }: OpenRepository,
    branch: string,
    from: string,
    commit: Commit,
    actor: string,
    reason: string,
  ): Promise<boolean> {
    return this.database.run(async () => {
      await this.writer.insert(repository.id, commit);
      const hasMoved = await this.refs.move(repository.id, branch, from, commit.id, { actor, reason });
      if (hasMoved) await this.assets.announce([asset.id]);
      return hasMoved;
    });
  }

  /** Opens a repository for a move of one branch: `write`, and `merge` when the branch is protected. */
  async openBranch(caller: Principal, name: string, branch: string): Promise<OpenRepository> {
    const open = await this.repositories.open(caller, name, 'write', { branch });
    const ref = await this.branch(open.repository, branch);
    if (ref.isProtected) await this.repositories.open(caller, name, 'merge', { branch });
    return open;
  }

  async branch(repository: Repository, name: string): Promise<Ref> {
    const ref = await this.refs.find(repository.id, 'branch', name);
    if (!ref) throw new NotFoundError('Branch', `${repository.name}@${name}`);
    return ref;
  }

  /** First parents from a revision back, newest first. */
  async log(repository: Repository, revision: string, args: PageArgs): Promise<Page<Commit>> {
    const request = pageRequest<readonly [string]>(args, 1);
    const start = request.after
      ? (await this.revisions.get(repository, request.after[0])).parents[0]
      : revision;
    const commits: Commit[] = [];
    let at = start === undefined ? undefined : await this.revisions.resolve(repository, start);
    while (at && commits.length < request.limit) {
      commits.push(at);
      at = at.parents[0] === undefined ? undefined : await this.revisions.get(repository, at.parents[0]);
    }
    return pageOf(commits, request, (commit) => [commit.id]);
  }

  private async editsOf(
    repository: Repository,
    changes: readonly z.output<typeof CHANGE>[],
  ): Promise<TreeEdit[]> {
    const seen = new Set<string>();
    const digests = changes.flatMap((change) => (change.sha256 === undefined ? [] : [change.sha256]));
    const sizes = await this.repositories.objectSizes(repository, digests);
    return changes.map((change, i) => {
      const field = `input.changes[${i}]`;
      const path = parsePath(change.path, `${field}.path`);
      if (seen.has(path)) throw new InvalidInputError(`${field}.path`, `${path} is named twice`);
      seen.add(path);
      if (change.isDeleted) {
        if (change.sha256 !== undefined)
          throw new InvalidInputError(`${field}.sha256`, 'must be absent when isDeleted is true');
        return { path, entry: undefined };
      }
      if (change.sha256 === undefined)
        throw new InvalidInputError(`${field}.sha256`, 'is required unless isDeleted is true');
      const sha256 = parseSha256(change.sha256, `${field}.sha256`);
      const sizeBytes = sizes.get(sha256);
      if (sizeBytes === undefined) throw new ObjectNotUploadedError(repository.name, path, sha256);
      return {
        path,
        entry: { sha256, sizeBytes, contentType: change.contentType, metadata: change.metadata },
      };
    });
  }
}
