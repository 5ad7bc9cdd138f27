import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';

/** An asset of which Elasticsearch has not been told yet. */
export interface PendingAsset {
  readonly assetId: string;
  readonly version: string;
}

/**
 * Versions of search documents, and which assets Elasticsearch is behind with: a row for each, however often it changed. A trigger on
 * `search_document` makes them.
 */
@Injectable()
export class PendingRepository {
  constructor(private readonly database: Database) {}

  /** A version greater than all before. To be drawn before the documents are read. */
  async nextVersion(): Promise<number> {
    const [row] = await this.database.query<{ version: string }>(
      "SELECT nextval('search_version') AS version",
    );
    return Number(row!.version);
  }

  /** Those that changed first. */
  first(limit: number): Promise<PendingAsset[]> {
    return this.database.query(
      'SELECT asset_id AS "assetId", version FROM search_pending ORDER BY version LIMIT $1',
      [limit],
    );
  }

  /** Takes out those that have not changed again since they were read; the others wait from now on. */
  async told(assets: readonly PendingAsset[]): Promise<void> {
    await this.database.run(async () => {
      const rows = JSON.stringify(assets);
      // In the order in which changes are noted, so that nobody waits for each other.
      await this.database.query(
        `SELECT 1 FROM search_pending WHERE asset_id = ANY($1) ORDER BY asset_id FOR UPDATE`,
        [assets.map(({ assetId }) => assetId)],
      );
      await this.database.query(
        `DELETE FROM search_pending AS p USING jsonb_to_recordset($1::jsonb) AS r ("assetId" uuid, version bigint)
         WHERE p.asset_id = r."assetId" AND p.version = r.version`,
        [rows],
      );
      await this.database.query(
        `UPDATE search_pending SET since = now()
         WHERE asset_id IN (SELECT "assetId" FROM jsonb_to_recordset($1::jsonb) AS r ("assetId" uuid))`,
        [rows],
      );
    });
  }

  /** How many wait, and for how many milliseconds the first of them. */
  async backlog(): Promise<{ readonly assets: number; readonly ageMs: number }> {
    const [row] = await this.database.query<{ assets: number; ageMs: number }>(
      `SELECT count(*)::int AS assets, coalesce(extract(epoch FROM now() - min(since)) * 1000, 0)::float8 AS "ageMs"
       FROM search_pending`,
    );
    return row!;
  }
}
