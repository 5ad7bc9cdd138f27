import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Replicas } from './support/replicas.js';

let replicas: Replicas;
beforeAll(async () => {
  replicas = await Replicas.start(2);
}, 120_000);
afterAll(() => replicas.stop());

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

test('two replicas lose no event that was accepted, whatever happens to one of them', async () => {
  const accepted: string[] = [];
  let isDone = false;
  const send = async (place: number): Promise<void> => {
    for (let i = 0; !isDone; i++) {
      try {
        const response = await replicas.post(place, '/api/v1/lineage', event(`job ${place} ${i % 50}`));
        const answer = (await response.json()) as { id: string };
        if (response.status === 201) accepted.push(answer.id);
      } catch {
        // Nobody answered: it was not accepted, as far as the sender knows.
        await pause(20);
      }
    }
  };
  const more = async (count: number): Promise<void> => {
    const until = accepted.length + count;
    while (accepted.length < until) await pause(10);
  };
  const senders = [0, 0, 0, 1, 1, 1].map(send);
  await more(150);
  await replicas.end(0, 'SIGKILL');
  await more(100);
  await replicas.start(0);
  await more(100);
  expect(await replicas.end(1, 'SIGTERM')).toBe(0);
  await replicas.start(1);
  await more(100);
  isDone = true;
  await Promise.all(senders);

  const stored = await replicas.rows<{ id: string }>('SELECT id FROM lineage_event');
  const ids = new Set(stored.map(({ id }) => id));
  expect(accepted.filter((id) => !ids.has(id))).toEqual([]);
}, 120_000);

test('what one replica takes back, another refuses at once', async () => {
  const issue =
    'mutation { issueToken(input: {subject: "user:admin", label: "short"}) { secret token { id } } }';
  const { secret, token } = (await replicas.ask(0, issue)).issueToken;
  const me = { query: '{ me { subject } }' };
  expect((await replicas.post(1, '/graphql', me, secret)).status).toBe(200);
  await replicas.ask(0, 'mutation($id: ID!) { revokeToken(id: $id) { id } }', { id: token.id });
  const refused: any = await (await replicas.post(1, '/graphql', me, secret)).json();
  expect(refused.errors[0].extensions.code).toBe('UNAUTHENTICATED');
});
