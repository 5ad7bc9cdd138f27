import { Body, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { ModelMoveService, ModelRegistrationService, ModelVersionService } from '../../../catalog/index.js';
import { Caller, type Principal } from '../../../identity/index.js';
import { validate } from '../../../platform/index.js';
import { versionArtifacts } from '../artifacts/artifact-place.js';
import { KEY, PAGE, pageSize, TAG, TAG_LIST, tagMap, text, whole } from '../http/inputs.js';
import { MlflowController } from '../http/mlflow-controller.js';
import { pageFrom } from '../search/page-token.js';
import { searchOf } from '../search/search-request.js';
import { versionShape } from './registry-shapes.js';
import { VersionSources } from './version-sources.js';

const NAMED = z.object({ name: z.string(), version: whole(1, 2 ** 31 - 1) });
/** Clients send empty texts for what they do not know. */
const OPTIONAL = text(2000)
  .optional()
  .transform((value) => (value === '' ? undefined : value));
const CREATE = z.object({
  name: z.string(),
  source: z.string(),
  run_id: OPTIONAL,
  model_id: OPTIONAL,
  run_link: OPTIONAL,
  description: text(10_000).optional(),
  tags: TAG_LIST,
});
const UPDATE = NAMED.extend({ description: text(10_000).default('') });
const TRANSITION = NAMED.extend({ stage: z.string(), archive_existing_versions: z.boolean().default(false) });
const SET_TAG = NAMED.extend(TAG.shape);
const DELETE_TAG = NAMED.extend({ key: KEY });
const SEARCH = z.object({ ...PAGE, max_results: pageSize(1000) });

/** Versions of registered models, as MLflow's clients speak of them. Source: MLflow, `model_registry.proto`. */
@MlflowController('api/2.0/mlflow/model-versions')
export class ModelVersionsController {
  constructor(
    private readonly versions: ModelVersionService,
    private readonly registration: ModelRegistrationService,
    private readonly moves: ModelMoveService,
    private readonly sources: VersionSources,
  ) {}

  @Post('create')
  @HttpCode(200)
  async create(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const {
      name,
      source,
      run_id: runId,
      model_id: loggedModelId,
      run_link: runLink,
      ...rest
    } = validate(CREATE, body);
    await this.registration.assertMay(caller, name);
    const resolved = await this.sources.resolve(caller, {
      source,
      ...(runId !== undefined && { runId }),
      ...(loggedModelId !== undefined && { loggedModelId }),
    });
    const version = await this.registration.register(caller, {
      ...{ ...resolved, model: name, source, description: rest.description, tags: tagMap(rest.tags) },
      ...(runLink !== undefined && { runLink }),
    });
    return { model_version: versionShape(version) };
  }

  @Get('get')
  async get(@Caller() caller: Principal, @Query() query: unknown): Promise<object> {
    const { name, version } = validate(NAMED, query);
    return { model_version: versionShape(await this.versions.get(caller, name, version)) };
  }

  @Patch('update')
  async update(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { name, version, description } = validate(UPDATE, body);
    return { model_version: versionShape(await this.versions.edit(caller, name, version, { description })) };
  }

  @Delete('delete')
  async delete(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { name, version } = validate(NAMED, body);
    await this.versions.delete(caller, name, version);
    return {};
  }

  @Get('search')
  async search(@Caller() caller: Principal, @Query() query: unknown): Promise<object> {
    const request = validate(SEARCH, query);
    const search = searchOf(request);
    const { page, next } = pageFrom(
      await this.versions.search(caller, search),
      search.offset,
      request.max_results,
    );
    return { model_versions: page.map(versionShape), ...next };
  }

  @Get('get-download-uri')
  async downloadUri(@Caller() caller: Principal, @Query() query: unknown): Promise<object> {
    const { name, version } = validate(NAMED, query);
    const { modelId, number } = await this.versions.get(caller, name, version);
    return { artifact_uri: versionArtifacts(modelId, number) };
  }

  @Post('transition-stage')
  @HttpCode(200)
  async transition(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const {
      name: model,
      version,
      stage,
      archive_existing_versions: archiveExisting,
    } = validate(TRANSITION, body);
    return {
      model_version: versionShape(
        await this.moves.transition(caller, { model, version, stage, archiveExisting }),
      ),
    };
  }

  @Post('set-tag')
  @HttpCode(200)
  async setTag(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { name, version, key, value } = validate(SET_TAG, body);
    await this.versions.edit(caller, name, version, { set: { [key]: value } });
    return {};
  }

  @Delete('delete-tag')
  async deleteTag(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { name, version, key } = validate(DELETE_TAG, body);
    await this.versions.edit(caller, name, version, { remove: [key] });
    return {};
  }
}
