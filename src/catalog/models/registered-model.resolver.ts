import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { AssetModel } from '../assets/asset.model.js';
import { AssetService } from '../assets/asset.service.js';
import { RepositoryModel } from '../repositories/repository.model.js';
import { RepositoryService } from '../repositories/repository.service.js';
import {
  CreateRegisteredModelInput,
  DeleteModelAliasInput,
  SetModelAliasInput,
  UpdateRegisteredModelInput,
} from './model-inputs.js';
import { ModelMoveService } from './model-move.service.js';
import { ModelVersionService } from './model-version.service.js';
import {
  ModelMoveModel,
  ModelMovePage,
  ModelVersionModel,
  ModelVersionPage,
  RegisteredModelModel,
  RegisteredModelPage,
} from './registered-model.model.js';
import { RegisteredModelService } from './registered-model.service.js';
import { tagEdit } from './tag-edit.js';

@Resolver(() => RegisteredModelModel)
export class RegisteredModelResolver {
  constructor(
    private readonly models: RegisteredModelService,
    private readonly versions: ModelVersionService,
    private readonly moves: ModelMoveService,
    private readonly assets: AssetService,
    private readonly repositories: RepositoryService,
  ) {}

  @Access('governed')
  @Query(() => RegisteredModelModel, { description: 'A registered model by its name.' })
  async registeredModel(
    @Caller() caller: Principal,
    @Args('name') name: string,
  ): Promise<RegisteredModelModel> {
    return (await this.models.open(caller, name, 'list')).model;
  }

  @Access('governed')
  @Query(() => RegisteredModelPage, {
    description: 'Registered models by name; what you may not see is absent.',
  })
  registeredModels(@Caller() caller: Principal, @Args() page: PageArgs): Promise<Page<RegisteredModelModel>> {
    return this.models.list(caller, page);
  }

  @Access('governed')
  @Mutation(() => RegisteredModelModel, {
    description: 'Registers a model, with a new repository or over one that is there.',
  })
  createRegisteredModel(
    @Caller() caller: Principal,
    @Args('input') input: CreateRegisteredModelInput,
  ): Promise<RegisteredModelModel> {
    const { name, namespace, repository, description, tags } = input;
    return this.models.create(caller, {
      ...{ name, namespace: namespace ?? undefined, repository: repository ?? undefined },
      ...{ description: description ?? undefined, tags: tags ?? undefined },
    });
  }

  @Access('governed')
  @Mutation(() => RegisteredModelModel, { description: 'Changes name, description or tags.' })
  updateRegisteredModel(
    @Caller() caller: Principal,
    @Args('input') { name, newName, description, tags }: UpdateRegisteredModelInput,
  ): Promise<RegisteredModelModel> {
    return this.models.update(caller, name, {
      ...(newName !== undefined && newName !== null && { newName }),
      ...(description !== undefined && { description }),
      ...(tags !== undefined && tags !== null && { tags: tagEdit(tags, 'input.tags') }),
    });
  }

  @Access('governed')
  @Mutation(() => RegisteredModelModel, {
    description:
      'Takes a model and its versions out of the registry. Its repository and commits stay; numbers of versions are not given again.',
  })
  deleteRegisteredModel(
    @Caller() caller: Principal,
    @Args('name') name: string,
  ): Promise<RegisteredModelModel> {
    return this.models.delete(caller, name);
  }

  @Access('governed')
  @Mutation(() => ModelVersionModel, {
    description:
      'Points an alias at a version. Needs deploy, with the alias as environment. @returns the version.',
  })
  setModelAlias(
    @Caller() caller: Principal,
    @Args('input') input: SetModelAliasInput,
  ): Promise<ModelVersionModel> {
    return this.moves.setAlias(caller, { ...input, expectedVersion: input.expectedVersion ?? undefined });
  }

  @Access('governed')
  @Mutation(() => RegisteredModelModel, { description: 'Removes an alias. Needs what setting it needs.' })
  deleteModelAlias(
    @Caller() caller: Principal,
    @Args('input') input: DeleteModelAliasInput,
  ): Promise<RegisteredModelModel> {
    return this.moves.deleteAlias(caller, { ...input, expectedVersion: input.expectedVersion ?? undefined });
  }

  @Access('governed')
  @ResolveField(() => AssetModel, { description: 'Its catalog entry: owners, classifications, place.' })
  asset(@Caller() caller: Principal, @Parent() model: RegisteredModelModel): Promise<AssetModel> {
    return this.assets.get(caller, model.assetId);
  }

  @Access('governed')
  @ResolveField(() => RepositoryModel, { description: 'The content of its versions.' })
  async repository(
    @Caller() caller: Principal,
    @Parent() model: RegisteredModelModel,
  ): Promise<RepositoryModel> {
    return (await this.repositories.open(caller, model.repository, 'list')).repository;
  }

  @Access('governed')
  @ResolveField('versions', () => ModelVersionPage, { description: 'Newest first.' })
  listVersions(
    @Parent() model: RegisteredModelModel,
    @Args() page: PageArgs,
  ): Promise<Page<ModelVersionModel>> {
    return this.versions.list(model.id, page);
  }

  @Access('governed')
  @ResolveField('moves', () => ModelMovePage, { description: 'Of aliases and stages, newest first.' })
  listMoves(@Parent() model: RegisteredModelModel, @Args() page: PageArgs): Promise<Page<ModelMoveModel>> {
    return this.models.moves(model.id, page);
  }
}

/** Gives each repository its registered model. */
@Resolver(() => RepositoryModel)
export class RepositoryRegisteredModelResolver {
  constructor(private readonly models: RegisteredModelService) {}

  @Access('governed')
  @ResolveField(() => RegisteredModelModel, {
    nullable: true,
    description: 'The name its versions are registered under.',
  })
  async registeredModel(@Parent() repository: RepositoryModel): Promise<RegisteredModelModel | undefined> {
    return repository.kind === 'model' ? this.models.ofRepository(repository.id) : undefined;
  }
}
