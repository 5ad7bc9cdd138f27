import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { serviceEnvironment } from './support/services.js';

const brokers = serviceEnvironment('kafka')['KAFKA_BROKERS']!;
const topic = `openlineage-${randomUUID()}`;
const kafka = new Kafka({ clientId: 'test', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
const SCRIPT = path.join(import.meta.dirname, '../scripts/services/kafka.sh');

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

async function jobs(): Promise<string[]> {
  const found = await cairn.ask(
    '{ assets(filter: { kinds: [job] }, first: 200) { nodes { identityName } } }',
  );
  return found.assets.nodes.map((node: { identityName: string }) => node.identityName);
}

/** Asks until it holds; the test's own timeout ends it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 100));
}

const letters = async (): Promise<any[]> =>
  (await cairn.ask('{ deadLetters(first: 100) { id topic payload lastError } }')).deadLetters;

describe('events in Kafka', () => {
  test('become lineage, and those behind a message that cannot be taken too', async () => {
    await send(JSON.stringify(event('first')), 'no JSON, password=hunter2', JSON.stringify(event('second')));
    await until(async () => {
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
    await until(async () => (await letters()).length === 3);
    const errors = (await letters()).map(({ lastError }) => lastError);
    expect(errors).toContainEqual(expect.stringMatching(/run\.runId: must be a UUID/));
    expect(JSON.stringify(await letters())).not.toContain('hunter2');
  });

  test('are read on where a restart left off, none lost and none twice', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `restart-${i}`);
    const sending = send(...names.map((name) => JSON.stringify(event(name))));
    await cairn.restart();
    await sending;
    await until(async () => (await countEvents()) === 302);
    expect(await letters()).toHaveLength(3);
  });

  test('are taken once the brokers are back, and the service answers meanwhile', async () => {
    execFileSync('bash', [SCRIPT, 'stop'], { stdio: 'ignore' });
    expect((await cairn.http('/health/ready')).status).toBe(200);
    execFileSync('bash', [SCRIPT, 'start'], { stdio: 'ignore' });
    await send(JSON.stringify(event('after-the-outage')));
    await until(async () => (await jobs()).includes('after-the-outage'));
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
