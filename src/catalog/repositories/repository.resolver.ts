import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { AssetModel } from '../assets/asset.model.js';
import { AssetService } from '../assets/asset.service.js';
import { CreateRepositoryInput, RepositoryModel, RepositoryPage } from './repository.model.js';
import { RepositoryService } from './repository.service.js';

@Resolver(() => RepositoryModel)
export class RepositoryResolver {
  constructor(
    private readonly repositories: RepositoryService,
    private readonly assets: AssetService,
  ) {}

  @Access('governed')
  @Query(() => RepositoryModel, { description: 'A repository by its name.' })
  async repository(@Caller() caller: Principal, @Args('name') name: string): Promise<RepositoryModel> {
    return (await this.repositories.open(caller, name, 'list')).repository;
  }

  @Access('governed')
  @Query(() => RepositoryPage, {
    name: 'repositories',
    description: 'Repositories by name; what you may not see is absent.',
  })
  listRepositories(
    @Caller() caller: Principal,
    @Args() page: PageArgs,
    @Args('isDeleted', {
      type: () => Boolean,
      defaultValue: false,
      description: 'Those that were deleted and can be had back, instead of the others.',
    })
    isDeleted: boolean,
  ): Promise<Page<RepositoryModel>> {
    return this.repositories.list(caller, page, isDeleted);
  }

  @Access('governed')
  @Mutation(() => RepositoryModel, { description: 'Makes an empty repository.' })
  createRepository(
    @Caller() caller: Principal,
    @Args('input') input: CreateRepositoryInput,
  ): Promise<RepositoryModel> {
    return this.repositories.create(caller, { ...input, description: input.description ?? undefined });
  }

  @Access('governed')
  @Mutation(() => RepositoryModel, {
    description:
      'Makes a repository disappear with all that is in it, until undeleteRepository. Its name stays taken.',
  })
  deleteRepository(@Caller() caller: Principal, @Args('name') name: string): Promise<RepositoryModel> {
    return this.repositories.delete(caller, name);
  }

  @Access('governed')
  @Mutation(() => RepositoryModel, { description: 'Brings a deleted repository back as it was.' })
  undeleteRepository(@Caller() caller: Principal, @Args('name') name: string): Promise<RepositoryModel> {
    return this.repositories.undelete(caller, name);
  }

  @Access('governed')
  @ResolveField(() => AssetModel, { description: 'The catalog entry of what it holds.' })
  asset(@Caller() caller: Principal, @Parent() repository: RepositoryModel): Promise<AssetModel> {
    return this.assets.get(caller, repository.assetId);
  }
}

/** Gives each asset its repository. */
@Resolver(() => AssetModel)
export class AssetRepositoryResolver {
  constructor(private readonly repositories: RepositoryService) {}

  @Access('governed')
  @ResolveField(() => RepositoryModel, {
    nullable: true,
    description: 'Its versioned content, where Cairn keeps it.',
  })
  async repository(@Parent() asset: AssetModel): Promise<RepositoryModel | undefined> {
    return asset.isManaged ? this.repositories.ofAsset(asset.id) : undefined;
  }
}
