import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { literal } from './sql-text.js';

/** Bytes that DuckDB may hold; what does not fit is spilt beside the files. */
const MEMORY_LIMIT = '512MB';

export type SqlRow = Readonly<Record<string, unknown>>;

/** A database in memory that sees one folder and nothing else: no other file, no network, no extension. */
export class ScratchDatabase {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
  ) {}

  /** @param directory holds the files, and what is spilt */
  static async open(directory: string): Promise<ScratchDatabase> {
    const instance = await DuckDBInstance.create(':memory:', {
      // One thread: rows stay in their order, and equal files give equal results.
      threads: '1',
      memory_limit: MEMORY_LIMIT,
      temp_directory: `${directory}/spill`,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
    });
    const connection = await instance.connect();
    const opened = new ScratchDatabase(instance, connection);
    await opened.run(`SET allowed_directories = [${literal(directory)}]`);
    await opened.run('SET enable_external_access = false');
    await opened.run("SET TimeZone = 'UTC'");
    await opened.run('SET lock_configuration = true');
    return opened;
  }

  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  async query(sql: string): Promise<SqlRow[]> {
    return (await this.connection.runAndReadAll(sql)).getRowObjectsJS() as SqlRow[];
  }

  /** The first row of a query that has one. */
  async one(sql: string): Promise<SqlRow> {
    return (await this.query(sql))[0]!;
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}
