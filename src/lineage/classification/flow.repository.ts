import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import { changedSince } from '../graph/memory/rows.js';
import type { Barrier } from './flow/declassifier.js';

/** A classification in force, of an asset or a column. */
export interface HeldTag {
  readonly assetId: string;
  readonly column: string;
  readonly tag: string;
  /** Said of it, and it counts. */
  readonly isOwn: boolean;
  /** Written down that it flows there. */
  readonly isFlowed: boolean;
}

const HELD = `asset_id AS "assetId", column_name AS "column", tag, is_own AS "isOwn", is_flowed AS "isFlowed"`;
const IN_FORCE = 'd.confirmed_at IS NOT NULL AND d.ended_at IS NULL';

/** SQL of what classifications flow from, and of what is written down of where they flow. */
@Injectable()
export class FlowRepository {
  constructor(private readonly database: Database) {}

  /** What can be seen now, as PostgreSQL writes it. */
  async snapshot(): Promise<string> {
    const [row] = await this.database.query<{ snapshot: string }>(
      'SELECT pg_current_snapshot()::text AS snapshot',
    );
    return row!.snapshot;
  }

  /** Assets of which anything changed that a snapshot does not see: of these what they carry may be other. */
  async changedAssets(snapshot: string): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT id FROM asset WHERE ${changedSince('asset', '$1')}`,
      [snapshot],
    );
    return rows.map(({ id }) => id);
  }

  /** @param assetIds all when absent @param tag all when absent */
  held(assetIds?: readonly string[], tag?: string): Promise<HeldTag[]> {
    if (assetIds === undefined) return this.database.query(`SELECT ${HELD} FROM column_tag`);
    return this.database.query(
      `SELECT ${HELD} FROM column_tag WHERE asset_id = ANY($1) AND ($2::text IS NULL OR tag = $2) ORDER BY asset_id, column_name, tag`,
      [assetIds, tag ?? null],
    );
  }

  /** Declassifiers in force, of assets. */
  barriers(): Promise<Barrier[]> {
    return this.database.query(
      `SELECT d.kind, coalesce(a.alias_of, a.id) AS "assetId", d.column_name AS "column", coalesce(t.alias_of, t.id) AS "targetId", d.tag
       FROM declassifier AS d JOIN asset AS a ON a.id = d.asset_id LEFT JOIN asset AS t ON t.id = d.target_id WHERE ${IN_FORCE} ORDER BY d.id`,
    );
  }
}
