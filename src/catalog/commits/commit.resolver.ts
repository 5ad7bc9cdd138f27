import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { RepositoryModel } from '../repositories/repository.model.js';
import { type ChangeInput, CommitInput, CommitModel, CommitPage } from './commit.model.js';
import { CommitService } from './commit.service.js';
import { LogService } from './log.service.js';
import { RevisionService } from './revision.service.js';

@Resolver(() => RepositoryModel)
export class CommitResolver {
  constructor(
    private readonly commits: CommitService,
    private readonly logs: LogService,
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
    @Caller() caller: Principal,
    @Parent() repository: RepositoryModel,
    @Args() page: PageArgs,
    @Args('revision', { nullable: true, description: 'The default branch when absent.', type: () => String })
    revision?: string,
    @Args('path', {
      nullable: true,
      type: () => String,
      description:
        'Only commits that changed this path, or what is under it when it ends in "/". A page may then have few nodes, or none, and yet a next one.',
    })
    path?: string,
  ): Promise<Page<CommitModel>> {
    return this.logs.log(caller, repository, revision ?? repository.defaultBranch, page, path ?? undefined);
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
}

/** GraphQL says null where a client leaves a variable out. */
export function toChange({ path, sha256, contentType, metadata, isDeleted }: ChangeInput) {
  return {
    path,
    sha256: sha256 ?? undefined,
    contentType: contentType ?? undefined,
    metadata: metadata ?? undefined,
    isDeleted: isDeleted ?? undefined,
  };
}
