import { Body, Get, HttpCode, Post, Query } from '@nestjs/common';
import { Caller, type Principal, subjectOf } from '../../../identity/index.js';
import { InvalidInputError, validate } from '../../../platform/index.js';
import { tagMap } from '../http/inputs.js';
import { MlflowController } from '../http/mlflow-controller.js';
import { pageFrom } from '../search/page-token.js';
import { searchOf } from '../search/search-request.js';
import {
  CREATE_RUN,
  DELETE_TAG,
  GET_RUN,
  LOG_BATCH,
  LOG_INPUTS,
  LOG_METRIC,
  LOG_MODEL,
  LOG_OUTPUTS,
  LOG_PARAM,
  metricOf,
  SEARCH_RUNS,
  SET_TAG,
  UPDATE_RUN,
} from './run-inputs.js';
import { RunService } from './run.service.js';
import { runInfoShape, runShape } from './tracking-shapes.js';

/** The tag under which clients look for what was logged. Source: MLflow, `MLFLOW_LOGGED_MODELS`. */
const LOGGED_MODELS_TAG = 'mlflow.log-model.history';

/** Runs, as MLflow's clients speak of them. Source: MLflow, `service.proto`. */
@MlflowController('api/2.0/mlflow/runs')
export class RunsController {
  constructor(private readonly runs: RunService) {}

  @Post('create')
  @HttpCode(200)
  async create(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const {
      experiment_id: experimentId,
      user_id: userId,
      run_name: name,
      start_time,
      tags,
    } = validate(CREATE_RUN, body);
    const run = await this.runs.create(caller, {
      ...{ experimentId, name, tags: tagMap(tags), startTime: start_time ?? Date.now() },
      userId: userId === '' ? subjectOf(caller) : userId,
    });
    return { run: runShape(run, []) };
  }

  @Get('get')
  async get(@Caller() caller: Principal, @Query() query: unknown): Promise<object> {
    const { run } = await this.runs.open(caller, validate(GET_RUN, query).id, 'read');
    return { run: runShape(run, (await this.runs.newestMetrics([run])).get(run.id) ?? []) };
  }

  @Post('update')
  @HttpCode(200)
  async update(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { id, status, end_time: endTime, run_name: name } = validate(UPDATE_RUN, body);
    return { run_info: runInfoShape(await this.runs.update(caller, id, { status, endTime, name })) };
  }

  @Post('search')
  @HttpCode(200)
  async search(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const request = validate(SEARCH_RUNS, body);
    const search = searchOf(request);
    const found = await this.runs.search(caller, request.experiment_ids, request.run_view_type, search);
    const { page, next } = pageFrom(found, search.offset, request.max_results);
    const metrics = await this.runs.newestMetrics(page);
    return { runs: page.map((run) => runShape(run, metrics.get(run.id) ?? [])), ...next };
  }

  @Post('log-metric')
  @HttpCode(200)
  async logMetric(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { id, ...metric } = validate(LOG_METRIC, body);
    await this.runs.log(caller, id, { metrics: [metricOf(metric)] });
    return {};
  }

  @Post('log-parameter')
  @HttpCode(200)
  async logParam(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { id, ...param } = validate(LOG_PARAM, body);
    await this.runs.log(caller, id, { params: [param] });
    return {};
  }

  @Post('set-tag')
  @HttpCode(200)
  async setTag(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { id, key, value } = validate(SET_TAG, body);
    await this.runs.log(caller, id, { tags: { [key]: value } });
    return {};
  }

  @Post('delete-tag')
  @HttpCode(200)
  async deleteTag(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { id, key } = validate(DELETE_TAG, body);
    await this.runs.removeTag(caller, id, key);
    return {};
  }

  @Post('log-batch')
  @HttpCode(200)
  async logBatch(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { id, metrics, params, tags } = validate(LOG_BATCH, body);
    await this.runs.log(caller, id, { metrics: metrics.map(metricOf), params, tags: tagMap(tags) });
    return {};
  }

  @Post('log-model')
  @HttpCode(200)
  async logModel(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { id, model_json: json } = validate(LOG_MODEL, body);
    await this.runs.appendToTag(caller, id, LOGGED_MODELS_TAG, parseModel(json));
    return {};
  }

  @Post('log-inputs')
  @HttpCode(200)
  async logInputs(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { id, datasets, models } = validate(LOG_INPUTS, body);
    await this.runs.link(caller, id, { datasets, modelInputs: models });
    return {};
  }

  @Post('outputs')
  @HttpCode(200)
  async logOutputs(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    const { id, models } = validate(LOG_OUTPUTS, body);
    await this.runs.link(caller, id, { modelOutputs: models });
    return {};
  }

  @Post('delete')
  @HttpCode(200)
  async delete(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    await this.runs.setDeleted(caller, validate(GET_RUN, body).id, true);
    return {};
  }

  @Post('restore')
  @HttpCode(200)
  async restore(@Caller() caller: Principal, @Body() body: unknown): Promise<object> {
    await this.runs.setDeleted(caller, validate(GET_RUN, body).id, false);
    return {};
  }
}

function parseModel(json: string): object {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // told below, with the rule
  }
  throw new InvalidInputError('model_json', 'must be a JSON object');
}
