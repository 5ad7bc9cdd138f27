import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { LoggedDecision, LoggedDecisions } from './logged-decisions.js';

const BATCH = 2_000;

interface Row {
  /** Exact to the microsecond, as the next batch needs it. */
  readonly exactly: string;
  readonly segment: string;
  readonly seq: string;
  readonly at: Date;
  readonly body: string;
}

/** What the body of a record says of a decision or a list. */
interface Said {
  readonly bundle: string;
  readonly input: Omit<LoggedDecision, 'decidedAt' | 'isAllowed' | 'rules' | 'bundle'>;
  readonly allowed: boolean;
  readonly rules?: readonly string[];
}

/** The decisions of the audit log. */
@Injectable()
export class AuditedDecisions implements LoggedDecisions {
  constructor(private readonly database: Database) {}

  async count(from: Date, to: Date): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `SELECT count(*)::float8 AS count FROM audit_record WHERE at >= $1 AND at < $2 AND kind IN ('decision', 'list')`,
      [from, to],
    );
    return row!.count;
  }

  async *read(from: Date, to: Date): AsyncGenerator<readonly LoggedDecision[]> {
    let last: Pick<Row, 'exactly' | 'segment' | 'seq'> | undefined;
    for (;;) {
      const rows: Row[] = await this.database.query<Row>(
        `SELECT at::text AS exactly, segment, seq, at, body FROM audit_record
         WHERE at >= $1 AND at < $2 AND kind IN ('decision', 'list')
           AND ($3::timestamptz IS NULL OR at >= $3 AND (at, segment, seq) > ($3, $4::uuid, $5::bigint))
         ORDER BY at, segment, seq LIMIT ${BATCH}`,
        [from, to, last?.exactly ?? null, last?.segment ?? null, last?.seq ?? null],
      );
      last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(decisionOf);
    }
  }
}

function decisionOf({ at, body }: Row): LoggedDecision {
  const { bundle, input, allowed, rules = [] } = JSON.parse(body) as Said;
  const { subject, action, namespace = null, kind = null, name = null } = input;
  const { groups = null, tags = null, context = null } = input;
  const asked = { subject, action, namespace, kind, name, groups, tags, context };
  return { ...asked, decidedAt: at, isAllowed: allowed, rules, bundle };
}
