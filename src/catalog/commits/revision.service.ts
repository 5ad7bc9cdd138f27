import { Injectable } from '@nestjs/common';
import { InvalidInputError, NotFoundError } from '../../platform/index.js';
import { CommitCollectedError } from '../gc/garbage-collection.js';
import { RefRepository } from '../refs/ref.repository.js';
import type { Repository } from '../repositories/repository.js';
import { type Commit, parseRevision, type RevisionStart, type RevisionStep } from '../versions/index.js';
import { CommitRepository } from './commit.repository.js';

/** Finds the commit that a revision means. */
@Injectable()
export class RevisionService {
  constructor(
    private readonly refs: RefRepository,
    private readonly commits: CommitRepository,
  ) {}

  /**
   * @param revision a branch, a tag, a commit id or a unique prefix of one, in this order of precedence, with steps like `~2`; see
   *   {@link parseRevision}
   * @throws {NotFoundError} @throws {InvalidInputError}
   */
  async resolve(repository: Repository, revision: string, field = 'revision'): Promise<Commit> {
    const { start, steps } = parseRevision(revision, field);
    let commit = await this.find(repository, start, revision, field);
    for (const step of steps.flatMap(singleSteps)) {
      const parent = commit.parents[step];
      if (parent === undefined) throw new NotFoundError('Revision', `${repository.name}@${revision}`);
      commit = await this.get(repository, parent);
    }
    return commit;
  }

  /** A commit by its whole id. */
  async get(repository: Repository, id: string): Promise<Commit> {
    const commit = await this.commits.find(repository.id, id);
    if (commit) return commit;
    const collectedBy = await this.commits.collectedBy(repository.id, id);
    if (collectedBy !== undefined) throw new CommitCollectedError(repository.name, id, collectedBy);
    throw new NotFoundError('Commit', `${repository.name}@${id}`);
  }

  private async find(
    repository: Repository,
    start: RevisionStart,
    revision: string,
    field: string,
  ): Promise<Commit> {
    if (start.kind === 'commit') return this.get(repository, start.id);
    const name = start.kind === 'head' ? repository.defaultBranch : start.name;
    const ref =
      (await this.refs.find(repository.id, 'branch', name)) ??
      (await this.refs.find(repository.id, 'tag', name));
    if (ref) return this.get(repository, ref.commitId);
    if (start.kind === 'ref' && start.commitPrefix !== undefined) {
      const [commit, another] = await this.commits.findByPrefix(repository.id, start.commitPrefix);
      if (another)
        throw new InvalidInputError(field, `${name} is the start of several commit ids; write more of it`);
      if (commit) return commit;
    }
    throw new NotFoundError('Revision', `${repository.name}@${revision}`);
  }
}

/** Which parent to take, once for each commit to go back. */
function singleSteps(step: RevisionStep): number[] {
  if (step.kind === 'ancestor') return new Array<number>(step.distance).fill(0);
  return step.position === 0 ? [] : [step.position - 1];
}
