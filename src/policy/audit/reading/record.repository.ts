import { Injectable } from '@nestjs/common';
import { Database, type PageRequest } from '../../../platform/index.js';
import type { AuditFilter } from './filter.js';

/** A record as it is shown. */
export interface AuditRecordRow {
  readonly segment: string;
  readonly seq: number;
  /** To the microsecond, for cursors. */
  readonly position: string;
  readonly hash: string;
  readonly body: string;
}

/** Where a page ended: time, segment, number. */
export type RecordKey = readonly [string, string, number];

const EXPORTED_AT_ONCE = 1_000;
const COLUMNS = `segment, seq::float8 AS seq, encode(hash, 'hex') AS hash, body,
  to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position`;

/** The log for readers, by time. */
@Injectable()
export class RecordRepository {
  constructor(private readonly database: Database) {}

  /** The newest first. */
  list(filter: AuditFilter, page: PageRequest<RecordKey>): Promise<AuditRecordRow[]> {
    const { sql, parameters } = whereOf(filter);
    const [at, segment, seq] = page.after ?? ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 0];
    const n = parameters.length;
    return this.database.query(
      `SELECT ${COLUMNS} FROM audit_record
       WHERE ${sql} AND (at, segment, seq) < ($${n + 1}::timestamptz, $${n + 2}::uuid, $${n + 3}::bigint)
       ORDER BY audit_record.at DESC, segment DESC, audit_record.seq DESC LIMIT $${n + 4}`,
      [...parameters, at, segment, seq, page.limit],
    );
  }

  /** The oldest first, up to what is there now. */
  async *all(filter: AuditFilter): AsyncGenerator<AuditRecordRow> {
    const { sql, parameters } = whereOf({ ...filter, to: filter.to ?? new Date() });
    const n = parameters.length;
    let after: RecordKey = ['-infinity', '00000000-0000-0000-0000-000000000000', 0];
    for (;;) {
      const rows = await this.database.query<AuditRecordRow>(
        `SELECT ${COLUMNS} FROM audit_record
         WHERE ${sql} AND (at, segment, seq) > ($${n + 1}::timestamptz, $${n + 2}::uuid, $${n + 3}::bigint)
         ORDER BY audit_record.at, segment, audit_record.seq LIMIT ${EXPORTED_AT_ONCE}`,
        [...parameters, ...after],
      );
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < EXPORTED_AT_ONCE) return;
      after = [last.position, last.segment, last.seq];
    }
  }

  async find(segment: string, seq: number): Promise<AuditRecordRow | undefined> {
    const [row] = await this.database.query<AuditRecordRow>(
      `SELECT ${COLUMNS} FROM audit_record WHERE segment = $1 AND seq = $2`,
      [segment, seq],
    );
    return row;
  }
}

function whereOf(filter: AuditFilter): { sql: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  const terms = ['true'];
  const add = (term: (place: string) => string, value: unknown): void => {
    if (value === undefined || value === null) return;
    parameters.push(value);
    terms.push(term(`$${parameters.length}`));
  };
  add((place) => `at >= ${place}`, filter.from);
  add((place) => `at < ${place}`, filter.to);
  add((place) => `subject = ${place}`, filter.subject);
  add((place) => `object = ${place}`, filter.asset);
  add((place) => `namespace = ${place}`, filter.namespace);
  add((place) => `action = ${place}`, filter.action);
  add((place) => `kind = ${place}`, filter.kind);
  if (filter.deniedOnly) terms.push('NOT is_allowed');
  return { sql: terms.join(' AND '), parameters };
}
