import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { LoggedDecision, LoggedDecisions } from './logged-decisions.js';

const BATCH = 2_000;

interface Row extends LoggedDecision {
  readonly id: string;
  /** Exact to the microsecond, as the next batch needs it. */
  readonly at: string;
}

/** The log as the table `policy_decision` has it. */
@Injectable()
export class DecisionTable implements LoggedDecisions {
  constructor(private readonly database: Database) {}

  async count(from: Date, to: Date): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      'SELECT count(*)::float8 AS count FROM policy_decision WHERE decided_at >= $1 AND decided_at < $2',
      [from, to],
    );
    return row!.count;
  }

  async *read(from: Date, to: Date): AsyncGenerator<readonly LoggedDecision[]> {
    let [at, id] = [from.toISOString(), '0'];
    for (;;) {
      const rows = await this.database.query<Row>(
        `SELECT id, decided_at::text AS at, decided_at AS "decidedAt", subject, action, namespace, kind, name, groups, tags, context,
           is_allowed AS "isAllowed", rules, bundle
         FROM policy_decision WHERE (decided_at, id) > ($1::timestamptz, $2::bigint) AND decided_at < $3
         ORDER BY decided_at, id LIMIT ${BATCH}`,
        [at, id, to],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      ({ at, id } = last);
    }
  }
}
