import { Injectable } from '@nestjs/common';
import { Database, type Month, MonthlyTable } from '../../platform/index.js';

/** The partitions of the log: one a month of event time, and `lineage_event_other` for all else. */
@Injectable()
export class EventPartitionsRepository {
  private readonly log: MonthlyTable;

  constructor(private readonly database: Database) {
    this.log = new MonthlyTable(database, 'lineage_event', 'event_time');
  }

  /** {@link MonthlyTable.prepare} */
  prepare(now: Date): Promise<Month[]> {
    return this.log.prepare(now);
  }

  /** The last of a month to come; undefined when there is none. */
  async lastSeq({ from, to }: Month): Promise<string | undefined> {
    const [row] = await this.database.query<{ seq: string | null }>(
      'SELECT max(seq) AS seq FROM lineage_event WHERE event_time >= $1 AND event_time < $2',
      [from, to],
    );
    return row!.seq ?? undefined;
  }

  /** The last event to come that {@link deleteOthers} would end; undefined when there is none. */
  async lastOtherSeq(horizon: Date): Promise<string | undefined> {
    const [row] = await this.database.query<{ seq: string | null }>(
      'SELECT max(seq) AS seq FROM lineage_event_other WHERE event_time < $1 AND received_at < $1',
      [horizon],
    );
    return row!.seq ?? undefined;
  }

  /**
   * Ends a month, unless something of it came after `horizon`.
   * @returns whether it is gone
   */
  async drop({ table, from, to }: Month, horizon: Date): Promise<boolean> {
    return this.log.alone(async () => {
      const [row] = await this.database.query<{ isNeeded: boolean }>(
        `SELECT EXISTS (SELECT FROM lineage_event WHERE event_time >= $1 AND event_time < $2 AND received_at >= $3) AS "isNeeded"`,
        [from, to, horizon],
      );
      if (row!.isNeeded) return false;
      await this.database.query(`DROP TABLE IF EXISTS ${table}`);
      await this.forget(to);
      return true;
    });
  }

  /** Ends events without a month that happened and came before `horizon`. @returns how many, `limit` at most */
  async deleteOthers(horizon: Date, limit: number): Promise<number> {
    return this.database.run(async () => {
      const rows = await this.database.query(
        `DELETE FROM lineage_event_other WHERE ctid = ANY(ARRAY(
           SELECT ctid FROM lineage_event_other WHERE event_time < $1 AND received_at < $1 LIMIT $2)) RETURNING 1`,
        [horizon, limit],
      );
      if (rows.length > 0) await this.forget(horizon);
      return rows.length;
    });
  }

  /** From here on the graph knows more than the log. */
  private async forget(before: Date): Promise<void> {
    await this.database.query(
      'UPDATE lineage_graph SET forgotten_before = greatest(forgotten_before, $1::timestamptz)',
      [before],
    );
  }
}
