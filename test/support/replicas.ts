import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { createTestDatabase } from './database.js';

const MAIN = path.join(import.meta.dirname, '../../dist/src/main.js');

/** One of several service processes on one database. */
interface Replica {
  readonly process: ChildProcess;
  readonly url: string;
}

/** Processes of the built service that share a database, each with a data folder of its own. */
export class Replicas {
  readonly adminToken = `test-${randomBytes(16).toString('hex')}`;
  private readonly running: Replica[] = [];

  private constructor(
    private readonly database: Awaited<ReturnType<typeof createTestDatabase>>,
    private readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** @param env settings of all of them beside the defaults */
  static async start(count: number, env: Readonly<Record<string, string>> = {}): Promise<Replicas> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-replicas-'));
    const replicas = new Replicas(await createTestDatabase(), folder, env);
    await Promise.all(Array.from({ length: count }, (_, place) => replicas.start(place)));
    return replicas;
  }

  url(place: number): string {
    return this.running[place]!.url;
  }

  /** Starts one, at first or again, and waits until it says where it listens. */
  async start(place: number): Promise<void> {
    const child = spawn('node', [MAIN], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        ...process.env,
        ...{
          CAIRN_PORT: '0',
          CAIRN_DATA_DIR: path.join(this.folder, String(place)),
          CAIRN_LOG_LEVEL: 'silent',
        },
        ...{ CAIRN_ADMIN_TOKEN: this.adminToken, DATABASE_URL: this.database.url },
        ...this.env,
      },
    });
    let output = '';
    for await (const text of child.stdout) {
      output += String(text);
      const url = /GraphQL +(\S+)\/graphql/.exec(output)?.[1];
      if (url !== undefined) {
        this.running[place] = { process: child, url };
        return;
      }
    }
    throw new Error(`the service ended before it was ready: ${output}`);
  }

  /** @returns its exit code, null when the signal ended it */
  async end(place: number, signal: NodeJS.Signals): Promise<number | null> {
    const { process: child } = this.running[place]!;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  }

  /** Asks one of them as the administrator. @throws when it answers with errors */
  async ask(place: number, query: string, variables: object = {}): Promise<any> {
    const response = await this.post(place, '/graphql', { query, variables });
    const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  post(place: number, route: string, body: unknown, token = this.adminToken): Promise<Response> {
    return fetch(`${this.url(place)}${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  }

  /** Rows as the database has them. */
  async rows<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.database.url });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.running.map((_, place) => this.end(place, 'SIGKILL')));
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
