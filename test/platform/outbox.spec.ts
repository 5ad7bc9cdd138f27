import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pino } from 'pino';
import {
  DeadLetters,
  type OutboxHandler,
  type OutboxMessage,
  Outbox,
  OutboxWorker,
} from '../../src/platform/index.js';
import { openTestDatabase, type OpenDatabase } from '../support/platform.js';

const silent = pino({ level: 'silent' });
let open: OpenDatabase;

beforeAll(async () => {
  open = await openTestDatabase();
});
afterAll(() => open.close());
beforeEach(() => open.database.query('TRUNCATE outbox_message'));

function outboxWith(handler: (message: OutboxMessage) => Promise<void>): {
  outbox: Outbox;
  worker: OutboxWorker;
} {
  const outbox = new Outbox(open.database);
  outbox.handle('test', handler);
  return { outbox, worker: new OutboxWorker(open.database, outbox, silent) };
}

function outboxOfMany(handler: OutboxHandler): ReturnType<typeof outboxWith> {
  const outbox = new Outbox(open.database);
  outbox.handleMany('test', handler);
  return { outbox, worker: new OutboxWorker(open.database, outbox, silent) };
}

const entry = (orderingKey: string, n: number) => ({ topic: 'test', orderingKey, payload: { n } });
const makeDue = () => open.database.query('UPDATE outbox_message SET next_attempt_at = now()');

describe('outbox', () => {
  test('what a rolled-back transaction wrote is never delivered', async () => {
    const delivered: OutboxMessage[] = [];
    const { outbox, worker } = outboxWith(async (message) => void delivered.push(message));
    const failing = open.database.run(async () => {
      await outbox.append([entry('a', 1)]);
      throw new RangeError('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await worker.drain();
    expect(delivered).toEqual([]);
  });

  test.each([
    { name: 'one at a time', takesMany: false },
    { name: 'many at once', takesMany: true },
  ])(
    'every message is delivered at least once and in order per key, whatever fails and whoever delivers: $name',
    async ({ takesMany }) => {
      let most = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 2 })), {
            maxLength: 20,
          }),
          async (plan) => {
            await open.database.query('TRUNCATE outbox_message');
            const failures = new Map(plan.map(([, count], n) => [n, count]));
            const done = new Map<string, number[]>();
            const handler = async (messages: readonly OutboxMessage[]) => {
              most = Math.max(most, messages.length);
              for (const { payload } of messages) {
                const n = payload['n'] as number;
                const left = failures.get(n)!;
                failures.set(n, left - 1);
                if (left > 0) throw new RangeError('not yet');
              }
              for (const { orderingKey, payload } of messages)
                done.set(orderingKey, [...(done.get(orderingKey) ?? []), payload['n'] as number]);
            };
            const another = () =>
              takesMany ? outboxOfMany(handler) : outboxWith((message) => handler([message]));
            const [first, second] = [another(), another()];
            await first.outbox.append(plan.map(([key], n) => entry(key, n)));
            for (let round = 0; round < 60; round++) {
              await Promise.all([first.worker.drain(), second.worker.drain()]);
              if ((await makeDue()) && (await count()) === 0) break;
            }
            const expected = (key: string) => plan.flatMap(([k], n) => (k === key ? [n] : []));
            for (const key of ['a', 'b', 'c']) expect(done.get(key) ?? []).toEqual(expected(key));
          },
        ),
        { numRuns: 15 },
      );
      expect(most > 1).toBe(takesMany);
    },
  );

  test('a message that keeps failing becomes a dead letter, lets its key go on, and can be replayed', async () => {
    let isBroken = true;
    const delivered: number[] = [];
    const { outbox, worker } = outboxWith(async ({ payload }) => {
      if (payload['n'] === 1 && isBroken) throw new RangeError('broken');
      delivered.push(payload['n'] as number);
    });
    const deadLetters = new DeadLetters(open.database);
    await outbox.append([entry('a', 1), entry('a', 2)]);
    for (let attempt = 0; attempt < 12; attempt++) {
      expect(delivered).toEqual([]);
      await worker.drain();
      await makeDue();
    }
    await worker.drain();
    expect(delivered).toEqual([2]);
    expect(await deadLetters.list(10)).toMatchObject([
      { topic: 'test', attempts: 12, lastError: 'RangeError: broken' },
    ]);
    expect(await deadLetters.depth()).toEqual({ waiting: 0, dead: 1, oldestAgeSeconds: 0 });
    isBroken = false;
    expect(await deadLetters.replay()).toBe(1);
    await worker.drain();
    expect(delivered).toEqual([2, 1]);
  });

  test('a message that keeps failing holds back its own key and no other, however many wait behind it', async () => {
    const delivered: string[] = [];
    const { outbox, worker } = outboxWith(async ({ orderingKey }) => {
      if (orderingKey === 'a') throw new RangeError('broken');
      delivered.push(orderingKey);
    });
    await outbox.append([...Array.from({ length: 201 }, (_, n) => entry('a', n)), entry('b', 1)]);
    await worker.drain();
    await worker.drain();
    expect(delivered).toEqual(['b']);
  });

  test('draining waits for a delivery that is under way already, and for what that one appends', async () => {
    const delivered: unknown[] = [];
    const { outbox, worker } = outboxWith(async ({ payload }) => {
      if (payload['n'] === 1) {
        await pause(100);
        await outbox.append([entry('b', 2)]);
      }
      delivered.push(payload['n']);
    });
    await outbox.append([entry('a', 1)]);
    const first = worker.drain();
    while ((await open.database.query('SELECT 1 FROM outbox_message WHERE attempts = 1')).length === 0);
    await worker.drain();
    expect(delivered).toEqual([1, 2]);
    await first;
  });

  test('a message whose deliverer died in the middle is delivered by another later', async () => {
    const dying = outboxWith(() => new Promise(() => undefined));
    await dying.outbox.append([entry('a', 1)]);
    void dying.worker.drain();
    while ((await open.database.query('SELECT 1 FROM outbox_message WHERE attempts = 1')).length === 0);
    const delivered: number[] = [];
    const living = outboxWith(async ({ payload }) => void delivered.push(payload['n'] as number));
    await living.worker.drain();
    expect(delivered).toEqual([]);
    await makeDue();
    await living.worker.drain();
    expect(delivered).toEqual([1]);
  });
});

async function count(): Promise<number> {
  return (await open.database.query('SELECT 1 FROM outbox_message')).length;
}
