import pg from 'pg';
import type { CatalogConnector, ExternalColumn, ExternalTable } from '../catalog-connector.js';
import { SourceUnavailableError } from '../errors.js';

/** Where a PostgreSQL is. */
export interface PostgresSource {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
  readonly tls: boolean;
}

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 60_000;
/** Tables of one round trip. */
const PAGE = 500;

interface Row {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly description: string | null;
  readonly rowCount: number;
  readonly sizeBytes: string;
  readonly columns: readonly { name: string; type: string; nullable: boolean; description: string | null }[];
}

/**
 * Tables, partitioned tables, views, materialized views and foreign tables of one database that the user may look at, but for the
 * system's own. Row counts are the planner's estimates. Source: PostgreSQL's catalogs pg_class, pg_attribute, pg_description.
 */
export class PostgresConnector implements CatalogConnector {
  private readonly location: string;

  constructor(private readonly source: PostgresSource) {
    this.location = `postgres://${source.host}:${source.port}`;
  }

  async *tables(signal: AbortSignal): AsyncIterable<ExternalTable> {
    const { tls, ...source } = this.source;
    const client = new pg.Client({
      ...{ ...source, ssl: tls, application_name: 'cairn catalogs' },
      ...{ connectionTimeoutMillis: CONNECT_TIMEOUT_MS, statement_timeout: STATEMENT_TIMEOUT_MS },
      query_timeout: STATEMENT_TIMEOUT_MS + CONNECT_TIMEOUT_MS,
    });
    // A connection that breaks while nothing is asked would otherwise end the process.
    client.on('error', () => undefined);
    try {
      await this.told(() => client.connect());
      await this.told(() => client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY'));
      for (let after = 0; ;) {
        signal.throwIfAborted();
        const { rows } = await this.told(() => client.query<Row>(TABLES, [after, PAGE]));
        for (const row of rows) yield this.tableOf(row);
        if (rows.length < PAGE) return;
        after = rows.at(-1)!.oid;
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    // Each listing has a connection of its own.
  }

  private tableOf({ schema, name, description, rowCount, sizeBytes, columns }: Row): ExternalTable {
    return {
      ...{ identityNamespace: this.location, identityName: `${this.source.database}.${schema}.${name}` },
      columns: columns.map(({ description: text, ...column }): ExternalColumn =>
        text === null ? column : { ...column, description: text },
      ),
      ...(description !== null && { description }),
      // A table that was never analyzed has -1.
      statistics: { ...(rowCount >= 0 && { rowCount, isEstimate: true }), sizeBytes: Number(sizeBytes) },
    };
  }

  private async told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      throw new SourceUnavailableError(this.location, code === undefined ? message : `${message} (${code})`, {
        cause: error,
      });
    }
  }
}

const TABLES = `
  SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name, obj_description(c.oid, 'pg_class') AS description,
    c.reltuples::float8 AS "rowCount", pg_total_relation_size(c.oid) AS "sizeBytes",
    coalesce((
      SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
        'nullable', NOT a.attnotnull, 'description', col_description(a.attrelid, a.attnum)) ORDER BY a.attnum)
      FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]'::json) AS columns
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND NOT c.relispartition
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'
    AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AND c.oid > $1::float8::int8::oid
  ORDER BY c.oid LIMIT $2`;
