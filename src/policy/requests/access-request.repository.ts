import { Injectable } from '@nestjs/common';
import { Database, type PageRequest } from '../../platform/index.js';
import type { Target } from '../overlay/target.js';
import type { AccessRequest } from './access-request.js';

/** The classifications of what bears a name in a namespace, of all that bear it. */
export const TAGS_THERE = (row: string) => `CASE WHEN ${row}.name IS NOT NULL THEN (
    SELECT coalesce(array_agg(DISTINCT tag), '{}') FROM asset AS a CROSS JOIN LATERAL unnest(a.tags) AS tag
    WHERE a.namespace = ${row}.namespace AND a.kind = ${row}.kind AND a.identity_name = ${row}.name) END AS tags`;

const REQUEST = `r.id, r.requester, r.namespace, r.kind, r.name, r.actions, r.role, r.reason, r.wanted_until AS "wantedUntil",
  r.created_at AS "createdAt", r.decision, r.decided_at AS "decidedAt", r.decided_by AS "decidedBy",
  r.decision_reason AS "decisionReason", r.granted_until AS "grantedUntil", r.revoked_at AS "revokedAt",
  r.revoked_by AS "revokedBy", r.revocation_reason AS "revocationReason", ${TAGS_THERE('r')}`;

type NewRequest = Pick<
  AccessRequest,
  'requester' | 'actions' | 'role' | 'reason' | 'wantedUntil' | 'createdAt'
> & { readonly target: Target };

@Injectable()
export class AccessRequestRepository {
  constructor(private readonly database: Database) {}

  async insert({ target, ...row }: NewRequest): Promise<AccessRequest> {
    const [made] = await this.database.query<{ id: string }>(
      `INSERT INTO access_request (requester, namespace, kind, name, actions, role, reason, wanted_until, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
      [
        ...[row.requester, target.namespace, target.kind, target.name, row.actions, row.role, row.reason],
        ...[row.wantedUntil, row.createdAt],
      ],
    );
    return (await this.find(made!.id))!;
  }

  async find(id: string): Promise<AccessRequest | undefined> {
    const [row] = await this.database.query<AccessRequest>(
      `SELECT ${REQUEST} FROM access_request AS r WHERE r.id = $1`,
      [id],
    );
    return row;
  }

  /** Those of a requester that wait, and that hold. */
  async countOf(requester: string): Promise<{ open: number; granted: number }> {
    const [row] = await this.database.query<{ open: number; granted: number }>(
      `SELECT count(*) FILTER (WHERE decision IS NULL AND wanted_until > now())::int AS open,
         count(*) FILTER (WHERE decision = 'approved' AND revoked_at IS NULL AND granted_until > now())::int AS granted
       FROM access_request WHERE requester = $1`,
      [requester],
    );
    return row!;
  }

  /** Decides one that waits. @returns whether it still did */
  async decide(
    id: string,
    decision: Pick<AccessRequest, 'decision' | 'decidedAt' | 'decidedBy' | 'decisionReason' | 'grantedUntil'>,
  ): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE access_request SET decision = $2, decided_at = $3, decided_by = $4, decision_reason = $5, granted_until = $6
       WHERE id = $1 AND decision IS NULL AND wanted_until > $3 RETURNING id`,
      [
        ...[id, decision.decision, decision.decidedAt, decision.decidedBy, decision.decisionReason],
        decision.grantedUntil,
      ],
    );
    return rows.length > 0;
  }

  /** Ends what is granted. @returns whether it still was */
  async revoke(id: string, at: Date, by: string, reason: string): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE access_request SET revoked_at = $2, revoked_by = $3, revocation_reason = $4
       WHERE id = $1 AND decision = 'approved' AND revoked_at IS NULL AND granted_until > $2 RETURNING id`,
      [id, at, by, reason],
    );
    return rows.length > 0;
  }

  /** The latest first. */
  list(page: PageRequest<readonly [string]>): Promise<AccessRequest[]> {
    return this.database.query(
      `SELECT ${REQUEST} FROM access_request AS r WHERE $1::bigint IS NULL OR r.id < $1 ORDER BY r.id DESC LIMIT $2`,
      [page.after?.[0] ?? null, page.limit],
    );
  }
}
