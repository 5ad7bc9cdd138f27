import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { clientFromEnvironment, type RunEvent } from '@cairn/openlineage-client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.js';
import { freePort } from './support/free-port.js';
import { killService, runService, serviceEnvironment } from './support/services.js';

const brokers = serviceEnvironment('kafka')['KAFKA_BROKERS']!;
const topic = `openlineage-${randomUUID()}`;
const kafka = new Kafka({ clientId: 'test', brokers: brokers.split(','), logLevel: logLevel.NOTHING });

let cairn: TestCairn;
let producer: Producer;

beforeAll(async () => {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
  await admin.disconnect();
  producer = kafka.producer();
  await producer.connect();
  cairn = await startTestCairn({
    ...{ KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic, KAFKA_GROUP: randomUUID() },
    KAFKA_SUBJECT: 'user:admin',
  });
});
afterAll(async () => {
  await cairn.stop();
  await producer.disconnect();
});

const event = (job: string) => ({
  eventType: 'COMPLETE',
  eventTime: new Date().toISOString(),
  producer: 'urn:test',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId: randomUUID() },
  job: { namespace: 'kafka-test', name: job },
  inputs: [{ namespace: 'kafka-test', name: 'in' }],
  outputs: [],
});

const send = (...values: (string | Buffer)[]) =>
  producer.send({ topic, messages: values.map((value) => ({ value, key: 'run:kafka-test' })) });

async function jobs(of = cairn): Promise<string[]> {
  const found = await of.ask('{ assets(filter: { kinds: [job] }, first: 200) { nodes { identityName } } }');
  return found.assets.nodes.map((node: { identityName: string }) => node.identityName);
}

/** Asks until it holds, for a minute. */
const letters = async (): Promise<any[]> =>
  (await cairn.ask('{ deadLetters(first: 100) { id topic payload lastError } }')).deadLetters;

describe('events in Kafka', () => {
  test('become lineage, and those behind a message that cannot be taken too', async () => {
    await send(JSON.stringify(event('first')), 'no JSON, password=hunter2', JSON.stringify(event('second')));
    await eventually(async () => {
      const known = await jobs();
      return known.includes('first') && known.includes('second');
    });
    const [letter] = await letters();
    expect([letter.topic, letter.payload.topic, letter.lastError]).toEqual([
      'kafka.message',
      topic,
      expect.stringMatching(/body: must be JSON/),
    ]);
  });

  test('that are not events are kept by name of field, without their secrets', async () => {
    const bad = { ...event('bad'), run: { runId: 'no uuid', facets: { db: { password: 'hunter2' } } } };
    await send(JSON.stringify(bad), Buffer.alloc(0));
    await eventually(async () => (await letters()).length === 3);
    const errors = (await letters()).map(({ lastError }) => lastError);
    expect(errors).toContainEqual(expect.stringMatching(/run\.runId: must be a UUID/));
    expect(JSON.stringify(await letters())).not.toContain('hunter2');
  });

  test('are read on where a restart left off, none lost and none twice', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `restart-${i}`);
    const sending = send(...names.map((name) => JSON.stringify(event(name))));
    await cairn.restart();
    await sending;
    await eventually(async () => (await countEvents()) === 302);
    expect(await letters()).toHaveLength(3);
  });
});

describe("the project's own client", () => {
  test('sends to Kafka what its environment tells it to', async () => {
    const client = clientFromEnvironment({
      OPENLINEAGE__TRANSPORT__TYPE: 'kafka',
      OPENLINEAGE__TRANSPORT__TOPIC: topic,
      OPENLINEAGE__TRANSPORT__CONFIG: JSON.stringify({ 'bootstrap.servers': brokers }),
    });
    await client.emit(event('by the client') as RunEvent);
    await client.emitBatch([event('in a batch 1'), event('in a batch 2')] as RunEvent[]);
    await client.close();
    await eventually(async () => {
      const known = await jobs();
      return ['by the client', 'in a batch 1', 'in a batch 2'].every((name) => known.includes(name));
    });
  });

  test('fails by the name of the topic when there is no broker', async () => {
    const client = clientFromEnvironment({
      OPENLINEAGE__TRANSPORT__TYPE: 'kafka',
      OPENLINEAGE__TRANSPORT__TOPIC: topic,
      OPENLINEAGE__TRANSPORT__CONFIG: JSON.stringify({
        'bootstrap.servers': `127.0.0.1:${await freePort()}`,
      }),
    });
    const failed = client.emit(event('nowhere') as RunEvent);
    await expect(failed).rejects.toMatchObject({ name: 'EmissionError', transport: 'kafka', target: topic });
    await client.close();
  }, 120_000);
});

describe('brokers with faults', () => {
  // A broker of its own, because it tells clients by which address it is to be reached: through the wire.
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-kafka-'));
  let broker: Record<string, string>;
  let proxy: FaultProxy;
  let behind: TestCairn;
  let straight: Producer;
  const sent: string[] = [];
  const send = async (...names: string[]) => {
    await straight.send({ topic, messages: names.map((name) => ({ value: JSON.stringify(event(name)) })) });
    sent.push(...names);
  };
  const known = async () => new Set(await jobs(behind));
  const untilAllKnown = () =>
    eventually(async () => {
      const found = await known();
      return sent.every((name) => found.has(name));
    });
  const health = async () =>
    ((await (await behind.http('/health/ready')).json()) as any).parts.kafka as Record<string, unknown>;

  beforeAll(async () => {
    const port = await freePort();
    proxy = await startFaultProxy({ port });
    broker = {
      SERVICES_DATA: folder,
      KAFKA_PORT: String(port),
      KAFKA_CONTROLLER_PORT: String(await freePort()),
      KAFKA_ADVERTISED_PORT: String(proxy.port),
    };
    await runService('kafka', 'start', broker);
    const client = new Kafka({
      clientId: 'faults',
      brokers: [`127.0.0.1:${proxy.port}`],
      logLevel: logLevel.NOTHING,
      retry: { retries: 100, maxRetryTime: 500 },
    });
    const admin = client.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true });
    await admin.disconnect();
    straight = client.producer();
    await straight.connect();
    behind = await startTestCairn({
      ...{ KAFKA_BROKERS: `127.0.0.1:${proxy.port}`, KAFKA_TOPIC: topic, KAFKA_GROUP: randomUUID() },
      KAFKA_SUBJECT: 'user:admin',
    });
    await send('before');
    await untilAllKnown();
  }, 60_000);
  afterAll(async () => {
    await straight.disconnect();
    await behind.stop();
    await proxy.close();
    await runService('kafka', 'stop', broker);
    rmSync(folder, { recursive: true });
  });

  test('that are slow are read all the same', async () => {
    proxy.slow(100);
    await send('slow');
    await untilAllKnown();
    proxy.heal();
  });

  test('that are stopped are said to be away, the service answers meanwhile, and reading goes on', async () => {
    await runService('kafka', 'stop', broker);
    await eventually(async () => (await health())['isDegraded'] === true);
    expect((await behind.http('/health/ready')).status).toBe(200);
    await runService('kafka', 'start', broker);
    await send('after the outage');
    await untilAllKnown();
    await eventually(async () => (await health())['isDegraded'] === false);
  });

  test('that are killed while in use lose nothing that they took', async () => {
    for (let kill = 0; kill < 2; kill++) {
      for (let n = 0; n < 40; n++) await send(`killed ${kill}/${n}`);
      await killService('kafka', broker);
      await runService('kafka', 'start', broker);
      await send(`back ${kill}`);
      await untilAllKnown();
    }
  });

  test('whose connections break and stall are asked again', async () => {
    proxy.cut();
    await eventually(async () => (await health())['isDegraded'] === true);
    proxy.heal();
    await send('healed');
    await untilAllKnown();
    proxy.stall();
    expect((await behind.http('/health/live')).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    proxy.heal();
    await send('no longer stalled');
    await untilAllKnown();
  });
});

async function countEvents(): Promise<number> {
  let count = 0;
  for (let after: string | null = null, more = true; more;) {
    const { lineageEvents }: any = await cairn.ask(
      'query($after: String) { lineageEvents(first: 200, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }',
      { after },
    );
    count += lineageEvents.nodes.length;
    ({ hasNextPage: more, endCursor: after } = lineageEvents.pageInfo);
  }
  return count;
}
