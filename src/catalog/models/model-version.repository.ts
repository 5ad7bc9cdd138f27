import { Injectable } from '@nestjs/common';
import { Database, type PageRequest } from '../../platform/index.js';
import { type Plan, planToSql } from '../../policy/index.js';
import { policyColumns } from '../assets/asset-columns.js';
import { criteriaToSql, ordersToSql, type Search, type SearchColumns } from './criteria.js';
import type { ModelVersion, Stage, Tags } from './registered-model.js';

const VERSION = `v.model_id AS "modelId", m.name AS model, v.number, r.name AS repository, r.asset_id AS "assetId",
  v.commit_id AS "commitId", v.path, v.description, v.tags, v.stage,
  ARRAY(SELECT l.alias FROM model_alias AS l WHERE l.model_id = v.model_id AND l.number = v.number ORDER BY l.alias) AS aliases,
  v.run_id AS "runId", v.run_link AS "runLink", v.logged_model_id AS "loggedModelId", v.source, v.metrics, v.params,
  v.created_by AS "createdBy", v.created_at AS "createdAt", v.updated_at AS "updatedAt"`;
const FROM = `model_version AS v JOIN registered_model AS m ON m.id = v.model_id AND m.deleted_at IS NULL
  JOIN repository AS r ON r.id = v.repository_id AND r.deleted_at IS NULL JOIN asset AS a ON a.id = r.asset_id`;

const SEARCHED: SearchColumns = {
  text: { name: 'm.name', run_id: 'v.run_id', source_path: 'v.source' },
  number: {
    version_number: 'v.number',
    creation_timestamp: '(extract(epoch FROM v.created_at) * 1000)',
    last_updated_timestamp: '(extract(epoch FROM v.updated_at) * 1000)',
  },
  maps: { tag: 'v.tags' },
};

/** A version that is about to get its number. */
export type NewVersion = Pick<
  ModelVersion,
  | 'commitId'
  | 'path'
  | 'description'
  | 'tags'
  | 'runId'
  | 'runLink'
  | 'loggedModelId'
  | 'source'
  | 'metrics'
  | 'params'
  | 'createdBy'
>;

@Injectable()
export class ModelVersionRepository {
  constructor(private readonly database: Database) {}

  async find(modelId: string, number: number): Promise<ModelVersion | undefined> {
    const [version] = await this.database.query<ModelVersion>(
      `SELECT ${VERSION} FROM ${FROM} WHERE v.model_id = $1 AND v.number = $2 AND v.deleted_at IS NULL`,
      [modelId, number],
    );
    return version;
  }

  /** Newest first. */
  list(modelId: string, page: PageRequest<readonly [number]>): Promise<ModelVersion[]> {
    return this.database.query<ModelVersion>(
      `SELECT ${VERSION} FROM ${FROM}
       WHERE v.model_id = $1 AND v.deleted_at IS NULL AND v.number < $2 ORDER BY v.number DESC LIMIT $3`,
      [modelId, page.after?.[0] ?? 2 ** 31 - 1, page.limit],
    );
  }

  /** The newest of each stage, by stage, of each model. */
  latestOfStages(modelIds: readonly string[]): Promise<ModelVersion[]> {
    return this.database.query<ModelVersion>(
      `SELECT DISTINCT ON (v.model_id, v.stage) ${VERSION} FROM ${FROM}
       WHERE v.model_id = ANY($1) AND v.deleted_at IS NULL ORDER BY v.model_id, v.stage, v.number DESC`,
      [modelIds],
    );
  }

  search(visible: Plan, { comparisons, orders, limit, offset }: Search): Promise<ModelVersion[]> {
    const parameters: unknown[] = [limit, offset];
    const predicate = planToSql(visible, policyColumns('a'), parameters);
    const criteria = criteriaToSql(comparisons, SEARCHED, parameters);
    const order = ordersToSql(orders, SEARCHED, parameters, 'm.name, v.number DESC');
    return this.database.query<ModelVersion>(
      `SELECT ${VERSION} FROM ${FROM}
       WHERE v.deleted_at IS NULL AND ${predicate} AND ${criteria} ORDER BY ${order} LIMIT $1 OFFSET $2`,
      parameters,
    );
  }

  /** Gives a version the next number of its model, in the transaction under way. @returns undefined when the model is gone */
  async insert(modelId: string, version: NewVersion): Promise<number | undefined> {
    const [next] = await this.database.query<{ number: number; repositoryId: string }>(
      `UPDATE registered_model SET last_version = last_version + 1, updated_at = now() WHERE id = $1 AND deleted_at IS NULL
       RETURNING last_version AS number, repository_id AS "repositoryId"`,
      [modelId],
    );
    if (next === undefined) return undefined;
    await this.database.query(
      `INSERT INTO model_version (model_id, number, repository_id, commit_id, path, description, tags, run_id, run_link,
         logged_model_id, source, metrics, params, created_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      [
        ...[modelId, next.number, next.repositoryId, version.commitId, version.path, version.description],
        ...[
          JSON.stringify(version.tags),
          version.runId,
          version.runLink,
          version.loggedModelId,
          version.source,
        ],
        ...[JSON.stringify(version.metrics), JSON.stringify(version.params), version.createdBy],
      ],
    );
    return next.number;
  }

  async setDescription(modelId: string, number: number, description: string | null): Promise<void> {
    await this.database.query(
      'UPDATE model_version SET description = $3, updated_at = now() WHERE model_id = $1 AND number = $2',
      [modelId, number, description],
    );
  }

  async setTags(modelId: string, number: number, tags: Tags): Promise<void> {
    await this.database.query(
      'UPDATE model_version SET tags = $3, updated_at = now() WHERE model_id = $1 AND number = $2',
      [modelId, number, JSON.stringify(tags)],
    );
  }

  async setStage(modelId: string, number: number, stage: Stage): Promise<void> {
    await this.database.query(
      'UPDATE model_version SET stage = $3, updated_at = now() WHERE model_id = $1 AND number = $2',
      [modelId, number, stage],
    );
  }

  /** Other versions of a stage, by number. */
  async numbersAt(modelId: string, stage: Stage, except: number): Promise<number[]> {
    const rows = await this.database.query<{ number: number }>(
      `SELECT number FROM model_version
       WHERE model_id = $1 AND stage = $2 AND number <> $3 AND deleted_at IS NULL ORDER BY number`,
      [modelId, stage, except],
    );
    return rows.map(({ number }) => number);
  }

  /** The row stays, so that its number is not given again. */
  async delete(modelId: string, number: number): Promise<void> {
    await this.database.query('DELETE FROM model_alias WHERE model_id = $1 AND number = $2', [
      modelId,
      number,
    ]);
    await this.database.query(
      'UPDATE model_version SET deleted_at = now(), updated_at = now() WHERE model_id = $1 AND number = $2',
      [modelId, number],
    );
  }

  /** Repositories that hold one of the commits, by commit, as far as the plan shows them. */
  repositoriesOf(
    visible: Plan,
    commitIds: readonly string[],
  ): Promise<{ commitId: string; repository: string }[]> {
    const parameters: unknown[] = [commitIds];
    const predicate = planToSql(visible, policyColumns('a'), parameters);
    return this.database.query(
      `SELECT c.id AS "commitId", r.name AS repository
       FROM repository AS r JOIN asset AS a ON a.id = r.asset_id
       JOIN commit AS c ON c.repository_id = r.id AND c.id = ANY($1)
       WHERE r.deleted_at IS NULL AND ${predicate} ORDER BY r.name`,
      parameters,
    );
  }
}
