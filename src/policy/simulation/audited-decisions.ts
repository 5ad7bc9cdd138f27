import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database } from '../../platform/index.js';
import type { LoggedDecision, LoggedDecisions } from './logged-decisions.js';

const BATCH = 2_000;
const FIRST_SEGMENT = '00000000-0000-0000-0000-000000000000';

interface Row {
  readonly segment: string;
  readonly seq: string;
  /** Exact to the microsecond, as the next batch needs it. */
  readonly exactAt: string;
  readonly at: Date;
  readonly body: string;
}

/** What a record says of an answer. Other releases may have said more. */
const BODY = z.object({
  bundle: z.string(),
  allowed: z.boolean(),
  rules: z.array(z.string()).default([]),
  under: z.array(z.string()).optional(),
  input: z.object({
    subject: z.string(),
    action: z.string(),
    namespace: z.string().optional(),
    kind: z.string().optional(),
    name: z.string().optional(),
    groups: z.array(z.string()).default([]),
    tags: z.array(z.string()).optional(),
    context: z.record(z.string(), z.unknown()),
    appliesMasks: z.boolean().optional(),
    columns: z.record(z.string(), z.array(z.string())).optional(),
    scope: z
      .object({ namespaces: z.array(z.string()).optional(), actions: z.array(z.string()).optional() })
      .optional(),
  }),
});

/** The answers in the audit log, of all replicas. */
@Injectable()
export class AuditedDecisions implements LoggedDecisions {
  constructor(private readonly database: Database) {}

  async count(from: Date, to: Date): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      "SELECT count(*)::float8 AS count FROM audit_record WHERE at >= $1 AND at < $2 AND kind IN ('decision', 'list')",
      [from, to],
    );
    return row!.count;
  }

  async *read(from: Date, to: Date): AsyncGenerator<readonly (LoggedDecision | undefined)[]> {
    let [at, segment, seq] = [from.toISOString(), FIRST_SEGMENT, '-1'];
    for (;;) {
      const rows = await this.database.query<Row>(
        `SELECT segment, seq, at::text AS "exactAt", at, body FROM audit_record
         WHERE at >= $1::timestamptz AND (at, segment, seq) > ($1::timestamptz, $2::uuid, $3::bigint) AND at < $4
           AND kind IN ('decision', 'list') ORDER BY audit_record.at, segment, seq LIMIT ${BATCH}`,
        [at, segment, seq, to],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(decisionOf);
      [at, segment, seq] = [last.exactAt, last.segment, last.seq];
    }
  }
}

function decisionOf({ segment, seq, at, body }: Row): LoggedDecision | undefined {
  const read = BODY.safeParse(JSON.parse(body));
  if (!read.success) return undefined;
  const { input, allowed: isAllowed, ...answer } = read.data;
  return { id: `${segment}:${seq}`, ...input, decidedAt: at, isAllowed, ...answer };
}
