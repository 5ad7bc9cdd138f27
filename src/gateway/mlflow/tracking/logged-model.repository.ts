import { Injectable } from '@nestjs/common';
import { criteriaToSql, ordersToSql, type Search, type SearchColumns } from '../../../catalog/index.js';
import { Database } from '../../../platform/index.js';
import type { LoggedModel, LoggedModelStatus } from './logged-model.js';

const MODEL = `g.id, g.experiment_id::text AS "experimentId", g.name, g.model_type AS "modelType",
  g.source_run_id AS "sourceRunId", g.status, g.tags, g.params, g.created_at AS "createdAt", g.updated_at AS "updatedAt",
  g.deleted_at AS "deletedAt"`;
const CREATED = '(extract(epoch FROM g.created_at) * 1000)';
const UPDATED = '(extract(epoch FROM g.updated_at) * 1000)';
const SEARCHED: SearchColumns = {
  text: {
    ...{ name: 'g.name', model_id: 'g.id', model_type: 'g.model_type', status: 'g.status' },
    source_run_id: 'g.source_run_id',
  },
  number: {
    ...{ creation_timestamp: CREATED, creation_time: CREATED },
    ...{ last_updated_timestamp: UPDATED, last_updated_time: UPDATED },
  },
  maps: { tag: 'g.tags', param: 'g.params' },
  metric: (key) =>
    `(SELECT x.value FROM mlflow_metric AS x WHERE x.logged_model_id = g.id AND x.logged_model_id <> '' AND x.key = ${key}
      ORDER BY x.step DESC, x.timestamp DESC, x.value DESC LIMIT 1)`,
};

@Injectable()
export class LoggedModelRepository {
  constructor(private readonly database: Database) {}

  async find(id: string): Promise<LoggedModel | undefined> {
    const [model] = await this.database.query<LoggedModel>(
      `SELECT ${MODEL} FROM mlflow_logged_model AS g WHERE g.id = $1`,
      [id],
    );
    return model;
  }

  async lock(id: string): Promise<LoggedModel | undefined> {
    const [model] = await this.database.query<LoggedModel>(
      `SELECT ${MODEL} FROM mlflow_logged_model AS g WHERE g.id = $1 FOR UPDATE`,
      [id],
    );
    return model;
  }

  search(experimentIds: readonly string[], search: Search): Promise<LoggedModel[]> {
    const { comparisons, orders, limit, offset } = search;
    const parameters: unknown[] = [limit, offset, experimentIds];
    const criteria = criteriaToSql(comparisons, SEARCHED, parameters);
    const order = ordersToSql(orders, SEARCHED, parameters, 'g.created_at DESC, g.id');
    return this.database.query<LoggedModel>(
      `SELECT ${MODEL} FROM mlflow_logged_model AS g
       WHERE g.experiment_id = ANY($3::bigint[]) AND g.deleted_at IS NULL AND ${criteria}
       ORDER BY ${order} LIMIT $1 OFFSET $2`,
      parameters,
    );
  }

  async insert(
    model: Pick<
      LoggedModel,
      'id' | 'experimentId' | 'name' | 'modelType' | 'sourceRunId' | 'tags' | 'params'
    > & {
      readonly createdBy: string;
    },
  ): Promise<void> {
    await this.database.query(
      `INSERT INTO mlflow_logged_model (id, experiment_id, name, model_type, source_run_id, tags, params, created_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        ...[model.id, model.experimentId, model.name, model.modelType, model.sourceRunId],
        ...[JSON.stringify(model.tags), JSON.stringify(model.params), model.createdBy],
      ],
    );
  }

  async update(
    id: string,
    change: {
      readonly status?: LoggedModelStatus;
      readonly tags?: LoggedModel['tags'];
      readonly params?: LoggedModel['params'];
    },
  ): Promise<void> {
    const json = (value: object | undefined): string | null =>
      value === undefined ? null : JSON.stringify(value);
    await this.database.query(
      `UPDATE mlflow_logged_model SET status = coalesce($2, status), tags = coalesce($3, tags),
         params = coalesce($4, params), updated_at = now() WHERE id = $1`,
      [id, change.status ?? null, json(change.tags), json(change.params)],
    );
  }

  async delete(id: string): Promise<void> {
    await this.database.query(
      'UPDATE mlflow_logged_model SET deleted_at = now(), updated_at = now() WHERE id = $1 AND deleted_at IS NULL',
      [id],
    );
  }
}
