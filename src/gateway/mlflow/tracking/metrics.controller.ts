import { Get, Query } from '@nestjs/common';
import { Caller, type Principal } from '../../../identity/index.js';
import { validate } from '../../../platform/index.js';
import { MlflowController } from '../http/mlflow-controller.js';
import { offsetOf, pageFrom } from '../search/page-token.js';
import { HISTORY } from './run-inputs.js';
import { RunService } from './run.service.js';
import { metricShape } from './tracking-shapes.js';

/** Histories of metrics, as MLflow's clients ask for them. */
@MlflowController('api/2.0/mlflow/metrics')
export class MetricsController {
  constructor(private readonly runs: RunService) {}

  @Get('get-history')
  async history(@Caller() caller: Principal, @Query() query: unknown): Promise<object> {
    const { id, metric_key: key, page_token, max_results } = validate(HISTORY, query);
    const offset = offsetOf(page_token);
    const found = await this.runs.history(caller, id, key, { limit: max_results + 1, offset });
    const { page, next } = pageFrom(found, offset, max_results);
    return { metrics: page.map(metricShape), ...next };
  }
}
