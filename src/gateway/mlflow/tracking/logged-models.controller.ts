import { Body, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { Caller, type Principal } from '../../../identity/index.js';
import { InvalidInputError, validate } from '../../../platform/index.js';
import { PAGE, pageSize, TAG_LIST, tagMap, text } from '../http/inputs.js';
import { MlflowController } from '../http/mlflow-controller.js';
import { pageFrom } from '../search/page-token.js';
import { searchOf } from '../search/search-request.js';
import { LOGGED_MODEL_STATUSES, type LoggedModel } from './logged-model.js';
import { LoggedModelService } from './logged-model.service.js';
import { PARAM } from './run-inputs.js';
import { loggedModelShape } from './tracking-shapes.js';

const CREATE = z.object({
  experiment_id: z.string().max(100),
  name: text(500).optional(),
  model_type: text(500).optional(),
  source_run_id: text(100).optional(),
  params: z.array(PARAM).max(1000).default([]),
  tags: TAG_LIST,
});
const FINALIZE = z.object({ status: z.enum(LOGGED_MODEL_STATUSES) });
const PARAMS = z.object({ params: z.array(PARAM).max(1000) });
const ORDER = z.object({ field_name: text(300), ascending: z.boolean().default(true) });
const SEARCH = z.object({
  filter: PAGE.filter,
  page_token: PAGE.page_token,
  experiment_ids: z.array(z.string().max(100)).max(1000).default([]),
  datasets: z.array(z.unknown()).max(100).default([]),
  max_results: pageSize(100),
  order_by: z.array(ORDER).max(10).default([]),
});

/** Logged models, as MLflow's clients speak of them. Source: MLflow, `service.proto`. */
@MlflowController('api/2.0/mlflow/logged-models')
export class LoggedModelsController {
  constructor(private readonly models: LoggedModelService) {}

  @Post()
  @HttpCode(200)
  async create(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { experiment_id, name, model_type, source_run_id, params, tags } = validate(CREATE, body);
    const model = await this.models.create(caller, {
      ...{ experimentId: experiment_id, name: name === '' ? undefined : name, params, tags: tagMap(tags) },
      ...{ modelType: model_type ?? null, sourceRunId: source_run_id ?? null },
    });
    return { model: await this.shape(model) };
  }

  @Post('search')
  @HttpCode(200)
  async search(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { experiment_ids: ids, order_by: orders, datasets, ...request } = validate(SEARCH, body);
    if (datasets.length > 0)
      throw new InvalidInputError(
        'datasets',
        'must be empty: metrics of models are not kept apart by dataset',
      );
    const order_by = orders.map(({ field_name: key, ascending }) => `${key} ${ascending ? 'ASC' : 'DESC'}`);
    const search = searchOf({ ...request, order_by });
    const found = await this.models.search(caller, ids, search);
    const { page, next } = pageFrom(found, search.offset, request.max_results);
    const metrics = await this.models.newestMetrics(page);
    return { models: page.map((model) => loggedModelShape(model, metrics.get(model.id) ?? [])), ...next };
  }

  @Get(':id')
  async get(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query('allow_deleted') allowsDeleted: unknown,
  ): Promise<object> {
    const { model } = await this.models.open(caller, id, 'read', allowsDeleted === 'true');
    return { model: await this.shape(model) };
  }

  @Patch(':id')
  async finalize(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<object> {
    return {
      model: await this.shape(await this.models.setStatus(caller, id, validate(FINALIZE, body).status)),
    };
  }

  @Delete(':id')
  async delete(@Caller() caller: Principal, @Param('id') id: string): Promise<object> {
    await this.models.delete(caller, id);
    return {};
  }

  @Patch(':id/tags')
  async setTags(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<object> {
    const { tags } = validate(z.object({ tags: TAG_LIST }), body);
    return { model: await this.shape(await this.models.setTags(caller, id, tagMap(tags))) };
  }

  @Delete(':id/tags/:key')
  async deleteTag(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Param('key') key: string,
  ): Promise<object> {
    await this.models.removeTag(caller, id, key);
    return {};
  }

  @Post(':id/params')
  @HttpCode(200)
  async addParams(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<object> {
    await this.models.addParams(caller, id, validate(PARAMS, body).params);
    return {};
  }

  private async shape(model: LoggedModel): Promise<object> {
    return loggedModelShape(model, (await this.models.newestMetrics([model])).get(model.id) ?? []);
  }
}
