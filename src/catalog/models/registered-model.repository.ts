import { Injectable } from '@nestjs/common';
import { Database, type PageRequest } from '../../platform/index.js';
import { type Plan, planToSql } from '../../policy/index.js';
import { policyColumns } from '../assets/asset-columns.js';
import { criteriaToSql, ordersToSql, type Search, type SearchColumns } from './criteria.js';
import type { Alias, ModelMove, RegisteredModel, Tags } from './registered-model.js';

const MODEL = `m.id, m.name, m.repository_id AS "repositoryId", r.name AS repository, r.asset_id AS "assetId", a.description, m.tags,
  coalesce((SELECT jsonb_agg(jsonb_build_object('alias', l.alias, 'version', l.number) ORDER BY l.alias)
            FROM model_alias AS l WHERE l.model_id = m.id), '[]') AS aliases,
  m.created_by AS "createdBy", m.created_at AS "createdAt", m.updated_at AS "updatedAt"`;
/** Models whose repository is deleted are gone with it, and come back with it. */
const FROM = `registered_model AS m JOIN repository AS r ON r.id = m.repository_id AND r.deleted_at IS NULL
  JOIN asset AS a ON a.id = r.asset_id`;

const SEARCHED: SearchColumns = {
  text: { name: 'm.name' },
  number: {
    creation_timestamp: '(extract(epoch FROM m.created_at) * 1000)',
    last_updated_timestamp: '(extract(epoch FROM m.updated_at) * 1000)',
  },
  maps: { tag: 'm.tags' },
};

@Injectable()
export class RegisteredModelRepository {
  constructor(private readonly database: Database) {}

  async find(name: string): Promise<RegisteredModel | undefined> {
    const [model] = await this.database.query<RegisteredModel>(
      `SELECT ${MODEL} FROM ${FROM} WHERE m.name = $1 AND m.deleted_at IS NULL`,
      [name],
    );
    return model;
  }

  async findById(id: string): Promise<RegisteredModel | undefined> {
    const [model] = await this.database.query<RegisteredModel>(
      `SELECT ${MODEL} FROM ${FROM} WHERE m.id = $1 AND m.deleted_at IS NULL`,
      [id],
    );
    return model;
  }

  /** One that was deleted and whose name is still its own. */
  async findDeleted(name: string): Promise<RegisteredModel | undefined> {
    const [model] = await this.database.query<RegisteredModel>(
      `SELECT ${MODEL} FROM ${FROM} WHERE m.name = $1 AND m.deleted_at IS NOT NULL`,
      [name],
    );
    return model;
  }

  async findByRepository(repositoryId: string): Promise<RegisteredModel | undefined> {
    const [model] = await this.database.query<RegisteredModel>(
      `SELECT ${MODEL} FROM ${FROM} WHERE m.repository_id = $1 AND m.deleted_at IS NULL`,
      [repositoryId],
    );
    return model;
  }

  /** By name; those whose asset the plan shows. */
  list(visible: Plan, page: PageRequest<readonly [string]>): Promise<RegisteredModel[]> {
    const parameters: unknown[] = [page.after?.[0] ?? '', page.limit];
    const predicate = planToSql(visible, policyColumns('a'), parameters);
    return this.database.query<RegisteredModel>(
      `SELECT ${MODEL} FROM ${FROM}
       WHERE m.name > $1 AND m.deleted_at IS NULL AND ${predicate} ORDER BY m.name LIMIT $2`,
      parameters,
    );
  }

  search(visible: Plan, { comparisons, orders, limit, offset }: Search): Promise<RegisteredModel[]> {
    const parameters: unknown[] = [limit, offset];
    const predicate = planToSql(visible, policyColumns('a'), parameters);
    const criteria = criteriaToSql(comparisons, SEARCHED, parameters);
    const order = ordersToSql(orders, SEARCHED, parameters, 'm.name');
    return this.database.query<RegisteredModel>(
      `SELECT ${MODEL} FROM ${FROM}
       WHERE m.deleted_at IS NULL AND ${predicate} AND ${criteria} ORDER BY ${order} LIMIT $1 OFFSET $2`,
      parameters,
    );
  }

  async insert(model: {
    readonly id: string;
    readonly name: string;
    readonly repositoryId: string;
    readonly tags: Tags;
    readonly createdBy: string;
  }): Promise<void> {
    await this.database.query(
      'INSERT INTO registered_model (id, name, repository_id, tags, created_by) VALUES ($1, $2, $3, $4, $5)',
      [model.id, model.name, model.repositoryId, JSON.stringify(model.tags), model.createdBy],
    );
  }

  /** @returns false when it was there already */
  async revive(id: string, tags: Tags): Promise<boolean> {
    const rows = await this.database.query(
      'UPDATE registered_model SET deleted_at = NULL, tags = $2, updated_at = now() WHERE id = $1 AND deleted_at IS NOT NULL RETURNING 1',
      [id, JSON.stringify(tags)],
    );
    return rows.length > 0;
  }

  /** Keeps others from changing the model, its versions and aliases until the transaction under way ends. @returns false when it is gone */
  async lock(id: string): Promise<boolean> {
    const rows = await this.database.query(
      'SELECT 1 FROM registered_model WHERE id = $1 AND deleted_at IS NULL FOR UPDATE',
      [id],
    );
    return rows.length > 0;
  }

  async rename(id: string, name: string): Promise<void> {
    await this.database.query('UPDATE registered_model SET name = $2, updated_at = now() WHERE id = $1', [
      id,
      name,
    ]);
  }

  /** With all its versions and aliases. */
  async delete(id: string): Promise<void> {
    await this.database.query('DELETE FROM model_alias WHERE model_id = $1', [id]);
    await this.database.query(
      'UPDATE model_version SET deleted_at = now(), updated_at = now() WHERE model_id = $1 AND deleted_at IS NULL',
      [id],
    );
    await this.database.query(
      'UPDATE registered_model SET deleted_at = now(), updated_at = now() WHERE id = $1',
      [id],
    );
  }

  async touch(id: string): Promise<void> {
    await this.database.query('UPDATE registered_model SET updated_at = now() WHERE id = $1', [id]);
  }

  async setTags(id: string, tags: Tags): Promise<void> {
    await this.database.query('UPDATE registered_model SET tags = $2, updated_at = now() WHERE id = $1', [
      id,
      JSON.stringify(tags),
    ]);
  }

  async findAlias(modelId: string, alias: string): Promise<Alias | undefined> {
    const [found] = await this.database.query<Alias>(
      'SELECT alias, number AS version FROM model_alias WHERE model_id = $1 AND alias = $2',
      [modelId, alias],
    );
    return found;
  }

  async setAlias(modelId: string, alias: string, version: number, actor: string): Promise<void> {
    await this.database.query(
      `INSERT INTO model_alias (model_id, alias, number, moved_by) VALUES ($1, $2, $3, $4)
       ON CONFLICT (model_id, alias) DO UPDATE SET number = excluded.number, moved_by = excluded.moved_by, moved_at = now()`,
      [modelId, alias, version, actor],
    );
  }

  async deleteAlias(modelId: string, alias: string): Promise<void> {
    await this.database.query('DELETE FROM model_alias WHERE model_id = $1 AND alias = $2', [modelId, alias]);
  }

  async log(modelId: string, move: Omit<ModelMove, 'id' | 'at'>): Promise<void> {
    await this.database.query(
      'INSERT INTO model_move (model_id, kind, subject, from_value, to_value, actor) VALUES ($1, $2, $3, $4, $5, $6)',
      [modelId, move.kind, move.subject, move.from, move.to, move.actor],
    );
  }

  /** Newest first. */
  moves(modelId: string, page: PageRequest<readonly [string]>): Promise<ModelMove[]> {
    return this.database.query<ModelMove>(
      `SELECT id::text, kind, subject, from_value AS "from", to_value AS "to", actor, at FROM model_move
       WHERE model_id = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY model_move.id DESC LIMIT $3`,
      [modelId, page.after?.[0] ?? null, page.limit],
    );
  }
}
