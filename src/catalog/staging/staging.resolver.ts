import { Args, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { toChange } from '../commits/commit.resolver.js';
import { toPathChange } from '../content/content.resolver.js';
import { RepositoryModel } from '../repositories/repository.model.js';
import { DiscardStagedInput, StagedChangeModel, StagedChangePage, StageInput } from './staging.model.js';
import { StagingService } from './staging.service.js';

@Resolver(() => RepositoryModel)
export class StagingResolver {
  constructor(private readonly staging: StagingService) {}

  @Access('governed')
  @ResolveField(() => StagedChangePage, {
    description: 'What is staged on a branch and differs from its head, by path.',
  })
  async staged(
    @Caller() caller: Principal,
    @Parent() repository: RepositoryModel,
    @Args() page: PageArgs,
    @Args('branch', { nullable: true, description: 'The default branch when absent.', type: () => String })
    branch?: string,
  ): Promise<Page<StagedChangeModel>> {
    const found = await this.staging.status(
      caller,
      repository.name,
      branch ?? repository.defaultBranch,
      page,
    );
    const nodes = found.nodes.map(({ stagedBy, stagedAt, ...change }) => ({
      ...{ ...toPathChange(repository.id, change), stagedBy, stagedAt },
    }));
    return { nodes, pageInfo: found.pageInfo };
  }

  @Access('governed')
  @Mutation(() => Int, {
    description: 'Stages changes of paths on a branch, for a later commit. @returns how many.',
  })
  async stage(@Caller() caller: Principal, @Args('input') input: StageInput): Promise<number> {
    return (await this.staging.stage(caller, { ...input, changes: input.changes.map(toChange) })).length;
  }

  @Access('governed')
  @Mutation(() => Int, { description: 'Forgets what is staged. @returns how many paths.' })
  discardStaged(@Caller() caller: Principal, @Args('input') input: DiscardStagedInput): Promise<number> {
    return this.staging.discard(caller, { ...input, paths: input.paths ?? undefined });
  }
}
