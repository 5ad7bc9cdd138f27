import { Injectable } from '@nestjs/common';
import { criteriaToSql, ordersToSql, type Search, type SearchColumns } from '../../../catalog/index.js';
import { Database } from '../../../platform/index.js';
import { type LifecycleView, lifecycleSql } from './experiment.js';
import type { Metric, MlflowRun } from './run.js';

const RUN = `u.id, u.experiment_id::text AS "experimentId", u.name, u.user_id AS "userId", u.status,
  u.start_time::float8 AS "startTime", u.end_time::float8 AS "endTime", u.params, u.tags, u.datasets,
  u.model_inputs AS "modelInputs", u.model_outputs AS "modelOutputs", u.created_by AS "createdBy", u.deleted_at AS "deletedAt"`;
/** Columns of a metric of which the newest is wanted: that of the last step. */
const NEWEST = 'step DESC, timestamp DESC, value DESC';
const METRIC = 'key, value, timestamp::float8 AS timestamp, step::float8 AS step';

const SEARCHED: SearchColumns = {
  text: {
    ...{ status: 'u.status', run_id: 'u.id', run_name: 'u.name', user_id: 'u.user_id' },
    experiment_id: 'u.experiment_id::text',
    artifact_uri: `('mlflow-artifacts:/' || u.experiment_id || '/' || u.id || '/artifacts')`,
    ...{ 'run name': 'u.name', 'Run name': 'u.name', 'Run Name': 'u.name' },
  },
  number: {
    ...{ start_time: 'u.start_time', end_time: 'u.end_time' },
    ...{ created: 'u.start_time', Created: 'u.start_time' },
  },
  maps: { tag: 'u.tags', param: 'u.params' },
  metric: (key) =>
    `(SELECT x.value FROM mlflow_metric AS x WHERE x.run_id = u.id AND x.key = ${key} ORDER BY ${NEWEST} LIMIT 1)`,
  datasets: {
    from: 'jsonb_array_elements(u.datasets) AS d',
    fields: {
      ...{ name: `(d #>> '{dataset,name}')`, digest: `(d #>> '{dataset,digest}')` },
      context: `(SELECT t ->> 'value' FROM jsonb_array_elements(d -> 'tags') AS t WHERE t ->> 'key' = 'mlflow.data.context' LIMIT 1)`,
    },
  },
};

/** What of a run changes as a whole. */
export type RunChange = Partial<
  Pick<
    MlflowRun,
    'name' | 'status' | 'endTime' | 'params' | 'tags' | 'datasets' | 'modelInputs' | 'modelOutputs'
  >
>;

@Injectable()
export class RunRepository {
  constructor(private readonly database: Database) {}

  async find(id: string): Promise<MlflowRun | undefined> {
    const [run] = await this.database.query<MlflowRun>(`SELECT ${RUN} FROM mlflow_run AS u WHERE u.id = $1`, [
      id,
    ]);
    return run;
  }

  /** It stays as it is until the transaction under way ends. */
  async lock(id: string): Promise<MlflowRun | undefined> {
    const [run] = await this.database.query<MlflowRun>(
      `SELECT ${RUN} FROM mlflow_run AS u WHERE u.id = $1 FOR UPDATE`,
      [id],
    );
    return run;
  }

  search(experimentIds: readonly string[], view: LifecycleView, search: Search): Promise<MlflowRun[]> {
    const { comparisons, orders, limit, offset } = search;
    const parameters: unknown[] = [limit, offset, experimentIds];
    const criteria = criteriaToSql(comparisons, SEARCHED, parameters);
    const order = ordersToSql(orders, SEARCHED, parameters, 'u.start_time DESC, u.id');
    return this.database.query<MlflowRun>(
      `SELECT ${RUN} FROM mlflow_run AS u
       WHERE u.experiment_id = ANY($3::bigint[]) AND ${lifecycleSql(view, 'u.deleted_at')} AND ${criteria}
       ORDER BY ${order} LIMIT $1 OFFSET $2`,
      parameters,
    );
  }

  async insert(
    run: Pick<MlflowRun, 'id' | 'experimentId' | 'name' | 'userId' | 'startTime' | 'tags' | 'createdBy'>,
  ): Promise<void> {
    await this.database.query(
      `INSERT INTO mlflow_run (id, experiment_id, name, user_id, start_time, tags, created_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        run.id,
        run.experimentId,
        run.name,
        run.userId,
        run.startTime,
        JSON.stringify(run.tags),
        run.createdBy,
      ],
    );
  }

  async update(id: string, change: RunChange): Promise<void> {
    const json = (value: object | undefined): string | null =>
      value === undefined ? null : JSON.stringify(value);
    await this.database.query(
      `UPDATE mlflow_run SET name = coalesce($2, name), status = coalesce($3, status), end_time = coalesce($4, end_time),
         params = coalesce($5, params), tags = coalesce($6, tags), datasets = coalesce($7, datasets),
         model_inputs = coalesce($8, model_inputs), model_outputs = coalesce($9, model_outputs) WHERE id = $1`,
      [
        ...[id, change.name ?? null, change.status ?? null, change.endTime ?? null],
        ...[json(change.params), json(change.tags), json(change.datasets)],
        ...[json(change.modelInputs), json(change.modelOutputs)],
      ],
    );
  }

  async setDeleted(id: string, isDeleted: boolean): Promise<void> {
    await this.database.query(
      'UPDATE mlflow_run SET deleted_at = CASE WHEN $2 THEN now() END WHERE id = $1',
      [id, isDeleted],
    );
  }

  /** One that is there already is not there twice. */
  async addMetrics(runId: string, metrics: readonly Metric[]): Promise<void> {
    if (metrics.length === 0) return;
    await this.database.query(
      `INSERT INTO mlflow_metric (run_id, key, step, timestamp, value, logged_model_id)
       SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::float8[], $6::text[]) ON CONFLICT DO NOTHING`,
      [
        runId,
        metrics.map(({ key }) => key),
        metrics.map(({ step }) => step),
        metrics.map(({ timestamp }) => timestamp),
        metrics.map(({ value }) => String(value)),
        metrics.map(({ loggedModelId }) => loggedModelId ?? ''),
      ],
    );
  }

  /** The newest value of each metric of each run, by key. */
  async newestMetrics(runIds: readonly string[]): Promise<(Metric & { readonly runId: string })[]> {
    return this.database.query(
      `SELECT DISTINCT ON (run_id, key) run_id AS "runId", ${METRIC} FROM mlflow_metric
       WHERE run_id = ANY($1) ORDER BY run_id, key, ${NEWEST}`,
      [runIds],
    );
  }

  /** The newest value of each metric that was logged for a model, by key. */
  async newestMetricsOfModels(
    modelIds: readonly string[],
  ): Promise<(Metric & { readonly runId: string; readonly loggedModelId: string })[]> {
    return this.database.query(
      `SELECT DISTINCT ON (logged_model_id, key) logged_model_id AS "loggedModelId", run_id AS "runId", ${METRIC}
       FROM mlflow_metric WHERE logged_model_id = ANY($1) AND logged_model_id <> '' ORDER BY logged_model_id, key, ${NEWEST}`,
      [modelIds],
    );
  }

  /** All values of a metric, in the order of steps. */
  history(runId: string, key: string, limit: number, offset: number): Promise<Metric[]> {
    return this.database.query<Metric>(
      `SELECT ${METRIC} FROM mlflow_metric WHERE run_id = $1 AND key = $2
       ORDER BY mlflow_metric.step, mlflow_metric.timestamp, value LIMIT $3 OFFSET $4`,
      [runId, key, limit, offset],
    );
  }
}
