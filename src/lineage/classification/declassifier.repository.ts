import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { Barrier } from './flow/declassifier.js';

/** A declared place where a classification does not flow on. In force once a second person confirmed it, until somebody ends it. */
export interface Declassifier extends Barrier {
  readonly id: string;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly confirmedBy: string | null;
  readonly confirmedAt: Date | null;
  readonly endedBy: string | null;
  readonly endedAt: Date | null;
}

const DECLASSIFIER = `d.id, d.kind, coalesce(a.alias_of, a.id) AS "assetId", d.column_name AS "column", coalesce(t.alias_of, t.id) AS "targetId",
  d.tag, d.reason, d.requested_by AS "requestedBy", d.requested_at AS "requestedAt", d.confirmed_by AS "confirmedBy",
  d.confirmed_at AS "confirmedAt", d.ended_by AS "endedBy", d.ended_at AS "endedAt"`;
const FROM = `FROM declassifier AS d JOIN asset AS a ON a.id = d.asset_id LEFT JOIN asset AS t ON t.id = d.target_id`;

/** SQL of declassifiers. */
@Injectable()
export class DeclassifierRepository {
  constructor(private readonly database: Database) {}

  /** @returns its id */
  async add(barrier: Barrier, reason: string, requestedBy: string): Promise<string> {
    const { kind, assetId, column, targetId, tag } = barrier;
    const [row] = await this.database.query<{ id: string }>(
      `INSERT INTO declassifier (kind, asset_id, column_name, target_id, tag, reason, requested_by) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
      [kind, assetId, column, targetId, tag, reason, requestedBy],
    );
    return row!.id;
  }

  async find(id: string): Promise<Declassifier | undefined> {
    const [row] = await this.database.query<Declassifier>(`SELECT ${DECLASSIFIER} ${FROM} WHERE d.id = $1`, [
      id,
    ]);
    return row;
  }

  /** Of which an asset is an end, or all; those that ended last. @param limit at most so many, the latest first */
  list(assetId: string | undefined, limit: number): Promise<Declassifier[]> {
    return this.database.query(
      `SELECT ${DECLASSIFIER} ${FROM} WHERE $1::uuid IS NULL OR $1 IN (coalesce(a.alias_of, a.id), coalesce(t.alias_of, t.id))
       ORDER BY d.ended_at IS NOT NULL, d.id DESC LIMIT $2`,
      [assetId ?? null, limit],
    );
  }

  async countOpen(requestedBy: string): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM declassifier WHERE requested_by = $1 AND ended_at IS NULL',
      [requestedBy],
    );
    return row!.count;
  }

  /** @returns whether it waited for that */
  async confirm(id: string, by: string): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE declassifier SET confirmed_by = $2, confirmed_at = now()
       WHERE id = $1 AND confirmed_at IS NULL AND ended_at IS NULL AND requested_by <> $2 RETURNING 1`,
      [id, by],
    );
    return rows.length > 0;
  }

  /** @returns whether it had not ended */
  async end(id: string, by: string): Promise<boolean> {
    const rows = await this.database.query(
      'UPDATE declassifier SET ended_by = $2, ended_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING 1',
      [id, by],
    );
    return rows.length > 0;
  }
}
