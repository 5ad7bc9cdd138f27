import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import { Database, NotFoundError, validate } from '../../platform/index.js';
import type { Operation } from '../operations/operation.js';
import { type OperationContext, OperationRunner } from '../operations/operation-runner.js';
import { OperationService } from '../operations/operation.service.js';
import { BranchMovedError } from '../refs/ref.js';
import type { OpenRepository } from '../repositories/repository.service.js';
import { commitKey } from '../staging/commit-key.js';
import { StagingRepository } from '../staging/staging.repository.js';
import type { Commit } from '../versions/index.js';
import { BranchService } from './branch.service.js';
import { COMMIT_MESSAGE, COMMIT_METADATA } from './commit.service.js';
import { NothingToCommitError } from './errors.js';
import { StagedTree } from './staged-tree.js';

const COMMIT_STAGED = z.object({
  repository: z.string().max(100),
  branch: z.string().max(300),
  message: COMMIT_MESSAGE,
  metadata: COMMIT_METADATA.default({}),
  expectedHead: z.string().optional(),
});

/** What the operation is told. */
const INPUT = COMMIT_STAGED.extend({
  /** The youngest area that is part of it: what is staged later is not. */
  throughArea: z.string().regex(/^\d+$/),
});

const MAX_ATTEMPTS = 20;

/** Commits of all that is staged on a branch, as operations. */
@Injectable()
export class StagedCommitService {
  constructor(
    private readonly database: Database,
    private readonly branches: BranchService,
    private readonly staging: StagingRepository,
    private readonly operations: OperationService,
    private readonly tree: StagedTree,
    runner: OperationRunner,
  ) {
    runner.handle('commit', (context) => this.run(context));
  }

  /**
   * Begins a commit of what is staged on a branch now; later changes are for the next one. Needs `write`, and `merge` on a protected
   * branch.
   * @returns its operation, whose result is `{commitId}`
   * @throws {NothingToCommitError} nothing is staged
   */
  async start(caller: Principal, input: z.input<typeof COMMIT_STAGED>): Promise<Operation> {
    const parsed = validate(COMMIT_STAGED, input, 'input');
    const { repository: name, branch } = parsed;
    const { repository } = await this.branches.open(caller, name, branch);
    return this.database.run(async () => {
      const throughArea = await this.staging.seal(repository.id, branch);
      if (throughArea === undefined) throw new NothingToCommitError(name, branch);
      return this.operations.start(caller, {
        ...{ kind: 'commit', repositoryId: repository.id, serialKey: commitKey(repository.id, branch) },
        input: { ...parsed, throughArea },
      });
    });
  }

  private async run(context: OperationContext): Promise<void> {
    const input = INPUT.parse(context.operation.input);
    const { repository: name, branch, throughArea, expectedHead } = input;
    const open = await this.branches.open(context.caller, name, branch);
    const all = await this.staging.areas(open.repository.id, branch);
    const areas = all.filter((id) => BigInt(id) <= BigInt(throughArea));
    if (areas.length === 0) throw new NothingToCommitError(name, branch);
    let built: { readonly onto: Commit; readonly tree: Commit['tree'] } | undefined;
    for (let attempt = 1; ; attempt++) {
      const head = await this.branches.head(open.repository, branch);
      if (expectedHead !== undefined && head.id !== expectedHead)
        throw new BranchMovedError(name, branch, expectedHead, head.id);
      const tree: Commit['tree'] =
        built === undefined
          ? await this.tree.build(context, areas, head)
          : await this.tree.rebase(built.onto, built.tree, head);
      context.signal.throwIfAborted();
      built = { onto: head, tree };
      if (await this.land(context, open, input, areas, head, tree)) return;
      if (attempt === MAX_ATTEMPTS) throw new BranchMovedError(name, branch, head.id, undefined);
    }
  }

  private async land(
    context: OperationContext,
    open: OpenRepository,
    { repository: name, branch, message, metadata }: z.output<typeof INPUT>,
    areas: readonly string[],
    head: Commit,
    tree: Commit['tree'],
  ): Promise<boolean> {
    if (tree === head.tree) {
      // What is staged is there already: it need not be kept.
      await this.staging.close(areas);
      throw new NothingToCommitError(name, branch);
    }
    const commit = await this.tree.seal(open, branch, head, {
      ...{ tree, parents: [head.id], committedAt: new Date(), message, metadata },
      ...{ author: subjectOf(context.caller), committer: subjectOf(context.caller) },
    });
    return this.branches.land(open, {
      ...{ branch, from: head.id, commits: [commit], reason: 'commit' },
      together: async () => {
        if ((await this.staging.close(areas)) !== areas.length)
          throw new NotFoundError('Staged changes of', branch);
        await context.succeed({ commitId: commit.id });
      },
    });
  }
}
