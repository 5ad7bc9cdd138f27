import { Injectable } from '@nestjs/common';
import { policyColumns } from '../../catalog/index.js';
import { Database, type PageRequest } from '../../platform/index.js';
import { type Plan, planToSql } from '../../policy/index.js';
import type { Dialect, Status } from './analysis.js';
import type { StatementRecord } from './statement.js';

/** Which statements a list shows; absent means any. */
export interface StatementFilter {
  readonly status?: Status;
  readonly dialect?: Dialect;
  readonly source?: string;
  readonly user?: string;
  /** Read or written, by id. */
  readonly asset?: string;
  readonly since?: Date;
  readonly until?: Date;
  /** Somewhere in the text, in any case. */
  readonly text?: string;
}

/** What a caller may see of the ledger. */
export interface LedgerView {
  readonly subject: string;
  /** Sees all of it. */
  readonly isAdministrator: boolean;
  /** The assets that the caller may list, and those that it may read. */
  readonly listed: Plan;
  readonly read: Plan;
}

/** A line as it is kept, and whether the caller may read its text. */
export type SeenRecord = StatementRecord & {
  readonly seq: string;
  readonly receivedAt: Date;
  readonly isReadable: boolean;
};

const COLUMNS = `s.id, s.seq, s.received_at AS "receivedAt", s.dialect, s.source, s.engine_user AS "engineUser",
  s.query_id AS "queryId", s.executed_at AS "executedAt", s.text, s.fingerprint, s.verb, s.status, s.problems,
  s.input_ids AS "inputIds", s.output_ids AS "outputIds", s.column_count AS "columnCount", s.names_all AS "namesAll",
  s.job_id AS "jobId", s.event_id AS "eventId", s.principal`;

@Injectable()
export class LedgerRepository {
  constructor(private readonly database: Database) {}

  /**
   * Writes a line, or writes it anew when the same statement came before: its tables may be better known now.
   * @returns whether it is new
   */
  async put(record: StatementRecord): Promise<boolean> {
    const [row] = await this.database.query<{ isNew: boolean }>(
      `INSERT INTO sql_statement AS s (id, dialect, source, engine_user, query_id, executed_at, text, fingerprint, verb, status,
         problems, input_ids, output_ids, column_count, names_all, job_id, event_id, principal)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
       ON CONFLICT (id) DO UPDATE SET verb = excluded.verb, status = excluded.status, problems = excluded.problems,
         input_ids = excluded.input_ids, output_ids = excluded.output_ids, column_count = excluded.column_count,
         names_all = excluded.names_all, job_id = excluded.job_id, event_id = excluded.event_id
       RETURNING xmax = 0 AS "isNew"`,
      [
        ...[record.id, record.dialect, record.source, record.engineUser, record.queryId, record.executedAt],
        ...[record.text, record.fingerprint, record.verb, record.status, JSON.stringify(record.problems)],
        ...[record.inputIds, record.outputIds, record.columnCount, record.namesAll],
        ...[record.jobId, record.eventId, record.principal],
      ],
    );
    return row!.isNew;
  }

  async find(id: string, view: LedgerView): Promise<SeenRecord | undefined> {
    const { parameters, select, visible, parameter } = seen(view);
    const rows = await this.database.query<SeenRecord>(
      `${select} WHERE ${visible} AND s.id = ${parameter(id)}::uuid`,
      parameters,
    );
    return rows[0];
  }

  /** The latest to arrive first. */
  list(
    filter: StatementFilter,
    view: LedgerView,
    page: PageRequest<readonly [string]>,
  ): Promise<SeenRecord[]> {
    const { parameters, select, visible, readable, parameter } = seen(view);
    const conditions = [visible];
    for (const [column, value] of [
      ['s.status', filter.status],
      ['s.dialect', filter.dialect],
      ['s.source', filter.source],
      ['s.engine_user', filter.user],
    ] as const)
      if (value !== undefined) conditions.push(`${column} = ${parameter(value)}`);
    if (filter.asset !== undefined)
      conditions.push(`(s.input_ids || s.output_ids) @> ARRAY[${parameter(filter.asset)}::uuid]`);
    if (filter.since !== undefined) conditions.push(`s.executed_at >= ${parameter(filter.since)}`);
    if (filter.until !== undefined) conditions.push(`s.executed_at < ${parameter(filter.until)}`);
    // Whoever may not read a text must not learn of it by asking for its parts.
    if (filter.text !== undefined)
      conditions.push(`${readable} AND position(lower(${parameter(filter.text)}) IN lower(s.text)) > 0`);
    if (page.after !== undefined) conditions.push(`s.seq < ${parameter(page.after[0])}::bigint`);
    return this.database.query<SeenRecord>(
      `${select} WHERE ${conditions.join(' AND ')} ORDER BY s.seq DESC LIMIT ${parameter(page.limit)}`,
      parameters,
    );
  }

  /** Forgets some of what is older than so many days. @returns how many */
  async forget(days: number, limit: number): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `WITH old AS (SELECT id FROM sql_statement WHERE received_at < now() - $1 * interval '1 day' LIMIT $2),
         gone AS (DELETE FROM sql_statement WHERE id IN (SELECT id FROM old) RETURNING 1)
       SELECT count(*)::int AS count FROM gone`,
      [days, limit],
    );
    return row!.count;
  }
}

/** SQL of what a caller sees: a line through its job, or because it is the caller's own; a text through all that it names. */
function seen({ subject, isAdministrator, listed, read }: LedgerView) {
  const parameters: unknown[] = [];
  const parameter = (value: unknown): string => `$${parameters.push(value)}`;
  const isOwn = `(s.principal = ${parameter(subject)} OR ${parameter(isAdministrator)}::boolean)`;
  const visible = `(${isOwn} OR (a.id IS NOT NULL AND ${planToSql(listed, policyColumns('a'), parameters)}))`;
  const readable = `(${isOwn} OR (s.names_all AND cardinality(s.input_ids || s.output_ids) > 0 AND
    (SELECT count(*) FROM asset AS d WHERE d.id = ANY(s.input_ids || s.output_ids)
       AND ${planToSql(read, policyColumns('d'), parameters)}) =
    (SELECT count(DISTINCT named) FROM unnest(s.input_ids || s.output_ids) AS named)))`;
  const select = `SELECT ${COLUMNS}, ${readable} AS "isReadable" FROM sql_statement AS s LEFT JOIN asset AS a ON a.id = s.job_id`;
  return { parameters, parameter, select, visible, readable };
}
