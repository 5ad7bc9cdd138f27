import { Injectable } from '@nestjs/common';
import { CheckService } from '../checks/check.service.js';
import { BranchMovedError } from '../refs/ref.js';
import type { OpenRepository } from '../repositories/repository.service.js';
import { type TreeEdit, Trees } from '../trees/index.js';
import type { Commit } from '../versions/index.js';
import { BranchService } from './branch.service.js';
import { CommitWriter } from './commit-writer.js';
import { NothingToCommitError } from './errors.js';
import { commitsPerLanding } from './metrics.js';

/** A commit that waits for its turn on a branch. */
export interface CommitRequest {
  readonly open: OpenRepository;
  readonly branch: string;
  readonly edits: readonly TreeEdit[];
  readonly author: string;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Refuse when the branch is elsewhere. */
  readonly expectedHead?: string;
}

interface Waiting {
  readonly request: CommitRequest;
  readonly resolve: (commit: Commit) => void;
  readonly reject: (error: unknown) => void;
}

/** Attempts to land on a branch that other processes move at the same time. */
const MAX_ATTEMPTS = 20;
/** Commits that land together: bounds what the last of them waits for. */
const MAX_GROUP = 128;

/**
 * One lane a branch: what arrives while a group lands becomes the next group, and lands as one move of the branch. Each request is a
 * commit of its own; one that is refused does not hold up the others.
 */
@Injectable()
export class CommitLanes {
  private readonly lanes = new Map<string, Waiting[]>();

  constructor(
    private readonly branches: BranchService,
    private readonly writer: CommitWriter,
    private readonly checks: CheckService,
    private readonly trees: Trees,
  ) {}

  /** Resolves when the commit is on its branch. @throws {BranchMovedError} @throws {NothingToCommitError} @throws {CheckFailedError} */
  commit(request: CommitRequest): Promise<Commit> {
    return new Promise((resolve, reject) => {
      const key = `${request.open.repository.id} ${request.branch}`;
      const waiting = this.lanes.get(key);
      const entry = { request, resolve, reject };
      if (waiting !== undefined) {
        waiting.push(entry);
        return;
      }
      const lane = [entry];
      this.lanes.set(key, lane);
      void this.drive(key, lane);
    });
  }

  private async drive(key: string, lane: Waiting[]): Promise<void> {
    // What arrives in the same turn of the event loop joins the first group.
    await new Promise((resolve) => setImmediate(resolve));
    let head: Commit | undefined;
    while (lane.length > 0) {
      const group = lane.splice(0, MAX_GROUP);
      try {
        head = await this.landGroup(group, head);
      } catch (error) {
        head = undefined;
        for (const { reject } of group) reject(error);
      }
    }
    this.lanes.delete(key);
  }

  /**
   * @param seen where the group before left the branch: right unless another process moved it, which landing finds out
   * @returns where the branch is now
   */
  private async landGroup(group: Waiting[], seen: Commit | undefined): Promise<Commit> {
    const { open, branch } = group[0]!.request;
    for (let attempt = 1; ; attempt++) {
      const isGuess = attempt === 1 && seen !== undefined;
      const head = isGuess ? seen : await this.branches.head(open.repository, branch);
      const landed: { readonly waiting: Waiting; readonly commit: Commit }[] = [];
      const refused: { readonly waiting: Waiting; readonly error: unknown }[] = [];
      await this.trees.together(async (trees) => {
        for (const waiting of group) {
          const onto = landed.at(-1)?.commit ?? head;
          await this.seal(trees, waiting.request, onto).then(
            (commit) => landed.push({ waiting, commit }),
            (error: unknown) => refused.push({ waiting, error }),
          );
        }
      });
      const commits = landed.map(({ commit }) => commit);
      // Nobody is refused because of where the branch only may be.
      if (isGuess && refused.length > 0) continue;
      const isLanded =
        commits.length === 0 ||
        (await this.branches.land(open, { branch, from: head.id, commits, reason: 'commit' }));
      if (isLanded) {
        commitsPerLanding.observe(commits.length);
        for (const { waiting, commit } of landed) waiting.resolve(commit);
        for (const { waiting, error } of refused) waiting.reject(error);
        return commits.at(-1) ?? head;
      }
      if (attempt === MAX_ATTEMPTS)
        throw new BranchMovedError(open.repository.name, branch, head.id, undefined);
    }
  }

  private async seal(trees: Trees, request: CommitRequest, onto: Commit): Promise<Commit> {
    const { open, branch, edits, author, message, metadata, expectedHead } = request;
    const { repository } = open;
    if (expectedHead !== undefined && onto.id !== expectedHead)
      throw new BranchMovedError(repository.name, branch, expectedHead, onto.id);
    const tree = await trees.apply(onto.tree, edits);
    if (tree === onto.tree) throw new NothingToCommitError(repository.name, branch);
    const content = {
      ...{ tree, parents: [onto.id], author, committer: author },
      ...{ committedAt: new Date(), message, metadata },
    };
    await this.checks.assertPass(repository, branch, onto, content, trees);
    return this.writer.seal(content);
  }
}
