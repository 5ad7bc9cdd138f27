import { Body, Get, HttpCode, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { Caller, type Principal } from '../../../identity/index.js';
import { InvalidInputError, validate } from '../../../platform/index.js';
import { KEY, PAGE, pageSize, TAG, TAG_LIST, tagMap, text } from '../http/inputs.js';
import { MlflowController } from '../http/mlflow-controller.js';
import { pageFrom } from '../search/page-token.js';
import { searchOf } from '../search/search-request.js';
import { NAMESPACE_TAG } from './experiment.js';
import { ExperimentService } from './experiment.service.js';
import { experimentShape } from './tracking-shapes.js';

const NAME = text(500).refine((name) => name.trim() !== '', 'must not be blank');
const IDENTIFIED = z.object({ experiment_id: z.string().max(100) });
const CREATE = z.object({ name: NAME, artifact_location: z.string().optional(), tags: TAG_LIST });
const SET_TAG = IDENTIFIED.extend(TAG.shape);
const DELETE_TAG = IDENTIFIED.extend({ key: KEY });
export const VIEW = z.enum(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']).default('ACTIVE_ONLY');
const SEARCH = z.object({ ...PAGE, max_results: pageSize(1000), view_type: VIEW });

/** Experiments, as MLflow's clients speak of them. Source: MLflow, `service.proto`. */
@MlflowController('api/2.0/mlflow/experiments')
export class ExperimentsController {
  constructor(private readonly experiments: ExperimentService) {}

  @Post('create')
  @HttpCode(200)
  async create(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { name, artifact_location: location = '', tags } = validate(CREATE, body);
    if (location !== '')
      throw new InvalidInputError(
        'artifact_location',
        'must be absent: Cairn keeps artifacts in a repository of the experiment',
      );
    return { experiment_id: (await this.experiments.create(caller, { name, tags: tagMap(tags) })).id };
  }

  @Get('get')
  async get(@Caller() caller: Principal, @Query() query: unknown): Promise<object> {
    const { experiment_id: id } = validate(IDENTIFIED, query);
    return { experiment: experimentShape((await this.experiments.open(caller, id, 'list')).experiment) };
  }

  @Get('get-by-name')
  async getByName(@Caller() caller: Principal, @Query() query: unknown): Promise<object> {
    const { experiment_name: name } = validate(z.object({ experiment_name: NAME }), query);
    return {
      experiment: experimentShape((await this.experiments.openByName(caller, name, 'list')).experiment),
    };
  }

  @Post('search')
  @HttpCode(200)
  searchPosted(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    return this.find(caller, body);
  }

  @Get('search')
  search(@Caller() caller: Principal, @Query() query: unknown): Promise<object> {
    return this.find(caller, query);
  }

  @Post('update')
  @HttpCode(200)
  async update(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { experiment_id: id, new_name: name } = validate(IDENTIFIED.extend({ new_name: NAME }), body);
    await this.experiments.rename(caller, id, name);
    return {};
  }

  @Post('delete')
  @HttpCode(200)
  async delete(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    await this.experiments.setDeleted(caller, validate(IDENTIFIED, body).experiment_id, true);
    return {};
  }

  @Post('restore')
  @HttpCode(200)
  async restore(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    await this.experiments.setDeleted(caller, validate(IDENTIFIED, body).experiment_id, false);
    return {};
  }

  @Post('set-experiment-tag')
  @HttpCode(200)
  async setTag(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { experiment_id: id, key, value } = validate(SET_TAG, body);
    if (key === NAMESPACE_TAG)
      throw new InvalidInputError('key', `${key} is set when an experiment is made, and does not change`);
    await this.experiments.setTag(caller, id, key, value);
    return {};
  }

  @Post('delete-experiment-tag')
  @HttpCode(200)
  async deleteTag(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { experiment_id: id, key } = validate(DELETE_TAG, body);
    await this.experiments.setTag(caller, id, key, undefined);
    return {};
  }

  private async find(caller: Principal, input: unknown): Promise<object> {
    const request = validate(SEARCH, input);
    const search = searchOf(request);
    const found = await this.experiments.search(caller, request.view_type, search);
    const { page, next } = pageFrom(found, search.offset, request.max_results);
    return { experiments: page.map(experimentShape), ...next };
  }
}
