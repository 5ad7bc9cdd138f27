import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-database-'));
chmodSync(folder, 0o755);
let postgres: EmbeddedPostgres;
let proxy: FaultProxy;
let cairn: TestCairn;

const portOf = (url: string) => Number(new URL(url).port);

beforeAll(async () => {
  postgres = await startEmbeddedPostgres(folder);
  proxy = await startFaultProxy({ port: portOf(postgres.url) });
  const url = new URL(postgres.url);
  url.port = String(proxy.port);
  cairn = await startTestCairn({ DATABASE_URL: url.href });
}, 60_000);
afterAll(async () => {
  await cairn.stop();
  await proxy.close();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs whose START got a 2xx; all of them must be known, whatever happened. */
const acknowledged = new Set<string>();
async function send(runId = randomUUID()): Promise<number> {
  const { status } = await cairn.http('/api/v1/lineage', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ eventType: 'COMPLETE', eventTime: new Date().toISOString(), producer: 'urn:test' },
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
      ...{ run: { runId }, job: { namespace: 'faults', name: 'job' } },
      outputs: [{ namespace: 'faults', name: `out-${runId}` }],
    }),
  });
  if (status === 201) acknowledged.add(runId);
  return status;
}
async function expectAllKnown(): Promise<void> {
  for (const runId of acknowledged) {
    const { lineageRun } = await cairn.ask(
      'query($id: ID!) { lineageRun(id: $id) { outputs { asset { asset { identityName } } } } }',
      { id: runId },
    );
    expect(lineageRun).toMatchObject({ outputs: [{ asset: { asset: { identityName: `out-${runId}` } } }] });
  }
}
const readiness = async (): Promise<number> => (await cairn.http('/health/ready')).status;
const untilReady = () => eventually(readiness, (status) => status === 200);
const liveness = async (): Promise<number> => (await cairn.http('/health/live')).status;

test('a slow database is waited for', async () => {
  proxy.slow(20);
  expect(await send()).toBe(201);
  expect(await readiness()).toBe(200);
  proxy.heal();
  await expectAllKnown();
});

test('connections that break are answered by name and opened again', async () => {
  proxy.cut();
  expect(await send()).toBe(503);
  expect([await readiness(), await liveness()]).toEqual([503, 200]);
  proxy.heal();
  await untilReady();
  expect(await send()).toBe(201);
  await expectAllKnown();
});

test('a database that does not answer is told of within seconds, and goes on where it stopped', async () => {
  proxy.stall();
  const waiting = send();
  expect([await readiness(), await liveness()]).toEqual([503, 200]);
  proxy.heal();
  expect(await waiting).toBe(201);
  expect(await readiness()).toBe(200);
  await expectAllKnown();
});

test('a database that is stopped is said to be away, and used again when it is started', async () => {
  await postgres.stop();
  expect(await send()).toBe(503);
  expect([await readiness(), await liveness()]).toEqual([503, 200]);
  postgres = await startEmbeddedPostgres(folder);
  proxy.redirect(portOf(postgres.url));
  await untilReady();
  expect(await send()).toBe(201);
  await expectAllKnown();
});

test('a database that is killed while written to has lost nothing that was acknowledged', async () => {
  for (let kill = 0; kill < 3; kill++) {
    let isOver = false;
    const seen = new Set<number>();
    const writers = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        // A sender that was not answered sends the same run again.
        const runId = randomUUID();
        for (let status = 0; status !== 201 && !isOver;) seen.add((status = await send(runId)));
      }
    });
    await pause(150 + 137 * kill);
    process.kill(postgres.pid, 'SIGKILL');
    await pause(200);
    expect([await readiness(), await liveness()]).toEqual([503, 200]);
    postgres = await startEmbeddedPostgres(folder);
    proxy.redirect(portOf(postgres.url));
    const before = acknowledged.size;
    while (acknowledged.size < before + 20) await pause(20);
    isOver = true;
    await Promise.all(writers);
    expect([...seen].filter((status) => status !== 201 && status !== 503)).toEqual([]);
    expect(await readiness()).toBe(200);
  }
  await expectAllKnown();
}, 120_000);
