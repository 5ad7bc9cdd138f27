import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import { validate } from '../../platform/index.js';
import type { Operation } from '../operations/operation.js';
import { type OperationContext, OperationRunner } from '../operations/operation-runner.js';
import { OperationService } from '../operations/operation.service.js';
import type { Repository } from '../repositories/repository.js';
import { EMPTY_TREE } from '../trees/index.js';
import { mergeBase } from '../versions/index.js';
import { BranchService } from './branch.service.js';
import { COMMIT_MESSAGE, COMMIT_METADATA } from './commit.service.js';
import { type Combination, Combiner, MERGE_STRATEGY, type MergeReport } from './combiner.js';
import { RevisionService } from './revision.service.js';

/** Conflicts that an operation keeps as its result. */
const MAX_KEPT = 100;

const MERGE = z.object({
  repository: z.string().max(100),
  source: z.string().max(400),
  target: z.string().max(300),
  message: COMMIT_MESSAGE.optional(),
  metadata: COMMIT_METADATA.default({}),
  strategy: MERGE_STRATEGY.default('none'),
});

/** Three-way merges, by path and within files where the repository says how. */
@Injectable()
export class MergeService {
  constructor(
    private readonly branches: BranchService,
    private readonly combiner: Combiner,
    private readonly revisions: RevisionService,
    private readonly operations: OperationService,
    runner: OperationRunner,
  ) {
    runner.handle('merge', (context) => this.run(context));
  }

  /**
   * Merges a revision into a branch. A merge commit is always made, so that the log tells of the merge, unless the target holds
   * the source already. Needs `write` on the target, and `merge` when it is protected.
   * @throws {CheckFailedError} @throws {BranchMovedError} @throws {NotFoundError}
   */
  async merge(caller: Principal, input: z.input<typeof MERGE>): Promise<MergeReport> {
    const parsed = validate(MERGE, input, 'input');
    const open = await this.branches.open(caller, parsed.repository, parsed.target);
    return this.combiner.land(
      caller,
      open,
      parsed.target,
      await this.combination(open.repository, parsed, caller),
    );
  }

  /** The same as an operation, whose result is `{commitId, isNoop}` or `{conflicts, total}`. */
  async start(caller: Principal, input: z.input<typeof MERGE>): Promise<Operation> {
    const parsed = validate(MERGE, input, 'input');
    const { repository } = await this.branches.open(caller, parsed.repository, parsed.target);
    // What is merged is what the source is now.
    const theirs = await this.revisions.resolve(repository, parsed.source, 'input.source');
    return this.operations.start(caller, {
      ...{ kind: 'merge', repositoryId: repository.id },
      input: { ...parsed, source: theirs.id, message: parsed.message ?? messageOf(parsed) },
    });
  }

  private async run(context: OperationContext): Promise<void> {
    const { caller, signal } = context;
    const parsed = MERGE.parse(context.operation.input);
    const open = await this.branches.open(caller, parsed.repository, parsed.target);
    context.progress({ done: 0, step: 'merging' });
    const report = await this.combiner.land(caller, open, parsed.target, {
      ...(await this.combination(open.repository, parsed, caller)),
      together: async (merged) => {
        signal.throwIfAborted();
        await context.succeed(resultOf(merged));
      },
    });
    if (report.kind === 'conflicts' || report.isNoop) await context.succeed(resultOf(report));
  }

  private async combination(
    repository: Repository,
    { source, target, message, metadata, strategy }: z.output<typeof MERGE>,
    caller: Principal,
  ): Promise<Combination> {
    const theirs = await this.revisions.resolve(repository, source, 'input.source');
    const parentsOf = async (id: string) => (await this.revisions.get(repository, id)).parents;
    return {
      ...{ strategy, reason: 'merge' },
      sides: async (ours) => {
        const baseId = await mergeBase(ours.id, theirs.id, parentsOf);
        if (baseId === theirs.id) return 'contained';
        const base = baseId === undefined ? EMPTY_TREE : (await this.revisions.get(repository, baseId)).tree;
        return { base, theirs: theirs.tree };
      },
      commit: (ours) => ({
        ...{ parents: [ours.id, theirs.id], author: subjectOf(caller) },
        ...{ message: message ?? messageOf({ source, target }), metadata },
      }),
    };
  }
}

const messageOf = ({ source, target }: { source: string; target: string }): string =>
  `Merge ${source} into ${target}`;

function resultOf(report: MergeReport): object {
  if (report.kind === 'merged') return { commitId: report.commit.id, isNoop: report.isNoop };
  return { conflicts: report.conflicts.slice(0, MAX_KEPT), total: report.total };
}
