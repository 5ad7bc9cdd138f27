import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  criteriaToSql,
  ordersToSql,
  policyColumns,
  type Search,
  type SearchColumns,
} from '../../../catalog/index.js';
import { Database } from '../../../platform/index.js';
import { type Plan, planToSql } from '../../../policy/index.js';
import { type Experiment, type LifecycleView, lifecycleSql } from './experiment.js';

const EXPERIMENT = `e.id::text, e.name, e.repository_id AS "repositoryId", r.name AS repository, a.namespace, e.tags,
  e.created_at AS "createdAt", e.updated_at AS "updatedAt", e.deleted_at AS "deletedAt"`;
const FROM = `mlflow_experiment AS e JOIN repository AS r ON r.id = e.repository_id AND r.deleted_at IS NULL
  JOIN asset AS a ON a.id = r.asset_id`;
const SEARCHED: SearchColumns = {
  text: { name: 'e.name', experiment_id: 'e.id::text' },
  number: {
    creation_time: '(extract(epoch FROM e.created_at) * 1000)',
    last_update_time: '(extract(epoch FROM e.updated_at) * 1000)',
  },
  maps: { tag: 'e.tags' },
};

@Injectable()
export class ExperimentRepository {
  constructor(private readonly database: Database) {}

  async find(id: string): Promise<Experiment | undefined> {
    const [found] = await this.database.query<Experiment>(
      `SELECT ${EXPERIMENT} FROM ${FROM} WHERE e.id = $1`,
      [id],
    );
    return found;
  }

  async findByName(name: string): Promise<Experiment | undefined> {
    const [found] = await this.database.query<Experiment>(
      `SELECT ${EXPERIMENT} FROM ${FROM} WHERE e.name = $1`,
      [name],
    );
    return found;
  }

  search(visible: Plan, view: LifecycleView, search: Search): Promise<Experiment[]> {
    const { comparisons, orders, limit, offset } = search;
    const parameters: unknown[] = [limit, offset];
    const predicate = planToSql(visible, policyColumns('a'), parameters);
    const criteria = criteriaToSql(comparisons, SEARCHED, parameters);
    const order = ordersToSql(orders, SEARCHED, parameters, 'e.created_at DESC, e.id DESC');
    return this.database.query<Experiment>(
      `SELECT ${EXPERIMENT} FROM ${FROM}
       WHERE ${lifecycleSql(view, 'e.deleted_at')} AND ${predicate} AND ${criteria} ORDER BY ${order} LIMIT $1 OFFSET $2`,
      parameters,
    );
  }

  /** Those of `ids` that the plan shows. */
  async shown(visible: Plan, ids: readonly string[]): Promise<string[]> {
    const parameters: unknown[] = [ids];
    const predicate = planToSql(visible, policyColumns('a'), parameters);
    const rows = await this.database.query<{ id: string }>(
      `SELECT e.id::text FROM ${FROM} WHERE e.id = ANY($1::bigint[]) AND ${predicate}`,
      parameters,
    );
    return rows.map(({ id }) => id);
  }

  /** @param id of its own for the default one; else any number, since one in order would count those of others @returns its id */
  async insert(experiment: {
    readonly id?: string;
    readonly name: string;
    readonly repositoryId: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly createdBy: string;
  }): Promise<string> {
    const { id = String(randomInt(10 ** 14, 2 ** 48 - 1)), name, repositoryId, tags, createdBy } = experiment;
    const [row] = await this.database.query<{ id: string }>(
      `INSERT INTO mlflow_experiment (id, name, repository_id, tags, created_by)
       VALUES ($1, $2, $3, $4, $5) RETURNING id::text`,
      [id, name, repositoryId, JSON.stringify(tags), createdBy],
    );
    return row!.id;
  }

  async rename(id: string, name: string): Promise<void> {
    await this.database.query('UPDATE mlflow_experiment SET name = $2, updated_at = now() WHERE id = $1', [
      id,
      name,
    ]);
  }

  async setTag(id: string, key: string, value: string | undefined): Promise<void> {
    await this.database.query(
      `UPDATE mlflow_experiment SET updated_at = now(),
         tags = CASE WHEN $3::text IS NULL THEN tags - $2::text ELSE tags || jsonb_build_object($2::text, $3::text) END
       WHERE id = $1`,
      [id, key, value ?? null],
    );
  }

  async setDeleted(id: string, isDeleted: boolean): Promise<void> {
    await this.database.query(
      'UPDATE mlflow_experiment SET updated_at = now(), deleted_at = CASE WHEN $2 THEN now() END WHERE id = $1',
      [id, isDeleted],
    );
  }
}
