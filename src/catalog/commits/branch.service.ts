import { Injectable } from '@nestjs/common';
import type { Principal } from '../../identity/index.js';
import { Database, NotFoundError, Outbox } from '../../platform/index.js';
import { AssetService } from '../assets/asset.service.js';
import { CommitCollectedError } from '../gc/garbage-collection.js';
import type { Ref } from '../refs/ref.js';
import { RefRepository } from '../refs/ref.repository.js';
import type { Repository } from '../repositories/repository.js';
import { type OpenRepository, RepositoryService } from '../repositories/repository.service.js';
import type { Commit } from '../versions/index.js';
import { CONTENT_LANDED } from './content-landed.js';
import { CommitWriter } from './commit-writer.js';
import { RevisionService } from './revision.service.js';

/** Commits that are to land on a branch, each the parent of the next; the objects they need are stored. */
export interface Landing {
  readonly branch: string;
  /** Where the branch must be. */
  readonly from: string;
  readonly commits: readonly Commit[];
  /** Subject, for the reflog; of each commit its committer when absent. */
  readonly actor?: string;
  readonly reason: string;
  /** More of the same transaction; throwing undoes all. */
  readonly together?: () => Promise<void>;
}

/** Branches as commits see them: opened for a move, and moved by compare-and-swap. */
@Injectable()
export class BranchService {
  constructor(
    private readonly database: Database,
    private readonly repositories: RepositoryService,
    private readonly refs: RefRepository,
    private readonly writer: CommitWriter,
    private readonly revisions: RevisionService,
    private readonly assets: AssetService,
    private readonly outbox: Outbox,
  ) {}

  /** Opens a repository for a move of one branch: `write`, and `merge` when the branch is protected. */
  async open(caller: Principal, name: string, branch: string): Promise<OpenRepository> {
    const open = await this.repositories.open(caller, name, 'write', { branch });
    const ref = await this.find(open.repository, branch);
    if (ref.isProtected) await this.repositories.open(caller, name, 'merge', { branch });
    return open;
  }

  /** Opens a repository for staging on a branch: `write`, protected or not, as only commits move it. */
  async openToStage(caller: Principal, name: string, branch: string): Promise<OpenRepository> {
    const open = await this.repositories.open(caller, name, 'write', { branch });
    await this.find(open.repository, branch);
    return open;
  }

  /** @throws {NotFoundError} */
  async find(repository: Repository, name: string): Promise<Ref> {
    const ref = await this.refs.find(repository.id, 'branch', name);
    if (!ref) throw new NotFoundError('Branch', `${repository.name}@${name}`);
    return ref;
  }

  /** Its newest commit. @throws {NotFoundError} */
  async head(repository: Repository, name: string): Promise<Commit> {
    return this.revisions.get(repository, (await this.find(repository, name)).commitId);
  }

  /**
   * Writes commits and moves a branch to the last of them, in one transaction.
   * @returns false when the branch was not at `from`; nothing is written then
   */
  async land(
    { repository, asset }: OpenRepository,
    { branch, from, commits, actor, reason, together }: Landing,
  ): Promise<boolean> {
    return this.database.run(async () => {
      const steps = commits.map((commit, i) => ({
        ...{ from: i === 0 ? from : commits[i - 1]!.id, to: commit.id },
        ...{ actor: actor ?? commit.committer, reason },
      }));
      // What is merged may be reached by nothing else.
      const merged = commits.flatMap(({ parents }) => parents.slice(1));
      const collected = merged.length > 0 ? await this.refs.hold(repository.id, merged) : undefined;
      if (collected) throw new CommitCollectedError(repository.name, collected.id, collected.collectedBy);
      if (!(await this.refs.isAt(repository.id, branch, from))) return false;
      const payload = { assetId: asset.id, from, to: commits.at(-1)!.id };
      await Promise.all([
        this.writer.insert(repository.id, commits),
        this.refs.advance(repository.id, branch, steps),
        this.assets.announce([asset.id]),
        this.outbox.append([{ topic: CONTENT_LANDED, orderingKey: asset.id, payload }]),
      ]);
      await together?.();
      return true;
    });
  }
}
