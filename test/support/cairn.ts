import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import 'reflect-metadata';
import { Projector } from '../../src/lineage/index.js';
import { loadConfig } from '../../src/platform/index.js';
import { type Cairn, startCairn } from '../../src/start.js';
import { createTestDatabase } from './database.js';

/** A GraphQL answer as it came. */
export interface GraphqlAnswer {
  readonly data: any;
  readonly errors?: readonly {
    message: string;
    path?: readonly (string | number)[];
    extensions: Record<string, unknown>;
  }[];
}

/** A whole service over its own database, data folder and port. */
export interface TestCairn extends Cairn {
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly adminToken: string;
  /** Sends an operation as the holder of `token`, the administrator's by default. */
  graphql(query: string, variables?: Record<string, unknown>, token?: string): Promise<GraphqlAnswer>;
  /** Like {@link graphql}, and throws when there are errors. */
  ask(query: string, variables?: Record<string, unknown>, token?: string): Promise<any>;
  /** An HTTP request with a bearer token, the administrator's by default; `token: ''` sends none. */
  http(route: string, init?: RequestInit & { token?: string }): Promise<Response>;
  /** Makes a principal and a token for it; what it may do, the policy files say. @param subject `user:NAME` or `service:NAME` */
  tokenFor(subject: string): Promise<string>;
  /** Does `work` while the service is down, then starts another as {@link restart} does. */
  away(work: () => Promise<void>): Promise<void>;
  /** Stops the service and starts another on the same database and data folder; `app` and `url` are the new one's then. */
  restart(): Promise<void>;
}

/** Starts a service for a test file. @param env settings beside the defaults */
export async function startTestCairn(env: Record<string, string> = {}): Promise<TestCairn> {
  const database = await createTestDatabase();
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'cairn-e2e-'));
  chmodSync(dataDir, 0o755);
  const adminToken = `test-${randomBytes(16).toString('hex')}`;
  const config = loadConfig({
    CAIRN_PORT: '0',
    CAIRN_DATA_DIR: dataDir,
    CAIRN_ADMIN_TOKEN: adminToken,
    CAIRN_LOG_LEVEL: 'silent',
    DATABASE_URL: database.url,
    ...env,
  });
  const clear = async () => {
    await database.drop();
    // What was under way when it stopped may still write.
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
  };
  let running = await startCairn(config).catch(async (error: unknown) => {
    await clear();
    throw error;
  });
  const http: TestCairn['http'] = (route, { token = adminToken, ...init } = {}) => {
    const headers = new Headers(init.headers);
    if (token !== '') headers.set('authorization', `Bearer ${token}`);
    return fetch(`${running.url}${route}`, { ...init, headers });
  };
  const graphql: TestCairn['graphql'] = async (query, variables = {}, token = adminToken) => {
    const response = await http('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
      token,
    });
    return (await response.json()) as GraphqlAnswer;
  };
  const ask: TestCairn['ask'] = async (query, variables, token) => {
    const answer = await graphql(query, variables, token);
    if (answer.errors) throw new Error(JSON.stringify(answer.errors, undefined, 1));
    return answer.data;
  };
  const cairn: TestCairn = {
    ...running,
    dataDir,
    databaseUrl: database.url,
    adminToken,
    http,
    graphql,
    ask,
    tokenFor: async (subject) => {
      const [kind, name] = subject.split(':');
      const known = await graphql(
        'mutation($i: CreatePrincipalInput!) { createPrincipal(input: $i) { id } }',
        { i: { kind, name } },
      );
      if (known.errors && known.errors[0]?.extensions['code'] !== 'ALREADY_EXISTS')
        throw new Error(known.errors[0]?.message);
      const issued = await ask('mutation($i: IssueTokenInput!) { issueToken(input: $i) { secret } }', {
        i: { subject, label: 'test' },
      });
      return issued.issueToken.secret as string;
    },
    restart: () => cairn.away(async () => undefined),
    away: async (work) => {
      await running.stop();
      try {
        await work();
      } finally {
        running = await startCairn(config);
        const { app, url, s3Url } = running;
        Object.assign(cairn, { app, url, s3Url });
      }
    },
    stop: async () => {
      await running.stop();
      await clear();
    },
  };
  return cairn;
}

/**
 * Waits until a new service has looked over all names, which it does once: assets that are written past it afterwards, under ids of their
 * own, stay as they are.
 */
export async function namesAreResolved({ app }: TestCairn): Promise<void> {
  await app.get(Projector).rebuild(true);
}
