import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from './support/eventually.js';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.js';
import { createTestNamespace, type TestNamespace } from './support/kubernetes-namespace.js';
import { TestNode } from './support/kubernetes-node.js';
import { Replicas } from './support/replicas.js';
import { serviceEnvironment } from './support/services.js';
import { trainingsOf } from './support/training.js';

const RUNS = 8;
const minio = serviceEnvironment('minio');
const administrator = serviceEnvironment('kubernetes')['KUBECONFIG']!;
const bucket = `jobs-${Date.now()}`;
/** Commands run on this machine: each leaves a file for each time that it ran. */
const marks = mkdtempSync(path.join(os.tmpdir(), 'cairn-marks-'));
let node: TestNode;
let namespace: TestNamespace;
/** What pods know the service by: whichever replica is there. */
let front: FaultProxy;
let replicas: Replicas;

const lead = (place: number) => front.redirect(Number(new URL(replicas.url(place)).port));

beforeAll(async () => {
  Object.assign(process.env, minio);
  chmodSync(marks, 0o777);
  const client = new S3Client({ endpoint: minio['S3_ENDPOINT']!, region: 'us-east-1', forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  node = await TestNode.start(administrator);
  namespace = await createTestNamespace(administrator);
  front = await startFaultProxy({ port: 1 });
  replicas = await Replicas.start(2, {
    ...{ ...minio, S3_BUCKET: bucket, EXECUTION_DRIVER: 'kubernetes', KUBECONFIG: namespace.kubeconfig() },
    ...{ KUBERNETES_EXECUTION_NAMESPACE: namespace.name, KUBERNETES_EXECUTION_IMAGE: 'machine:this' },
    ...{ KUBERNETES_EXECUTION_STAGER_IMAGE: 'cairn:test', ...node.settings },
    KUBERNETES_EXECUTION_CAIRN_URL: `http://127.0.0.1:${front.port}`,
  });
  lead(0);
}, 60_000);
afterAll(async () => {
  await replicas?.stop();
  await front?.close();
  await namespace?.drop();
  await node?.stop();
  rmSync(marks, { recursive: true, force: true });
});

async function isHolding(place: number): Promise<boolean> {
  const health: any = await (await fetch(`${replicas.url(place)}/health/ready`)).json();
  return health.parts.training.report.isHolding;
}
async function holder(): Promise<number> {
  const holding = await eventually(
    () => Promise.all([0, 1].map(isHolding)),
    (places) => places.includes(true),
  );
  return holding.indexOf(true);
}

test('each command is run once, and committed once, whoever of the replicas is killed', async () => {
  let at = 0;
  const trainings = trainingsOf({
    ask: (query, variables) => replicas.ask(at, query, variables),
    http: (route, { token = replicas.adminToken, ...init } = {}) =>
      fetch(`${replicas.url(at)}${route}`, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${token}` },
      }),
  });
  await trainings.repository('penguins', 'dataset', { 'penguins.csv': 'a\n1\n' });
  const script = `mktemp ${marks}/"$CAIRN_RUN_ID".XXXXXX > /dev/null; sleep 2; cp "$CAIRN_INPUTS/penguins/penguins.csv" "$CAIRN_OUTPUTS/model"`;
  const ids: string[] = [];
  for (let i = 0; i < RUNS; i++) ids.push((await trainings.submit(script)).id as string);
  await eventually(
    async () => readdirSync(marks).length,
    (begun) => begun > 0,
  );
  for (let kills = 0; kills < 2; kills++) {
    const killed = await holder();
    await replicas.end(killed, 'SIGKILL');
    at = 1 - killed;
    lead(at);
    await pause(2_000);
    await replicas.start(killed);
  }
  for (const id of ids) {
    const run = await trainings.ended(id);
    expect(run).toMatchObject({ state: 'succeeded', reason: null });
    expect(await trainings.commits(run.output.repository)).toMatchObject([{ id: run.output.commitId }]);
  }
  expect(
    readdirSync(marks)
      .map((name) => name.split('.')[0])
      .sort(),
  ).toEqual([...ids].sort());
});

test('the pods fetched their inputs at the bucket itself: no byte of them passed the service', async () => {
  for (const place of [0, 1]) {
    const metrics = await (await fetch(`${replicas.url(place)}/metrics`)).text();
    expect(/cairn_staged_bytes_total\{direction="in"\} (\d+)/.exec(metrics)?.[1]).toBe('0');
  }
});
