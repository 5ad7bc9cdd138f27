import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/index.js';

/** What keeps records from being ended by retention, until it is released. */
export interface AuditHold {
  readonly id: string;
  readonly subject: string | null;
  readonly asset: string | null;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly reason: string;
  readonly author: string;
  readonly createdAt: Date;
}

const COLUMNS =
  'id, subject, object AS asset, from_time AS "from", to_time AS "to", reason, author, created_at AS "createdAt"';

@Injectable()
export class HoldRepository {
  constructor(private readonly database: Database) {}

  async insert(hold: Omit<AuditHold, 'createdAt'>): Promise<AuditHold> {
    const { id, subject, asset, from, to, reason, author } = hold;
    const [row] = await this.database.query<AuditHold>(
      `INSERT INTO audit_hold (id, subject, object, from_time, to_time, reason, author) VALUES ($1, $2, $3, $4, $5, $6, $7)
       RETURNING ${COLUMNS}`,
      [id, subject, asset, from, to, reason, author],
    );
    return row!;
  }

  /** Those that hold, the oldest first. */
  list(limit: number): Promise<AuditHold[]> {
    return this.database.query(
      `SELECT ${COLUMNS} FROM audit_hold WHERE released_at IS NULL ORDER BY created_at, id LIMIT $1`,
      [limit],
    );
  }

  /** @returns undefined when there is none that holds */
  async release(id: string, by: string): Promise<AuditHold | undefined> {
    const rows = await this.database.query<AuditHold>(
      `UPDATE audit_hold SET released_at = now(), released_by = $2 WHERE id = $1 AND released_at IS NULL RETURNING ${COLUMNS}`,
      [id, by],
    );
    return rows[0];
  }
}
