import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/platform/index.js';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.js';
import { freePort } from '../free-port.js';
import { killService, runService, serviceEnvironment } from '../services.js';

const MAIN = path.join(import.meta.dirname, '../../../dist/src/main.js');
const BUCKET = 'faults';

export const VICTIMS = ['service', 'postgres', 'store'] as const;
export type Victim = (typeof VICTIMS)[number];

/** A built service with a PostgreSQL and a MinIO of its own, each of which can be killed and comes back where it was. */
export class Site {
  readonly adminToken = `test-${randomBytes(16).toString('hex')}`;
  readonly url: string;
  /** What the service logged as errors, in all its lives. */
  readonly errors: string[] = [];
  private service: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private postgres: EmbeddedPostgres,
    private readonly proxy: FaultProxy,
    private readonly storeVariables: Readonly<Record<string, string>>,
    private readonly s3: S3Client,
    private readonly env: Readonly<Record<string, string>>,
    port: number,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** @param settings of the service, beside those that say where its servers are */
  static async start(settings: Readonly<Record<string, string>>): Promise<Site> {
    const credentials = serviceEnvironment('minio');
    const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-faults-'));
    chmodSync(folder, 0o755);
    const postgres = await startEmbeddedPostgres(path.join(folder, 'postgres'));
    const proxy = await startFaultProxy({ port: Number(new URL(postgres.url).port) });
    const database = new URL(postgres.url);
    database.port = String(proxy.port);
    const [port, storePort] = [await freePort(), await freePort()];
    const storeVariables = { SERVICES_DATA: path.join(folder, 'services'), MINIO_PORT: String(storePort) };
    await runService('minio', 'start', storeVariables);
    const endpoint = `http://127.0.0.1:${storePort}`;
    const s3 = new S3Client({
      ...{ endpoint, region: 'us-east-1', forcePathStyle: true },
      credentials: {
        accessKeyId: credentials['AWS_ACCESS_KEY_ID']!,
        secretAccessKey: credentials['AWS_SECRET_ACCESS_KEY']!,
      },
    });
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    const env = {
      ...credentials,
      ...{ S3_ENDPOINT: endpoint, S3_BUCKET: BUCKET, DATABASE_URL: database.href },
      ...{ CAIRN_PORT: String(port), CAIRN_DATA_DIR: path.join(folder, 'data'), CAIRN_LOG_LEVEL: 'error' },
      ...settings,
    };
    const site = new Site(folder, postgres, proxy, storeVariables, s3, env, port);
    await site.startService();
    return site;
  }

  async kill(victim: Victim): Promise<void> {
    if (victim === 'store') return killService('minio', this.storeVariables);
    if (victim === 'postgres') return void process.kill(this.postgres.pid, 'SIGKILL');
    const exited = once(this.service!, 'exit');
    this.service!.kill('SIGKILL');
    await exited;
  }

  async revive(victim: Victim): Promise<void> {
    if (victim === 'store') return runService('minio', 'start', this.storeVariables);
    if (victim === 'service') return this.startService();
    this.postgres = await startEmbeddedPostgres(path.join(this.folder, 'postgres'));
    this.proxy.redirect(Number(new URL(this.postgres.url).port));
  }

  private async startService(): Promise<void> {
    const child = spawn('node', [MAIN], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.env, CAIRN_ADMIN_TOKEN: this.adminToken },
    });
    this.service = child;
    let output = '';
    createInterface(child.stderr).on('line', (line) => this.errors.push(line));
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (text) => {
        output += String(text);
        if (/GraphQL +\S+\/graphql/.test(output)) resolve();
      });
      child.once('exit', () =>
        reject(new Error(`the service ended before it was ready: ${this.errors.at(-1)}`)),
      );
    });
  }

  /** Rows as the database has them. */
  async rows<Row extends pg.QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.postgres.url });
    await client.connect();
    try {
      return (await client.query<Row>(sql, parameters)).rows;
    } finally {
      await client.end();
    }
  }

  /** Digests of all objects in the store. */
  async stored(): Promise<Set<string>> {
    const digests = new Set<string>();
    for (let token: string | undefined; ;) {
      const page = await this.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken: token }));
      for (const { Key: key } of page.Contents ?? []) {
        const [, head, rest] = /objects\/([0-9a-f]{2})\/([0-9a-f]{62})$/.exec(key!) ?? [];
        if (head !== undefined) digests.add(head + rest!);
      }
      token = page.NextContinuationToken;
      if (token === undefined) return digests;
    }
  }

  async stop(): Promise<void> {
    if (this.service?.exitCode === null && this.service.signalCode === null) await this.kill('service');
    await runService('minio', 'stop', this.storeVariables);
    this.s3.destroy();
    await this.proxy.close();
    await this.postgres.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
