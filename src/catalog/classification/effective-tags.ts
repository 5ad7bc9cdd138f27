import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import { UNCLASSIFIED } from '../../policy/index.js';
import type { ClaimChoice } from './claim.repository.js';

/** A classification that flowed to an asset or a column of it. */
export interface FlowedTag extends ClaimChoice {
  readonly assetId: string;
}

const FLOWED = `jsonb_to_recordset($1::jsonb) AS f ("assetId" uuid, "column" text, tag text)`;

/**
 * What assets and columns carry: what is said of them and counts, and what flows to them. Rows of assets are taken in the order of ids, so
 * that those who write at once wait for each other and sum up what the other wrote.
 */
@Injectable()
export class EffectiveTags {
  constructor(private readonly database: Database) {}

  /** Makes assets carry what counts of the claims about them, in the transaction under way. */
  async settle(assetIds: readonly string[]): Promise<void> {
    if (assetIds.length === 0) return;
    await this.lock(assetIds);
    const changed = await this.database.query<{ id: string }>(
      `WITH own AS (${OWN}), added AS (
         INSERT INTO column_tag AS t (asset_id, column_name, tag, is_own) SELECT asset_id, column_name, tag, true FROM own
         ORDER BY 1, 2, 3 ON CONFLICT (asset_id, column_name, tag) DO UPDATE SET is_own = true WHERE NOT t.is_own RETURNING asset_id
       ), removed AS (
         UPDATE column_tag AS t SET is_own = false WHERE t.asset_id = ANY($1::uuid[]) AND t.is_own AND NOT EXISTS (
           SELECT FROM own WHERE own.asset_id = t.asset_id AND own.column_name = t.column_name AND own.tag = t.tag) RETURNING asset_id
       )
       SELECT asset_id AS id FROM added UNION SELECT asset_id FROM removed`,
      [assetIds],
    );
    await this.forget(assetIds);
    await this.sum(assetIds);
    await this.touch(changed.map(({ id }) => id));
  }

  /**
   * Adds and removes what flows, in the transaction under way.
   * @returns ids of the assets whose list changed
   */
  async flow(added: readonly FlowedTag[], removed: readonly FlowedTag[]): Promise<string[]> {
    const assetIds = [...new Set([...added, ...removed].map(({ assetId }) => assetId))];
    await this.lock(assetIds);
    if (added.length > 0)
      await this.database.query(
        `INSERT INTO column_tag AS t (asset_id, column_name, tag, is_own, is_flowed)
         SELECT f."assetId", f."column", f.tag, false, true FROM ${FLOWED} JOIN asset AS a ON a.id = f."assetId"
         ON CONFLICT (asset_id, column_name, tag) DO UPDATE SET is_flowed = true WHERE NOT t.is_flowed`,
        [JSON.stringify(added)],
      );
    if (removed.length > 0) {
      await this.database.query(
        `UPDATE column_tag AS t SET is_flowed = false FROM ${FLOWED}
         WHERE t.asset_id = f."assetId" AND t.column_name = f."column" AND t.tag = f.tag AND t.is_flowed`,
        [JSON.stringify(removed)],
      );
      await this.forget(assetIds);
    }
    return this.sum(assetIds);
  }

  /** What flowed to the names of assets flows to the assets too, until it is found out whether it does; in the transaction under way. */
  async carryOver(names: readonly string[]): Promise<void> {
    const rows = await this.database.query<{ id: string }>(
      `INSERT INTO column_tag AS t (asset_id, column_name, tag, is_own, is_flowed)
       SELECT DISTINCT n.alias_of, f.column_name, f.tag, false, true FROM asset AS n JOIN column_tag AS f ON f.asset_id = n.id AND f.is_flowed
       WHERE n.id = ANY($1) AND n.alias_of IS NOT NULL ORDER BY 1, 2, 3
       ON CONFLICT (asset_id, column_name, tag) DO UPDATE SET is_flowed = true WHERE NOT t.is_flowed RETURNING asset_id AS id`,
      [names],
    );
    await this.touch(rows.map(({ id }) => id));
  }

  /** Somebody looked for what an asset holds, so that no classification means that there is none. */
  async examined(assetId: string, isExamined = true): Promise<void> {
    await this.database.query(
      `UPDATE asset SET examined_at = CASE WHEN $2 THEN now() END WHERE id = $1 OR alias_of = $1`,
      [assetId, isExamined],
    );
  }

  /** Whoever follows the catalog looks at these again. */
  private async touch(assetIds: readonly string[]): Promise<void> {
    if (assetIds.length > 0)
      await this.database.query('UPDATE asset SET updated_at = now() WHERE id = ANY($1)', [assetIds]);
  }

  private async lock(assetIds: readonly string[]): Promise<void> {
    await this.database.query('SELECT 1 FROM asset WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE', [
      assetIds,
    ]);
  }

  private async forget(assetIds: readonly string[]): Promise<void> {
    await this.database.query(
      'DELETE FROM column_tag WHERE asset_id = ANY($1) AND NOT is_own AND NOT is_flowed',
      [assetIds],
    );
  }

  private async sum(assetIds: readonly string[]): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `WITH s AS MATERIALIZED (
         SELECT a.id, coalesce(
           (SELECT array_agg(DISTINCT t.tag) FROM column_tag AS t WHERE t.asset_id = a.id),
           CASE WHEN a.examined_at IS NULL AND NOT EXISTS (
             SELECT FROM asset AS n WHERE n.alias_of = a.id AND n.examined_at IS NOT NULL) THEN ARRAY[$2] ELSE '{}'::text[] END) AS tags
         FROM asset AS a WHERE a.id = ANY($1)
       )
       UPDATE asset AS a SET tags = s.tags, updated_at = now() FROM s WHERE a.id = ANY($1) AND a.id = s.id AND a.tags <> s.tags RETURNING a.id`,
      [assetIds, UNCLASSIFIED],
    );
    return rows.map(({ id }) => id);
  }
}

/** What counts of what is said of assets $1 and of all their names. */
const OWN = `SELECT DISTINCT r.id AS asset_id, c.column_name, c.tag FROM unnest($1::uuid[]) AS r (id)
  CROSS JOIN LATERAL (SELECT r.id UNION ALL SELECT n.id FROM asset AS n WHERE n.alias_of = r.id) AS n (id)
  JOIN classification AS c ON c.asset_id = n.id AND c.is_effective`;
