import { finished } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { databaseError } from './errors.js';

const CONNECT_MS = 5_000;
/** A statement that takes longer is given up, with its connection. */
const ANSWER_MS = 10_000;

/**
 * One connection beside the pool, for who must not wait behind those that wait for it, or holds locks of its session. It connects with
 * its first statement. After any failure of a statement it is of no use: {@link close} it and make another.
 */
export class DedicatedConnection {
  private client: Client | undefined;
  private failed = false;
  /** The session's process in PostgreSQL; undefined before it is connected. */
  pid: number | undefined;

  constructor(
    private readonly url: string,
    private readonly name: string,
  ) {}

  /** Whether it is known to be of no use any more. */
  get isOver(): boolean {
    return this.failed;
  }

  /** Rows as objects. @throws {DatabaseUnavailableError} the database is away */
  async query<Row extends object>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.use(async (client) => (await client.query<Row>(sql, [...parameters])).rows);
  }

  /**
   * Writes rows in the text format of `COPY`. Each part is sent before the next is made, so that PostgreSQL works meanwhile.
   * @param target table and columns; nothing from outside may be in it
   */
  async copy(target: string, parts: Iterable<string>): Promise<void> {
    await this.use(async (client) => {
      const stream = client.query(copyFrom(`COPY ${target} FROM STDIN`));
      const done = finished(stream);
      done.catch(() => undefined);
      for (const part of parts) {
        stream.write(part);
        await new Promise((resolve) => setImmediate(resolve));
        if (stream.errored) break;
      }
      stream.end();
      await done;
    });
  }

  /** Ends the session, and what it holds. */
  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    this.failed = true;
    await client?.end().catch(() => undefined);
  }

  private async use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    try {
      const client = this.client ?? (await this.connect());
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('Connection terminated: no answer')), ANSWER_MS);
      });
      return await Promise.race([work(client), silence]);
    } catch (error) {
      this.failed = true;
      throw databaseError(error);
    } finally {
      clearTimeout(timer);
    }
  }

  private async connect(): Promise<Client> {
    if (this.failed) throw new Error('Connection terminated');
    const client = new Client({
      ...{ connectionString: this.url, application_name: this.name, keepAlive: true },
      ...{ connectionTimeoutMillis: CONNECT_MS, statement_timeout: ANSWER_MS },
    });
    client.on('error', () => {
      this.failed = true;
    });
    client.on('end', () => {
      this.failed = true;
    });
    await client.connect();
    this.client = client;
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    this.pid = rows[0]!.pid;
    return client;
  }
}
