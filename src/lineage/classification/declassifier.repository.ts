import { Injectable } from '@nestjs/common';
import { policyColumns } from '../../catalog/index.js';
import { Database, type PageRequest } from '../../platform/index.js';
import { type Plan, planToSql } from '../../policy/index.js';
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

/** Where one stands in a list: whether it ended, 0 or 1, and its id. */
export type DeclassifierKey = readonly [number, string];

const DECLASSIFIER = `d.id, d.kind, a.id AS "assetId", d.column_name AS "column", t.id AS "targetId",
  d.tag, d.reason, d.requested_by AS "requestedBy", d.requested_at AS "requestedAt", d.confirmed_by AS "confirmedBy",
  d.confirmed_at AS "confirmedAt", d.ended_by AS "endedBy", d.ended_at AS "endedAt"`;
/** What names stand for is what they are about. */
const FROM = `FROM declassifier AS d
  JOIN asset AS n ON n.id = d.asset_id JOIN asset AS a ON a.id = coalesce(n.alias_of, n.id)
  LEFT JOIN asset AS m ON m.id = d.target_id LEFT JOIN asset AS t ON t.id = coalesce(m.alias_of, m.id)`;

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

  /** The latest first, ended ones last. @param assetId an end of them @param visible which assets the caller may see: all of their ends */
  list(
    assetId: string | undefined,
    visible: Plan,
    page: PageRequest<DeclassifierKey>,
  ): Promise<Declassifier[]> {
    const [isEnded, id] = page.after ?? [null, null];
    const parameters: unknown[] = [assetId ?? null, isEnded, id, page.limit];
    const mayBeSeen = (alias: string) => planToSql(visible, policyColumns(alias), parameters);
    return this.database.query(
      `SELECT ${DECLASSIFIER} ${FROM}
       WHERE ($1::uuid IS NULL OR $1 IN (a.id, t.id)) AND ${mayBeSeen('a')} AND (t.id IS NULL OR ${mayBeSeen('t')})
         AND ($3::bigint IS NULL OR (d.ended_at IS NOT NULL)::int > $2::int
           OR (d.ended_at IS NOT NULL)::int = $2::int AND d.id < $3::bigint)
       ORDER BY d.ended_at IS NOT NULL, d.id DESC LIMIT $4`,
      parameters,
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
