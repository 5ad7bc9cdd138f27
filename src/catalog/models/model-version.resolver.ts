import { Args, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { JsonScalar, type Page, PageArgs } from '../../platform/index.js';
import { TreeEntryModel } from '../content/content.model.js';
import { RepositoryModel } from '../repositories/repository.model.js';
import { RepositoryService } from '../repositories/repository.service.js';
import { ModelFactsService } from './model-facts.service.js';
import {
  CreateModelVersionInput,
  TransitionModelVersionInput,
  UpdateModelVersionInput,
} from './model-inputs.js';
import { ModelMoveService } from './model-move.service.js';
import { ModelRegistrationService } from './model-registration.service.js';
import { ModelVersionService } from './model-version.service.js';
import type { ModelVersion } from './registered-model.js';
import {
  ModelFilePage,
  ModelMetricModel,
  ModelSignatureModel,
  ModelVersionModel,
  RegisteredModelModel,
  TrainingInputModel,
} from './registered-model.model.js';
import { RegisteredModelService } from './registered-model.service.js';
import { tagEdit } from './tag-edit.js';

@Resolver(() => ModelVersionModel)
export class ModelVersionResolver {
  constructor(
    private readonly versions: ModelVersionService,
    private readonly registration: ModelRegistrationService,
    private readonly models: RegisteredModelService,
    private readonly moves: ModelMoveService,
    private readonly facts: ModelFactsService,
    private readonly repositories: RepositoryService,
  ) {}

  @Access('governed')
  @Query(() => ModelVersionModel, { description: 'A version by its number, or by an alias.' })
  modelVersion(
    @Caller() caller: Principal,
    @Args('model') model: string,
    @Args('number', { type: () => Int, nullable: true }) number?: number,
    @Args('alias', { type: () => String, nullable: true }) alias?: string,
  ): Promise<ModelVersionModel> {
    return this.versions.getNamed(caller, model, { number, alias });
  }

  @Access('governed')
  @Mutation(() => ModelVersionModel, {
    description: 'Gives what is at a place of a commit the next number of a model.',
  })
  createModelVersion(
    @Caller() caller: Principal,
    @Args('input') input: CreateModelVersionInput,
  ): Promise<ModelVersionModel> {
    const { model, revision, repository, path, description, tags, runId } = input;
    return this.registration.register(caller, {
      ...{ model, revision, repository: repository ?? undefined, path: path ?? undefined },
      ...{ description: description ?? undefined, tags: tags ?? undefined, runId: runId ?? undefined },
    });
  }

  @Access('governed')
  @Mutation(() => ModelVersionModel, {
    description: 'Changes description or tags; nothing else of a version changes.',
  })
  updateModelVersion(
    @Caller() caller: Principal,
    @Args('input') { model, version, description, tags }: UpdateModelVersionInput,
  ): Promise<ModelVersionModel> {
    const edit = { ...tagEdit(tags, 'input.tags'), ...(description !== undefined && { description }) };
    return this.versions.edit(caller, model, version, edit);
  }

  @Access('governed')
  @Mutation(() => ModelVersionModel, {
    description: 'Takes a version out of the registry. Its number is not given again; its commit stays.',
  })
  deleteModelVersion(
    @Caller() caller: Principal,
    @Args('model') model: string,
    @Args('version', { type: () => Int }) version: number,
  ): Promise<ModelVersionModel> {
    return this.versions.delete(caller, model, version);
  }

  @Access('governed')
  @Mutation(() => ModelVersionModel, {
    description: 'Moves a version to a stage. Needs deploy, with the stage in small letters as environment.',
  })
  transitionModelVersion(
    @Caller() caller: Principal,
    @Args('input') input: TransitionModelVersionInput,
  ): Promise<ModelVersionModel> {
    return this.moves.transition(caller, input);
  }

  @Access('governed')
  @ResolveField(() => RegisteredModelModel)
  async registeredModel(
    @Caller() caller: Principal,
    @Parent() { model }: ModelVersion,
  ): Promise<RegisteredModelModel> {
    return (await this.models.open(caller, model, 'list')).model;
  }

  @Access('governed')
  @ResolveField(() => RepositoryModel)
  async repository(
    @Caller() caller: Principal,
    @Parent() { repository }: ModelVersion,
  ): Promise<RepositoryModel> {
    return (await this.repositories.open(caller, repository, 'list')).repository;
  }

  @Access('governed')
  @ResolveField(() => [ModelMetricModel], {
    description: 'Of the run that it came from, by name. Needs read, as all below.',
  })
  async metrics(@Caller() caller: Principal, @Parent() version: ModelVersion): Promise<ModelMetricModel[]> {
    await this.facts.open(caller, version);
    return Object.entries(version.metrics)
      .map(([name, value]) => ({ name, value }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  @Access('governed')
  @ResolveField(() => JsonScalar, { description: 'Text by key.' })
  async params(@Caller() caller: Principal, @Parent() version: ModelVersion): Promise<object> {
    await this.facts.open(caller, version);
    return version.params;
  }

  @Access('governed')
  @ResolveField(() => ModelSignatureModel, {
    nullable: true,
    description: 'Of its MLmodel file, else of its only ONNX file.',
  })
  async signature(
    @Caller() caller: Principal,
    @Parent() version: ModelVersion,
  ): Promise<ModelSignatureModel | undefined> {
    return (await this.facts.facts(caller, version)).signature;
  }

  @Access('governed')
  @ResolveField(() => [TrainingInputModel], {
    description: 'Commits that it was trained on, as its own commit tells.',
  })
  async trainedOn(
    @Caller() caller: Principal,
    @Parent() version: ModelVersion,
  ): Promise<TrainingInputModel[]> {
    return [...(await this.facts.facts(caller, version)).trainedOn];
  }

  @Access('governed')
  @ResolveField(() => ModelFilePage, { description: 'By path, below its own.' })
  async files(
    @Caller() caller: Principal,
    @Parent() version: ModelVersion,
    @Args() page: PageArgs,
  ): Promise<Page<TreeEntryModel>> {
    return this.facts.files(caller, version, page);
  }

  @Access('governed')
  @ResolveField(() => String, {
    description: 'A model card in Markdown, from facts alone; what is not known, it says so.',
  })
  card(@Caller() caller: Principal, @Parent() version: ModelVersion): Promise<string> {
    return this.facts.card(caller, version);
  }
}
