import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { IngestionOverloadedError } from './errors.js';
import { IngestLanes } from './ingest-lanes.js';

interface Item {
  readonly name: number;
  readonly sizeBytes: number;
}

const BOUNDS = { lanes: 1, maxItems: 4, maxBatchBytes: 100, maxWaitingBytes: 1_000, gatherMs: 1 };
const item = (name: number, sizeBytes = 1): Item => ({ name, sizeBytes });

const lanesOf = (
  work: (items: readonly Item[]) => Promise<void> | void = () => undefined,
  bounds = BOUNDS,
) => {
  const batches: number[][] = [];
  const lanes = new IngestLanes<Item, number>(bounds, async (items) => {
    batches.push(items.map(({ name }) => name));
    await new Promise((resolve) => setTimeout(resolve, 1));
    await work(items);
    return items.map(({ name }) => (name < 0 ? { error: new RangeError(`${name}`) } : { ok: name * 2 }));
  });
  return { lanes, batches };
};

describe('the lanes', () => {
  it('gives everybody the outcome of their own item, in batches within bounds', async () => {
    const { lanes, batches } = lanesOf();
    const outcomes = await Promise.all(Array.from({ length: 30 }, (_, i) => lanes.pass(item(i))));
    expect(outcomes).toEqual(Array.from({ length: 30 }, (_, i) => i * 2));
    expect(batches.every((batch) => batch.length <= 4)).toBe(true);
    expect(batches.flat()).toEqual(Array.from({ length: 30 }, (_, i) => i));
    while (!lanes.isIdle) await new Promise((resolve) => setTimeout(resolve, 1));
  });

  it('works on several batches at once, which share what there is alike', async () => {
    let atOnce = 0;
    let most = 0;
    const { lanes, batches } = lanesOf(
      async () => {
        most = Math.max(most, ++atOnce);
        await new Promise((resolve) => setTimeout(resolve, 5));
        atOnce--;
      },
      { ...BOUNDS, lanes: 2, maxItems: 100 },
    );
    const caller = async (name: number) => {
      for (let i = 0; i < 6; i++) expect(await lanes.pass(item(name))).toBe(name * 2);
    };
    await Promise.all(Array.from({ length: 12 }, (_, name) => caller(name)));
    expect(most).toBe(2);
    expect(batches.flat()).toHaveLength(72);
    expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(7);
  });

  it('bounds a batch by bytes, and takes a larger item by itself', async () => {
    const { lanes, batches } = lanesOf();
    await Promise.all([item(1, 60), item(2, 60), item(3, 500), item(4, 1)].map((one) => lanes.pass(one)));
    expect(batches).toEqual([[1], [2], [3], [4]]);
  });

  it('a refused item does not touch its neighbours', async () => {
    const { lanes } = lanesOf();
    const outcomes = await Promise.allSettled([
      lanes.pass(item(1)),
      lanes.pass(item(-2)),
      lanes.pass(item(3)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('a failure of the work reaches all of the batch, and the lane goes on', async () => {
    let isAway = true;
    const { lanes } = lanesOf(() => {
      if (isAway) throw new RangeError('away');
    });
    const outcomes = await Promise.allSettled([lanes.pass(item(1)), lanes.pass(item(2))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isAway = false;
    expect(await lanes.pass(item(3))).toBe(6);
  });

  it('refuses what memory should not hold, and forgets what has passed', async () => {
    const { lanes } = lanesOf();
    const first = lanes.pass(item(1, 900));
    expect(() => lanes.pass(item(2, 200))).toThrow(IngestionOverloadedError);
    await first;
    expect(await lanes.pass(item(2, 200))).toBe(4);
  });

  it('works outside of the request that started it', async () => {
    const request = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const { lanes } = lanesOf(() => void seen.push(request.getStore()));
    await request.run('the first', () => lanes.pass(item(1)));
    expect(seen).toEqual([undefined]);
  });
});
