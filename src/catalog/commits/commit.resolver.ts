import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { RepositoryModel } from '../repositories/repository.model.js';
import type { TreeEntry } from '../trees/index.js';
import type { TreeEntryModel } from '../content/content.model.js';
import {
  type ChangeInput,
  CommitInput,
  CommitModel,
  CommitPage,
  type MergeConflicts,
  type Merged,
  MergeInput,
  MergeResult,
} from './commit.model.js';
import { CommitService } from './commit.service.js';
import { MergeService } from './merge.service.js';
import { RevisionService } from './revision.service.js';

@Resolver(() => RepositoryModel)
export class CommitResolver {
  constructor(
    private readonly commits: CommitService,
    private readonly merges: MergeService,
    private readonly revisions: RevisionService,
  ) {}

  @Access('governed')
  @ResolveField('commit', () => CommitModel, {
    description:
      'The commit of a revision: a branch, a tag, a commit id or 8 and more of its digits, with steps like ~2.',
  })
  commitAt(@Parent() repository: RepositoryModel, @Args('revision') revision: string): Promise<CommitModel> {
    return this.revisions.resolve(repository, revision);
  }

  @Access('governed')
  @ResolveField(() => CommitPage, { description: 'First parents from a revision back, newest first.' })
  log(
    @Parent() repository: RepositoryModel,
    @Args() page: PageArgs,
    @Args('revision', { nullable: true, description: 'The default branch when absent.', type: () => String })
    revision?: string,
  ): Promise<Page<CommitModel>> {
    return this.commits.log(repository, revision ?? repository.defaultBranch, page);
  }

  @Access('governed')
  @Mutation(() => CommitModel, { description: 'Commits changes of paths onto a branch.' })
  commit(@Caller() caller: Principal, @Args('input') input: CommitInput): Promise<CommitModel> {
    return this.commits.commit(caller, {
      ...input,
      metadata: input.metadata ?? undefined,
      expectedHead: input.expectedHead ?? undefined,
      changes: input.changes.map(toChange),
    });
  }

  @Access('governed')
  @Mutation(() => MergeResult, { description: 'Merges a revision into a branch, by path and in three ways.' })
  async merge(
    @Caller() caller: Principal,
    @Args('input') input: MergeInput,
  ): Promise<Merged | MergeConflicts> {
    const report = await this.merges.merge(caller, {
      ...input,
      message: input.message ?? undefined,
      strategy: input.strategy ?? undefined,
    });
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
}

/** GraphQL says null where a client leaves a variable out. */
function toChange({ path, sha256, contentType, metadata, isDeleted }: ChangeInput) {
  return {
    path,
    sha256: sha256 ?? undefined,
    contentType: contentType ?? undefined,
    metadata: metadata ?? undefined,
    isDeleted: isDeleted ?? undefined,
  };
}

function toEntry(path: string, entry: TreeEntry | undefined): TreeEntryModel | undefined {
  return entry && { path, ...entry };
}
