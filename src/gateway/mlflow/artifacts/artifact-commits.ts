import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import {
  commitKey,
  NothingToCommitError,
  OperationService,
  type Repository,
  StagedCommitService,
  ViewService,
} from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { DomainError } from '../../../platform/index.js';
import { branchOf } from './artifact-place.js';

const WAIT_SECONDS = 20;
/** Less than what a request may take. */
const MAX_WAIT_MS = 240_000;
const LOOK_MS = 100;

/** What was staged could not be committed. */
export class ArtifactsNotCommittedError extends DomainError {
  readonly kind = 'conflict';
  constructor(branch: string, reason: string) {
    super(`The artifacts on "${branch}" could not be committed: ${reason}`, { branch, reason });
  }
}

/** Committing takes longer than a request may. It goes on. */
export class ArtifactsPendingError extends DomainError {
  readonly kind = 'unavailable';
  constructor(branch: string) {
    super(`The artifacts on "${branch}" are still being committed. Try again in a while.`, { branch });
  }
}

/** Commits artifacts that MLflow clients staged. */
@Injectable()
export class ArtifactCommits {
  constructor(
    private readonly commits: StagedCommitService,
    private readonly operations: OperationService,
    private readonly views: ViewService,
  ) {}

  /**
   * Commits what is staged for a run or logged model and waits for it; nothing where nothing is. Needs `read`, and `write` if
   * something is.
   * @param id of the run or logged model
   * @throws {NotFoundError} nothing was ever put there
   */
  async commit(
    caller: Principal,
    repository: Repository,
    id: string,
    as: { readonly message: string; readonly metadata: Record<string, string> },
  ): Promise<void> {
    const branch = branchOf(id);
    if ((await this.views.open(caller, repository.name, branch)).areas.length === 0) return;
    const until = Date.now() + MAX_WAIT_MS;
    try {
      const { id: operationId } = await this.commits.start(caller, {
        repository: repository.name,
        branch,
        ...as,
      });
      for (;;) {
        const { state, problem } = await this.operations.get(caller, operationId, WAIT_SECONDS);
        if (state === 'succeeded') break;
        // Staged bytes that are there already, say after a retry, are as good as committed.
        if (state === 'failed' && problem?.code === 'NothingToCommit') break;
        if (state === 'failed' || state === 'cancelled')
          throw new ArtifactsNotCommittedError(branch, problem?.message ?? state);
        if (Date.now() > until) throw new ArtifactsPendingError(branch);
      }
    } catch (error) {
      if (!(error instanceof NothingToCommitError)) throw error;
    }
    // Another request may have sealed it a moment ago.
    while (await this.operations.isBusy(commitKey(repository.id, branch))) {
      if (Date.now() > until) throw new ArtifactsPendingError(branch);
      await sleep(LOOK_MS);
    }
  }
}
