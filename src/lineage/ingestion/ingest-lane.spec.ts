import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { IngestionOverloadedError } from './errors.js';
import { IngestLane } from './ingest-lane.js';

interface Item {
  readonly name: number;
  readonly sizeBytes: number;
}

const BOUNDS = { maxItems: 4, maxBatchBytes: 100, maxWaitingBytes: 1_000, gatherMs: 1 };
const item = (name: number, sizeBytes = 1): Item => ({ name, sizeBytes });

const laneOf = (
  work: (items: readonly Item[]) => Promise<void> | void = () => undefined,
  bounds = BOUNDS,
) => {
  const batches: number[][] = [];
  const lane = new IngestLane<Item, number>(bounds, async (items) => {
    batches.push(items.map(({ name }) => name));
    await new Promise((resolve) => setTimeout(resolve, 1));
    await work(items);
    return items.map(({ name }) => (name < 0 ? { error: new RangeError(`${name}`) } : { ok: name * 2 }));
  });
  return { lane, batches };
};

describe('the lane', () => {
  it('gives everybody the outcome of their own item, in batches within bounds', async () => {
    const { lane, batches } = laneOf();
    const outcomes = await Promise.all(Array.from({ length: 30 }, (_, i) => lane.pass(item(i))));
    expect(outcomes).toEqual(Array.from({ length: 30 }, (_, i) => i * 2));
    expect(batches.every((batch) => batch.length <= 4)).toBe(true);
    expect(batches.flat()).toEqual(Array.from({ length: 30 }, (_, i) => i));
    while (!lane.isIdle) await new Promise((resolve) => setTimeout(resolve, 1));
  });

  it('bounds a batch by bytes, and takes a larger item by itself', async () => {
    const { lane, batches } = laneOf();
    await Promise.all([item(1, 60), item(2, 60), item(3, 500), item(4, 1)].map((one) => lane.pass(one)));
    expect(batches).toEqual([[1], [2], [3], [4]]);
  });

  it('a refused item does not touch its neighbours', async () => {
    const { lane } = laneOf();
    const outcomes = await Promise.allSettled([lane.pass(item(1)), lane.pass(item(-2)), lane.pass(item(3))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('a failure of the work reaches all of the batch, and the lane goes on', async () => {
    let isAway = true;
    const { lane } = laneOf(() => {
      if (isAway) throw new RangeError('away');
    });
    const outcomes = await Promise.allSettled([lane.pass(item(1)), lane.pass(item(2))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isAway = false;
    expect(await lane.pass(item(3))).toBe(6);
  });

  it('refuses what memory should not hold, and forgets what has passed', async () => {
    const { lane } = laneOf();
    const first = lane.pass(item(1, 900));
    expect(() => lane.pass(item(2, 200))).toThrow(IngestionOverloadedError);
    await first;
    expect(await lane.pass(item(2, 200))).toBe(4);
  });

  it('works outside of the request that started it', async () => {
    const request = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const { lane } = laneOf(() => void seen.push(request.getStore()));
    await request.run('the first', () => lane.pass(item(1)));
    expect(seen).toEqual([undefined]);
  });
});
