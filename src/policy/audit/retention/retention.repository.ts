import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/index.js';
import { type AuditMonth, auditMonthOf } from './months.js';

/** How long changing the partitions may wait for those who use them; they wait behind it. */
const LOCK_TIMEOUT = '2s';

/** Records of a segment that end with a month. */
export interface EndedRange {
  readonly segment: string;
  readonly from: number;
  readonly to: number;
  /** Of the last of them, in hex. */
  readonly hash: string;
}

/** The partitions of the log: one a month, and `audit_record_other` for all that has no month of its own. */
@Injectable()
export class RetentionRepository {
  constructor(private readonly database: Database) {}

  /** The oldest first. */
  async months(): Promise<AuditMonth[]> {
    const rows = await this.database.query<{ table: string }>(
      `SELECT c.relname AS "table" FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
       WHERE i.inhparent = 'audit_record'::regclass ORDER BY 1`,
    );
    return rows.flatMap(({ table }) => auditMonthOf(table) ?? []);
  }

  /** Gives a month a partition, unless records of it came before there was one. */
  async create({ table, from, to }: AuditMonth): Promise<void> {
    await this.database.run(async () => {
      await this.alone();
      const [row] = await this.database.query<{ isLate: boolean }>(
        'SELECT EXISTS (SELECT FROM audit_record_other WHERE at >= $1 AND at < $2) AS "isLate"',
        [from, to],
      );
      if (row!.isLate) return;
      await this.database.query(
        `CREATE TABLE IF NOT EXISTS ${table} PARTITION OF audit_record
         FOR VALUES FROM ('${from.toISOString()}') TO ('${to.toISOString()}')`,
      );
    });
  }

  /** Whether a legal hold keeps a month: one that names something of it. */
  async isHeld({ from, to }: AuditMonth): Promise<boolean> {
    const [row] = await this.database.query<{ isHeld: boolean }>(
      `SELECT EXISTS (
         SELECT FROM audit_hold AS h WHERE h.released_at IS NULL
           AND (h.from_time IS NULL OR h.from_time < $2) AND (h.to_time IS NULL OR h.to_time > $1)
           AND EXISTS (
             SELECT FROM audit_record AS r WHERE r.at >= $1 AND r.at < $2
               AND (h.subject IS NULL OR r.subject = h.subject) AND (h.object IS NULL OR r.object = h.object)
               AND (h.from_time IS NULL OR r.at >= h.from_time) AND (h.to_time IS NULL OR r.at < h.to_time))
       ) AS "isHeld"`,
      [from, to],
    );
    return row!.isHeld;
  }

  /** What of each segment lies in a month; undefined when some of it is not covered by a root. */
  async ranges({ from, to }: AuditMonth): Promise<EndedRange[] | undefined> {
    const rows = await this.database.query<EndedRange & { isRooted: boolean | null }>(
      `SELECT m.segment, m."from"::float8 AS "from", m."to"::float8 AS "to", s.rooted_to >= m."to" AS "isRooted",
         (SELECT encode(hash, 'hex') FROM audit_record AS r WHERE r.segment = m.segment AND r.seq = m."to" LIMIT 1) AS hash
       FROM (SELECT segment, min(seq) AS "from", max(seq) AS "to" FROM audit_record WHERE at >= $1 AND at < $2 GROUP BY segment) AS m
       LEFT JOIN audit_segment AS s ON s.id = m.segment ORDER BY m.segment`,
      [from, to],
    );
    if (rows.some(({ isRooted }) => isRooted !== true)) return undefined;
    return rows.map(({ isRooted: _, ...range }) => range);
  }

  async drop({ table }: AuditMonth): Promise<void> {
    await this.database.run(async () => {
      await this.alone();
      await this.database.query(`DROP TABLE IF EXISTS ${table}`);
    });
  }

  private async alone(): Promise<void> {
    await this.database.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
    await this.database.query('LOCK TABLE audit_record IN ACCESS EXCLUSIVE MODE');
  }
}
