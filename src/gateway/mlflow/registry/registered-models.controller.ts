import { Body, Delete, Get, HttpCode, Inject, Patch, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  ModelMoveService,
  ModelVersionService,
  type RegisteredModel,
  RegisteredModelService,
  STAGES,
} from '../../../catalog/index.js';
import { Caller, type Principal } from '../../../identity/index.js';
import { CONFIG, type Config, InvalidInputError, validate } from '../../../platform/index.js';
import { KEY, PAGE, pageSize, TAG, TAG_LIST, tagMap, text, whole } from '../http/inputs.js';
import { MlflowController } from '../http/mlflow-controller.js';
import { pageFrom } from '../search/page-token.js';
import { searchOf } from '../search/search-request.js';
import { NAMESPACE_TAG, REPOSITORY_TAG } from '../tracking/experiment.js';
import { modelShape, versionShape } from './registry-shapes.js';

const NAMED = z.object({ name: z.string() });
const CREATE = NAMED.extend({ tags: TAG_LIST, description: text(10_000).optional() });
const UPDATE = NAMED.extend({ description: text(10_000).default('') });
const RENAME = NAMED.extend({ new_name: z.string() });
const SET_TAG = NAMED.extend(TAG.shape);
const DELETE_TAG = NAMED.extend({ key: KEY });
const SEARCH = z.object({ ...PAGE, max_results: pageSize(100) });
const LATEST = NAMED.extend({
  stages: z.union([z.array(z.string()).max(10), z.string().transform((one) => [one])]).default([]),
});
const ALIAS = NAMED.extend({ alias: z.string() });
const SET_ALIAS = ALIAS.extend({ version: whole(1, 2 ** 31 - 1) });

/** Registered models, as MLflow's clients speak of them. Source: MLflow, `model_registry.proto`. */
@MlflowController('api/2.0/mlflow/registered-models')
export class RegisteredModelsController {
  constructor(
    private readonly models: RegisteredModelService,
    private readonly versions: ModelVersionService,
    private readonly moves: ModelMoveService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('create')
  @HttpCode(200)
  async create(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { name, tags, description } = validate(CREATE, body);
    const { [NAMESPACE_TAG]: namespace, [REPOSITORY_TAG]: repository, ...others } = tagMap(tags);
    const place =
      repository !== undefined
        ? { repository, namespace }
        : { namespace: namespace ?? this.config.MLFLOW_NAMESPACE };
    const model = await this.models.create(caller, { name, description, tags: others, ...place });
    return { registered_model: await this.shape(model) };
  }

  @Get('get')
  async get(@Caller() caller: Principal, @Query() query: unknown): Promise<object> {
    const { name } = validate(NAMED, query);
    return { registered_model: await this.shape((await this.models.open(caller, name, 'list')).model) };
  }

  @Patch('update')
  async update(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { name, description } = validate(UPDATE, body);
    return { registered_model: await this.shape(await this.models.describe(caller, name, description)) };
  }

  @Post('rename')
  @HttpCode(200)
  async rename(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { name, new_name: newName } = validate(RENAME, body);
    return { registered_model: await this.shape(await this.models.rename(caller, name, newName)) };
  }

  @Delete('delete')
  async delete(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    await this.models.delete(caller, validate(NAMED, body).name);
    return {};
  }

  @Get('search')
  async search(@Caller() caller: Principal, @Query() query: unknown): Promise<object> {
    const request = validate(SEARCH, query);
    const search = searchOf(request);
    const { page, next } = pageFrom(
      await this.models.search(caller, search),
      search.offset,
      request.max_results,
    );
    const latest = await this.versions.latestOfStages(page.map(({ id }) => id));
    const shapes = page.map((model) =>
      modelShape(
        model,
        latest.filter(({ modelId }) => modelId === model.id),
      ),
    );
    return { registered_models: shapes, ...next };
  }

  @Get('get-latest-versions')
  latest(@Caller() caller: Principal, @Query() query: unknown): Promise<object> {
    return this.latestVersions(caller, query);
  }

  @Post('get-latest-versions')
  @HttpCode(200)
  latestPosted(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    return this.latestVersions(caller, body);
  }

  @Post('set-tag')
  @HttpCode(200)
  async setTag(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { name, key, value } = validate(SET_TAG, body);
    if (key === NAMESPACE_TAG || key === REPOSITORY_TAG)
      throw new InvalidInputError('key', `${key} is set when a model is made, and does not change`);
    await this.models.editTags(caller, name, { set: { [key]: value } });
    return {};
  }

  @Delete('delete-tag')
  async deleteTag(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { name, key } = validate(DELETE_TAG, body);
    await this.models.editTags(caller, name, { remove: [key] });
    return {};
  }

  @Post('alias')
  @HttpCode(200)
  async setAlias(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { name, alias, version } = validate(SET_ALIAS, body);
    await this.moves.setAlias(caller, { model: name, alias, version });
    return {};
  }

  @Delete('alias')
  async deleteAlias(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { name, alias } = validate(ALIAS, body);
    await this.moves.deleteAlias(caller, { model: name, alias });
    return {};
  }

  @Get('alias')
  async getByAlias(@Caller() caller: Principal, @Query() query: unknown): Promise<object> {
    const { name, alias } = validate(ALIAS, query);
    return { model_version: versionShape(await this.versions.getByAlias(caller, name, alias)) };
  }

  private async latestVersions(caller: Principal, input: unknown): Promise<object> {
    const { name, stages } = validate(LATEST, input);
    const { model } = await this.models.open(caller, name, 'list');
    const wanted = new Set((stages.length === 0 ? STAGES : stages).map((stage) => stage.toLowerCase()));
    const known = new Set<string>(STAGES.map((stage) => stage.toLowerCase()));
    for (const stage of wanted)
      if (!known.has(stage))
        throw new InvalidInputError('stages', `must be of ${STAGES.join(', ')}, got ${stage}`);
    const latest = await this.versions.latestOfStages([model.id]);
    return {
      model_versions: latest.filter(({ stage }) => wanted.has(stage.toLowerCase())).map(versionShape),
    };
  }

  private async shape(model: RegisteredModel): Promise<object> {
    return modelShape(model, await this.versions.latestOfStages([model.id]));
  }
}
