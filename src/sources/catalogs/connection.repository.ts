import { Injectable } from '@nestjs/common';
import { Database, type PageRequest } from '../../platform/index.js';
import type { Connection } from './connection.js';

const CONNECTION = `SELECT c.name, c.type, c.settings, c.credentials, c.subject, c.interval_seconds AS "intervalSeconds",
    c.created_by AS "createdBy", c.created_at AS "createdAt", c.scan, c.succeeded_at AS "succeededAt",
    c.stale_since AS "staleSince", c.problem, c.next_scan_at AS "nextScanAt",
    (SELECT count(*) FROM catalog_table AS t WHERE t.connection = c.name AND t.removed_at IS NULL)::int AS tables
  FROM catalog_connection AS c`;

@Injectable()
export class ConnectionRepository {
  constructor(private readonly database: Database) {}

  async insert(
    connection: Pick<
      Connection,
      'name' | 'type' | 'settings' | 'credentials' | 'subject' | 'intervalSeconds' | 'createdBy'
    >,
  ): Promise<void> {
    const { name, type, settings, credentials, subject, intervalSeconds, createdBy } = connection;
    await this.database.query(
      `INSERT INTO catalog_connection (name, type, settings, credentials, subject, interval_seconds, created_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [name, type, JSON.stringify(settings), credentials, subject, intervalSeconds, createdBy],
    );
  }

  async find(name: string): Promise<Connection | undefined> {
    return (await this.database.query<Connection>(`${CONNECTION} WHERE c.name = $1`, [name]))[0];
  }

  /** By name. */
  list({ after, limit }: PageRequest<readonly [string]>): Promise<Connection[]> {
    return this.database.query<Connection>(`${CONNECTION} WHERE c.name > $1 ORDER BY c.name LIMIT $2`, [
      after?.[0] ?? '',
      limit,
    ]);
  }

  /** Those whose time has come. */
  due(limit: number): Promise<Connection[]> {
    return this.database.query<Connection>(
      `${CONNECTION} WHERE c.next_scan_at <= now() ORDER BY c.next_scan_at LIMIT $1`,
      [limit],
    );
  }

  /** Asks for a scan now. */
  async hurry(name: string): Promise<void> {
    await this.database.query('UPDATE catalog_connection SET next_scan_at = now() WHERE name = $1', [name]);
  }

  /** Also forgets the tables that were found there; what lineage knows of them stays. */
  async remove(name: string): Promise<void> {
    await this.database.query('DELETE FROM catalog_connection WHERE name = $1', [name]);
  }

  /** @returns the number of the scan that begins; undefined when the connection is gone */
  async begin(name: string): Promise<number | undefined> {
    const [row] = await this.database.query<{ scan: number }>(
      `WITH begun AS (UPDATE catalog_connection SET scan = scan + 1 WHERE name = $1 RETURNING scan) SELECT scan FROM begun`,
      [name],
    );
    return row?.scan;
  }

  async succeeded(name: string): Promise<void> {
    await this.database.query(
      `UPDATE catalog_connection SET succeeded_at = now(), stale_since = NULL, problem = NULL,
         next_scan_at = now() + interval_seconds * interval '1 second' WHERE name = $1`,
      [name],
    );
  }

  async failed(name: string, problem: string, retrySeconds: number): Promise<void> {
    await this.database.query(
      `UPDATE catalog_connection SET stale_since = coalesce(stale_since, now()), problem = $2,
         next_scan_at = now() + least(interval_seconds, $3) * interval '1 second' WHERE name = $1`,
      [name, problem.slice(0, 2_000), retrySeconds],
    );
  }

  async counts(): Promise<{ connections: number; stale: number }> {
    const [row] = await this.database.query<{ connections: number; stale: number }>(
      'SELECT count(*)::int AS connections, count(stale_since)::int AS stale FROM catalog_connection',
    );
    return row!;
  }
}
