import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { CheckService } from '../checks/check.service.js';
import type { TreeEntryModel } from '../content/content.model.js';
import { OperationModel } from '../operations/operation.model.js';
import { RefModel } from '../refs/ref.model.js';
import { RepositoryModel } from '../repositories/repository.model.js';
import type { TreeEntry } from '../trees/index.js';
import {
  CommitStagedInput,
  type MergeConflicts,
  type Merged,
  MergeInput,
  MergeResult,
  PickInput,
  ResetBranchInput,
  SetChecksInput,
} from './commit.model.js';
import type { MergeReport } from './combiner.js';
import { MergeService } from './merge.service.js';
import { PickService } from './pick.service.js';
import { StagedCommitService } from './staged-commit.service.js';

/** What moves branches beside plain commits. */
@Resolver()
export class LandingResolver {
  constructor(
    private readonly staged: StagedCommitService,
    private readonly merges: MergeService,
    private readonly picks: PickService,
    private readonly checks: CheckService,
  ) {}

  @Access('governed')
  @Mutation(() => OperationModel, {
    description: 'Begins a commit of all that is staged on a branch now. Its result is `{commitId}`.',
  })
  commitStaged(
    @Caller() caller: Principal,
    @Args('input') { metadata, expectedHead, ...input }: CommitStagedInput,
  ): Promise<OperationModel> {
    return this.staged.start(caller, {
      ...input,
      metadata: metadata ?? undefined,
      expectedHead: expectedHead ?? undefined,
    });
  }

  @Access('governed')
  @Mutation(() => MergeResult, { description: 'Merges a revision into a branch, by path and in three ways.' })
  async merge(
    @Caller() caller: Principal,
    @Args('input') input: MergeInput,
  ): Promise<Merged | MergeConflicts> {
    return toResult(await this.merges.merge(caller, toMerge(input)));
  }

  @Access('governed')
  @Mutation(() => OperationModel, {
    description:
      'The same as an operation, for large merges. Its result is `{commitId, isNoop}` or `{conflicts, total}`.',
  })
  startMerge(@Caller() caller: Principal, @Args('input') input: MergeInput): Promise<OperationModel> {
    return this.merges.start(caller, toMerge(input));
  }

  @Access('governed')
  @Mutation(() => MergeResult, { description: 'Commits the opposite of a commit onto a branch.' })
  async revert(
    @Caller() caller: Principal,
    @Args('input') input: PickInput,
  ): Promise<Merged | MergeConflicts> {
    return toResult(await this.picks.revert(caller, toPick(input)));
  }

  @Access('governed')
  @Mutation(() => MergeResult, {
    description: 'Commits the changes of a commit onto a branch; its author stays.',
  })
  async cherryPick(
    @Caller() caller: Principal,
    @Args('input') input: PickInput,
  ): Promise<Merged | MergeConflicts> {
    return toResult(await this.picks.cherryPick(caller, toPick(input)));
  }

  @Access('governed')
  @Mutation(() => RefModel, {
    description: 'Puts a branch at another commit. What it loses by that stays in the reflog.',
  })
  resetBranch(@Caller() caller: Principal, @Args('input') input: ResetBranchInput): Promise<RefModel> {
    return this.picks.reset(caller, { ...input, expectedHead: input.expectedHead ?? undefined });
  }

  @Access('governed')
  @Mutation(() => RepositoryModel, { description: 'Says what commits and merges must pass.' })
  setChecks(@Caller() caller: Principal, @Args('input') input: SetChecksInput): Promise<RepositoryModel> {
    return this.checks.set(caller, input);
  }
}

/** GraphQL says null where a client leaves a variable out. */
function toMerge({ message, metadata, strategy, ...input }: MergeInput) {
  return {
    ...input,
    message: message ?? undefined,
    metadata: metadata ?? undefined,
    strategy: strategy ?? undefined,
  };
}

function toPick({ mainline, message, strategy, ...input }: PickInput) {
  return {
    ...input,
    mainline: mainline ?? undefined,
    message: message ?? undefined,
    strategy: strategy ?? undefined,
  };
}

function toResult(report: MergeReport): Merged | MergeConflicts {
  if (report.kind === 'merged') {
    const { commit, isNoop, content } = report;
    return { commit, isNoop, mergedFiles: content?.files ?? 0, mergedRows: content?.rows ?? 0 };
  }
  const conflicts = report.conflicts.map(({ path, base, ours, theirs, ...rest }) => ({
    ...{ path, ...rest },
    ...{ base: toEntry(path, base), ours: toEntry(path, ours), theirs: toEntry(path, theirs) },
  }));
  return { conflicts, total: report.total };
}

function toEntry(path: string, entry: TreeEntry | undefined): TreeEntryModel | undefined {
  return entry && { path, ...entry };
}
