import { Args, Mutation, ResolveField, Resolver, Parent } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { RepositoryModel } from '../repositories/repository.model.js';
import {
  CreateBranchInput,
  CreateTagInput,
  DeleteBranchInput,
  ProtectBranchInput,
  type ReflogEntryModel,
  ReflogPage,
  RefModel,
  RefPage,
  RefTypeEnum,
} from './ref.model.js';
import type { RefType } from './ref.js';
import { RefService } from './ref.service.js';

@Resolver(() => RepositoryModel)
export class RefResolver {
  constructor(private readonly refs: RefService) {}

  @Access('governed')
  @ResolveField(() => RefPage, { description: 'By name.' })
  branches(@Parent() repository: RepositoryModel, @Args() page: PageArgs): Promise<Page<RefModel>> {
    return this.refs.list(repository, 'branch', page);
  }

  @Access('governed')
  @ResolveField(() => RefPage, { description: 'By name.' })
  tags(@Parent() repository: RepositoryModel, @Args() page: PageArgs): Promise<Page<RefModel>> {
    return this.refs.list(repository, 'tag', page);
  }

  @Access('governed')
  @ResolveField(() => ReflogPage, {
    description: 'Where a branch (or tag) was and is, newest first; also of one that is deleted.',
  })
  reflog(
    @Parent() repository: RepositoryModel,
    @Args() page: PageArgs,
    @Args('name') name: string,
    @Args('type', { type: () => RefTypeEnum, defaultValue: 'branch' }) type: RefType,
  ): Promise<Page<ReflogEntryModel>> {
    return this.refs.reflog(repository, type, name, page);
  }

  @Access('governed')
  @Mutation(() => RefModel, { description: 'Starts a branch at a revision.' })
  createBranch(
    @Caller() caller: Principal,
    @Args('input') { from, ...input }: CreateBranchInput,
  ): Promise<RefModel> {
    return this.refs.create(caller, 'branch', { ...input, revision: from });
  }

  @Access('governed')
  @Mutation(() => RefModel, { description: 'Names a commit for good.' })
  createTag(@Caller() caller: Principal, @Args('input') input: CreateTagInput): Promise<RefModel> {
    return this.refs.create(caller, 'tag', input);
  }

  @Access('governed')
  @Mutation(() => RefModel, { description: 'Deletes a branch; its commits stay.' })
  deleteBranch(@Caller() caller: Principal, @Args('input') input: DeleteBranchInput): Promise<RefModel> {
    return this.refs.deleteBranch(caller, input);
  }

  @Access('governed')
  @Mutation(() => RefModel, { description: 'Protects a branch, or ends its protection.' })
  protectBranch(@Caller() caller: Principal, @Args('input') input: ProtectBranchInput): Promise<RefModel> {
    return this.refs.protect(caller, input);
  }
}
