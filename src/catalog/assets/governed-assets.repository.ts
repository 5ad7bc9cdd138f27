import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import { type GovernedAsset, type GovernedAssets, type Plan, planToSql } from '../../policy/index.js';
import { policyColumns } from './asset-columns.js';

const COLUMNS = 'a.id, a.namespace, a.kind, a.identity_name AS name, a.tags';

/** Answers the policy room's questions about all assets; names of others are none of their own. */
@Injectable()
export class GovernedAssetRepository implements GovernedAssets {
  constructor(private readonly database: Database) {}

  async count(plans: readonly Plan[]): Promise<readonly number[]> {
    if (plans.length === 0) return [];
    const parameters: unknown[] = [];
    const counts = plans.map(
      (plan) => `count(*) FILTER (WHERE ${planToSql(plan, policyColumns('a'), parameters)})::int`,
    );
    const [row] = await this.database.query<{ counts: number[] }>(
      `SELECT ARRAY[${counts.join(', ')}] AS counts FROM asset AS a WHERE a.alias_of IS NULL`,
      parameters,
    );
    return row!.counts;
  }

  async first(plan: Plan, limit: number): Promise<readonly GovernedAsset[]> {
    const parameters: unknown[] = [limit];
    return this.database.query<GovernedAsset>(
      `SELECT ${COLUMNS} FROM asset AS a WHERE a.alias_of IS NULL AND ${planToSql(plan, policyColumns('a'), parameters)}
       ORDER BY a.identity_name, a.id LIMIT $1`,
      parameters,
    );
  }

  async find(id: string): Promise<GovernedAsset | undefined> {
    const [asset] = await this.database.query<GovernedAsset>(
      `SELECT ${COLUMNS} FROM asset AS named JOIN asset AS a ON a.id = coalesce(named.alias_of, named.id) WHERE named.id = $1`,
      [id],
    );
    return asset;
  }
}
