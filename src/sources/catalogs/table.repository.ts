import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { ExternalColumn, ExternalStatistics, ExternalTable } from './catalog-connector.js';
import type { TableDiff } from './table-diff.js';

/** What is known of a table of a source. */
export interface TableRow {
  readonly connection: string;
  readonly identityNamespace: string;
  readonly identityName: string;
  readonly columns: readonly ExternalColumn[];
  readonly description?: string;
  readonly statistics: ExternalStatistics;
  readonly contentVersion?: string;
  readonly problems: readonly string[];
  readonly seenAt: Date;
  readonly changedAt: Date;
  readonly removedAt: Date | null;
  /** Since when its source has not been seen whole; null while it is. */
  readonly staleSince: Date | null;
}

/** A change that a scan found. */
export interface TableChange {
  readonly connection: string;
  readonly diff: TableDiff;
  readonly changedAt: Date;
}

const TABLE = `SELECT t.connection, t.identity_namespace AS "identityNamespace", t.identity_name AS "identityName", t.columns,
    t.description, t.statistics, t.content_version AS "contentVersion", t.problems, t.seen_at AS "seenAt",
    t.changed_at AS "changedAt", t.removed_at AS "removedAt", c.stale_since AS "staleSince"
  FROM catalog_table AS t JOIN catalog_connection AS c ON c.name = t.connection`;

/** The asset `$1` and its other names. */
const NAMES = 'SELECT id FROM asset WHERE id = $1 OR alias_of = $1';

@Injectable()
export class TableRepository {
  constructor(private readonly database: Database) {}

  async find(
    connection: string,
    { identityNamespace, identityName }: Pick<ExternalTable, 'identityNamespace' | 'identityName'>,
  ): Promise<TableRow | undefined> {
    const rows = await this.database.query<TableRow>(
      `${TABLE} WHERE t.connection = $1 AND t.identity_namespace = $2 AND t.identity_name = $3`,
      [connection, identityNamespace, identityName],
    );
    return rows.map(known)[0];
  }

  /** What sources say of an asset, under any of its names; several connections may know it. */
  async ofAsset(assetId: string): Promise<TableRow[]> {
    const rows = await this.database.query<TableRow>(
      `${TABLE} WHERE t.asset_id IN (${NAMES}) ORDER BY t.connection, t.identity_namespace, t.identity_name`,
      [assetId],
    );
    return rows.map(known);
  }

  /** Newest first. */
  changesOf(assetId: string, limit: number): Promise<TableChange[]> {
    return this.database.query<TableChange>(
      `SELECT connection, diff, changed_at AS "changedAt" FROM catalog_change
       WHERE asset_id IN (${NAMES}) ORDER BY id DESC LIMIT $2`,
      [assetId, limit],
    );
  }

  /** Writes a table as a scan saw it. In the transaction under way. */
  async put(
    connection: string,
    scan: number,
    assetId: string,
    table: ExternalTable,
    isChanged: boolean,
  ): Promise<void> {
    const { identityNamespace, identityName, columns, description, statistics, contentVersion, problems } =
      table;
    await this.database.query(
      `INSERT INTO catalog_table AS t (connection, identity_namespace, identity_name, asset_id, columns, description, statistics,
         content_version, problems, scan) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (connection, identity_namespace, identity_name) DO UPDATE SET columns = excluded.columns,
         description = excluded.description, statistics = excluded.statistics, content_version = excluded.content_version,
         problems = excluded.problems, scan = excluded.scan, seen_at = now(), removed_at = NULL,
         changed_at = CASE WHEN $11 THEN now() ELSE t.changed_at END`,
      [
        ...[
          connection,
          identityNamespace,
          identityName,
          assetId,
          JSON.stringify(columns),
          description ?? null,
        ],
        ...[
          JSON.stringify(statistics),
          contentVersion ?? null,
          JSON.stringify(problems ?? []),
          scan,
          isChanged,
        ],
      ],
    );
  }

  /** Says that a scan saw a table and could not look into it. */
  async touch(
    connection: string,
    scan: number,
    { identityNamespace, identityName }: ExternalTable,
  ): Promise<void> {
    await this.database.query(
      `UPDATE catalog_table SET scan = $2 WHERE connection = $1 AND identity_namespace = $3 AND identity_name = $4`,
      [connection, scan, identityNamespace, identityName],
    );
  }

  /** Tables that a whole scan did not see. */
  async unseen(connection: string, scan: number, limit: number): Promise<TableRow[]> {
    const rows = await this.database.query<TableRow>(
      `${TABLE} WHERE t.connection = $1 AND t.scan < $2 AND t.removed_at IS NULL
       ORDER BY t.identity_namespace, t.identity_name LIMIT $3`,
      [connection, scan, limit],
    );
    return rows.map(known);
  }

  async remove({ connection, identityNamespace, identityName }: TableRow): Promise<void> {
    await this.database.query(
      `UPDATE catalog_table SET removed_at = now(), changed_at = now()
       WHERE connection = $1 AND identity_namespace = $2 AND identity_name = $3`,
      [connection, identityNamespace, identityName],
    );
  }

  async addChange(connection: string, assetId: string, diff: TableDiff): Promise<void> {
    await this.database.query('INSERT INTO catalog_change (connection, asset_id, diff) VALUES ($1, $2, $3)', [
      connection,
      assetId,
      JSON.stringify(diff),
    ]);
  }

  /** Ends what is older than so many days. */
  async forgetChanges(days: number): Promise<void> {
    await this.database.query(`DELETE FROM catalog_change WHERE changed_at < now() - $1 * interval '1 day'`, [
      days,
    ]);
  }
}

/** SQL's NULL is what a connector leaves out. */
function known(row: TableRow): TableRow {
  return Object.fromEntries(
    Object.entries(row).filter(([name, value]) => value !== null || !OPTIONAL.has(name)),
  ) as unknown as TableRow;
}

const OPTIONAL = new Set(['description', 'contentVersion']);
