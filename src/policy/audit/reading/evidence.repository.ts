import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/index.js';

/** A row of the log, as it lies there: body and columns may disagree, if somebody has changed one of them. */
export interface EvidenceRow {
  readonly segment: string;
  readonly seq: number;
  /** To the microsecond. */
  readonly at: string;
  readonly hash: string;
  readonly kind: string;
  readonly subject: string | null;
  readonly action: string | null;
  readonly namespace: string | null;
  readonly object: string | null;
  readonly isAllowed: boolean | null;
  readonly body: string;
}

const AT_ONCE = 2_000;

const COLUMNS = `segment, seq::float8 AS seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
  encode(hash, 'hex') AS hash, kind, subject, action, namespace, object, is_allowed AS "isAllowed", body`;

/** All rows of the log, for who verifies it. */
@Injectable()
export class EvidenceRepository {
  constructor(private readonly database: Database) {}

  /** Rows of a segment with `from` ≤ seq ≤ `to`, in order. */
  async *range(segment: string, from: number, to: number): AsyncGenerator<EvidenceRow> {
    yield* this.pages(`segment = $1 AND seq <= $4 AND (seq, at) > ($2, $3::timestamptz)`, (row) => [
      segment,
      row?.seq ?? from - 1,
      row?.at ?? 'infinity',
      to,
    ]);
  }

  /** Rows of a segment that lie outside of what roots cover. */
  async *outside(segment: string, from: number, covered: number): AsyncGenerator<EvidenceRow> {
    yield* this.range(segment, -(2 ** 52), from - 1);
    yield* this.range(segment, covered + 1, 2 ** 52);
  }

  /** Ids of all segments of which there are rows, in order. */
  async *segments(): AsyncGenerator<string> {
    for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
      const [row] = await this.database.query<{ segment: string }>(
        'SELECT segment FROM audit_record WHERE segment > $1 ORDER BY segment LIMIT 1',
        [after],
      );
      if (row === undefined) return;
      yield row.segment;
      after = row.segment;
    }
  }

  /** The database's copies of roots up to one, in order. */
  async *roots(upTo: number): AsyncGenerator<{ readonly number: number; readonly document: string }> {
    for (let after = 0; ;) {
      const rows = await this.database.query<{ number: number; document: string }>(
        `SELECT number::float8 AS number, document FROM audit_root
         WHERE number > $1 AND number <= $2 ORDER BY number LIMIT 500`,
        [after, upTo],
      );
      yield* rows;
      if (rows.length === 0) return;
      after = rows.at(-1)!.number;
    }
  }

  /** Changes that wait for their place, the oldest first. */
  async waitingChanges(limit: number): Promise<{ id: string; at: Date }[]> {
    return this.database.query('SELECT id, at FROM audit_change ORDER BY at LIMIT $1', [limit]);
  }

  private async *pages(
    where: string,
    parameters: (last: EvidenceRow | undefined) => readonly unknown[],
  ): AsyncGenerator<EvidenceRow> {
    for (let last: EvidenceRow | undefined; ;) {
      const rows = await this.database.query<EvidenceRow>(
        `SELECT ${COLUMNS} FROM audit_record WHERE ${where} ORDER BY seq, audit_record.at LIMIT ${AT_ONCE}`,
        parameters(last),
      );
      yield* rows;
      if (rows.length < AT_ONCE) return;
      last = rows.at(-1);
    }
  }
}
