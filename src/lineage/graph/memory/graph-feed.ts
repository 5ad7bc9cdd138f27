import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/index.js';
import { changedSince, type CopiedRow, HELD_TABLES, type HeldTable, selectRows } from './rows.js';

/** How far the graph was read. */
export interface Followed {
  /** What could be seen then, as PostgreSQL writes it. */
  readonly snapshot: string;
  /** Raised when the graph is derived again. */
  readonly epoch: string;
}

const CHANGES = `SELECT pg_current_snapshot()::text AS snapshot, epoch::text AS epoch, ${HELD_TABLES.map(
  (table) => `EXISTS (SELECT FROM ${table} WHERE ${changedSince(table, '$1')}) AS ${table}`,
).join(', ')} FROM lineage_graph`;

/**
 * Rows of the graph as they change. What a snapshot does not see is read again after it: nothing that is committed late is missed, and
 * nothing is read twice for a transaction that stays open for long.
 */
@Injectable()
export class GraphFeed {
  readonly tables = HELD_TABLES;

  constructor(private readonly database: Database) {}

  async position(): Promise<Followed> {
    const [row] = await this.database.query<Followed>(
      'SELECT pg_current_snapshot()::text AS snapshot, epoch::text AS epoch FROM lineage_graph',
    );
    return row!;
  }

  /** What has changed since then: a look at indices. @returns where to go on from once `changed` is read */
  async changes(since: Followed): Promise<{ followed: Followed; changed: HeldTable[] }> {
    const [row] = await this.database.query<Followed & Record<HeldTable, boolean>>(CHANGES, [since.snapshot]);
    const { snapshot, epoch } = row!;
    return { followed: { snapshot, epoch }, changed: HELD_TABLES.filter((table) => row![table]) };
  }

  /** @param since those that changed since that snapshot; without it all that hold at some time */
  rows(table: HeldTable, since?: string): AsyncGenerator<CopiedRow[]> {
    return this.database.copy(selectRows(table, since));
  }
}
