import { Injectable } from '@nestjs/common';
import { Database, type PageRequest } from '../../platform/index.js';
import type { Target } from '../overlay/target.js';
import { TAGS_THERE } from '../requests/access-request.repository.js';
import type { Emergency } from './emergency-state.js';

const EMERGENCY = `e.id, e.subject, e.namespace, e.kind, e.name, e.actions, e.reason, e.opened_at AS "openedAt", e.until,
  e.closed_at AS "closedAt", e.closed_by AS "closedBy", e.reviewed_at AS "reviewedAt", e.reviewed_by AS "reviewedBy", e.review,
  ${TAGS_THERE('e')}`;

@Injectable()
export class EmergencyRepository {
  constructor(private readonly database: Database) {}

  async insert({
    target,
    ...row
  }: Pick<Emergency, 'subject' | 'actions' | 'reason' | 'openedAt' | 'until'> & {
    readonly target: Target;
  }): Promise<Emergency> {
    const [made] = await this.database.query<{ id: string }>(
      `INSERT INTO emergency (subject, namespace, kind, name, actions, reason, opened_at, until)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
      [
        ...[row.subject, target.namespace, target.kind, target.name, row.actions, row.reason],
        ...[row.openedAt, row.until],
      ],
    );
    return (await this.find(made!.id))!;
  }

  async find(id: string): Promise<Emergency | undefined> {
    const [row] = await this.database.query<Emergency>(
      `SELECT ${EMERGENCY} FROM emergency AS e WHERE e.id = $1`,
      [id],
    );
    return row;
  }

  /** How many of a subject are open. */
  async countOpen(subject: string): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM emergency WHERE subject = $1 AND closed_at IS NULL AND until > now()',
      [subject],
    );
    return row!.count;
  }

  /** How many wait for their review, and how many are open. */
  async counts(): Promise<{ open: number; ended: number }> {
    const [row] = await this.database.query<{ open: number; ended: number }>(
      `SELECT count(*) FILTER (WHERE closed_at IS NULL AND until > now())::int AS open,
         count(*) FILTER (WHERE closed_at IS NOT NULL OR until <= now())::int AS ended
       FROM emergency WHERE reviewed_at IS NULL`,
    );
    return row!;
  }

  /** @returns whether it was still open */
  async close(id: string, at: Date, by: string): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE emergency SET closed_at = $2, closed_by = $3 WHERE id = $1 AND closed_at IS NULL AND until > $2 RETURNING id`,
      [id, at, by],
    );
    return rows.length > 0;
  }

  /** @returns whether it had ended and was not reviewed yet */
  async review(id: string, at: Date, by: string, review: string): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE emergency SET reviewed_at = $2, reviewed_by = $3, review = $4
       WHERE id = $1 AND reviewed_at IS NULL AND (closed_at IS NOT NULL OR until <= $2) RETURNING id`,
      [id, at, by, review],
    );
    return rows.length > 0;
  }

  /** The latest first. */
  list(page: PageRequest<readonly [string]>): Promise<Emergency[]> {
    return this.database.query(
      `SELECT ${EMERGENCY} FROM emergency AS e WHERE $1::bigint IS NULL OR e.id < $1 ORDER BY e.id DESC LIMIT $2`,
      [page.after?.[0] ?? null, page.limit],
    );
  }
}
