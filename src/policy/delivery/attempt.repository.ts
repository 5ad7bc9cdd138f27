import { Injectable } from '@nestjs/common';
import { Database, jsonText } from '../../platform/index.js';
import type { Attempt, Outcome } from './attempt.js';

/** What a source last gave that took effect. */
export interface Taken {
  readonly digest: string;
  readonly version: string;
  readonly ref: string | null;
}

/** Attempts that are kept. */
const KEPT = 1_000;
/** Findings that are kept of one. */
const MAX_FINDINGS = 500;

const COLUMNS = `source, kind, source_ref AS "sourceRef", digest, version, outcome, refusal, message, findings,
  attempted_by AS "attemptedBy", attempted_at AS "attemptedAt"`;

@Injectable()
export class AttemptRepository {
  constructor(private readonly database: Database) {}

  async taken(source: string): Promise<Taken | undefined> {
    const [row] = await this.database.query<Taken>(
      'SELECT taken_digest AS digest, taken_version AS version, taken_ref AS ref FROM policy_source WHERE source = $1',
      [source],
    );
    return row;
  }

  async setTaken(source: string, { digest, version, ref }: Taken): Promise<void> {
    await this.database.query(
      `INSERT INTO policy_source AS s (source, taken_digest, taken_version, taken_ref) VALUES ($1, $2, $3, $4)
       ON CONFLICT (source) DO UPDATE SET taken_digest = excluded.taken_digest, taken_version = excluded.taken_version,
         taken_ref = excluded.taken_ref, taken_at = now()
       WHERE (s.taken_digest, s.taken_version, s.taken_ref)
         IS DISTINCT FROM (excluded.taken_digest, excluded.taken_version, excluded.taken_ref)`,
      [source, digest, version, ref],
    );
  }

  /** Keeps an attempt and forgets the oldest. */
  async append(attempt: Omit<Attempt, 'attemptedAt'>): Promise<void> {
    await this.database.query(
      `INSERT INTO policy_attempt (source, kind, source_ref, digest, version, outcome, refusal, message, findings, attempted_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        ...[
          attempt.source,
          attempt.kind,
          attempt.sourceRef,
          attempt.digest,
          attempt.version,
          attempt.outcome,
        ],
        ...[attempt.refusal, attempt.message, jsonText(attempt.findings.slice(0, MAX_FINDINGS))],
        attempt.attemptedBy,
      ],
    );
    await this.database.query(
      'DELETE FROM policy_attempt WHERE id <= (SELECT id FROM policy_attempt ORDER BY id DESC OFFSET $1 LIMIT 1)',
      [KEPT],
    );
  }

  /** The latest of a source, or of any. @param outcome only those that ended so */
  async last(of: { readonly source?: string; readonly outcome?: Outcome }): Promise<Attempt | undefined> {
    const [row] = await this.database.query<Attempt>(
      `SELECT ${COLUMNS} FROM policy_attempt
       WHERE ($1::text IS NULL OR source = $1) AND ($2::text IS NULL OR outcome = $2) ORDER BY id DESC LIMIT 1`,
      [of.source ?? null, of.outcome ?? null],
    );
    return row;
  }
}
