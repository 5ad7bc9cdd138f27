import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from './support/database.js';

const MAIN = path.join(import.meta.dirname, '../dist/src/main.js');
const ADMIN = `test-${randomBytes(16).toString('hex')}`;

/** One of several service processes on one database. */
interface Replica {
  readonly process: ChildProcess;
  readonly url: string;
}

let database: TestDatabase;
let folder: string;
const replicas: Replica[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-replicas-'));
  replicas.push(...(await Promise.all([start(0), start(1)])));
}, 60_000);
afterAll(async () => {
  await Promise.all(replicas.map((replica) => end(replica, 'SIGKILL')));
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a process of the built service and waits until it says where it listens. */
async function start(place: number): Promise<Replica> {
  const child = spawn('node', [MAIN], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...process.env,
      ...{ CAIRN_PORT: '0', CAIRN_DATA_DIR: path.join(folder, String(place)), CAIRN_LOG_LEVEL: 'silent' },
      ...{ CAIRN_ADMIN_TOKEN: ADMIN, DATABASE_URL: database.url },
    },
  });
  let output = '';
  for await (const text of child.stdout) {
    output += String(text);
    const url = /GraphQL +(\S+)\/graphql/.exec(output)?.[1];
    if (url !== undefined) return { process: child, url };
  }
  throw new Error(`the service ended before it was ready: ${output}`);
}

async function end({ process: child }: Replica, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

const event = (job: string) => ({
  eventType: 'COMPLETE',
  eventTime: new Date().toISOString(),
  producer: 'urn:test',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId: randomUUID() },
  job: { namespace: 'replicas', name: job },
  inputs: [{ namespace: 'replicas', name: `in ${job.length % 7}` }],
  outputs: [{ namespace: 'replicas', name: 'out' }],
});

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('two replicas on one database', () => {
  test('lose no event that was accepted, whatever happens to one of them', async () => {
    const accepted: string[] = [];
    let isDone = false;
    const send = async (place: number): Promise<void> => {
      for (let i = 0; !isDone; i++) {
        try {
          const response = await fetch(`${replicas[place]!.url}/api/v1/lineage`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN}` },
            body: JSON.stringify(event(`job ${place} ${i % 50}`)),
          });
          const answer = (await response.json()) as { id: string };
          if (response.status === 201) accepted.push(answer.id);
        } catch {
          // Nobody answered: it was not accepted, as far as the sender knows.
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };
    const more = async (count: number): Promise<void> => {
      const until = accepted.length + count;
      while (accepted.length < until) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const senders = [0, 0, 0, 1, 1, 1].map(send);
    await more(150);
    await end(replicas[0]!, 'SIGKILL');
    await more(100);
    replicas[0] = await start(0);
    await more(100);
    await end(replicas[1]!, 'SIGTERM');
    expect(replicas[1]!.process.exitCode).toBe(0);
    replicas[1] = await start(1);
    await more(100);
    isDone = true;
    await Promise.all(senders);

    const stored = await query<{ id: string }>(`SELECT id FROM lineage_event`);
    const ids = new Set(stored.map(({ id }) => id));
    expect(accepted.filter((id) => !ids.has(id))).toEqual([]);
  }, 60_000);
});
