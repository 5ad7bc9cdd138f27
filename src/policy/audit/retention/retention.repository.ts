import { Injectable } from '@nestjs/common';
import { Database, type Month, MonthlyTable } from '../../../platform/index.js';

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
  private readonly log: MonthlyTable;

  constructor(private readonly database: Database) {
    this.log = new MonthlyTable(database, 'audit_record', 'at');
  }

  /** {@link MonthlyTable.prepare} */
  prepare(now: Date): Promise<Month[]> {
    return this.log.prepare(now);
  }

  /** Whether a legal hold keeps a month: one that names something of it. */
  async isHeld({ from, to }: Month): Promise<boolean> {
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
  async ranges({ from, to }: Month): Promise<EndedRange[] | undefined> {
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

  /** Ends a month, unless a legal hold came meanwhile: one that comes now waits, and finds nothing of it. */
  async drop(month: Month): Promise<void> {
    await this.log.alone(async () => {
      await this.database.query('LOCK TABLE audit_hold IN SHARE MODE');
      if (await this.isHeld(month)) return;
      await this.database.query(`DROP TABLE IF EXISTS ${month.table}`);
    });
  }
}
