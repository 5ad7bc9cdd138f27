import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { InvalidInputError } from '../../platform/errors/index.js';
import {
  ChecksumMismatchError,
  CorruptObjectError,
  ObjectNotFoundError,
  ObjectTooLargeError,
} from '../errors.js';
import type { ObjectStore, StoredObject } from '../object-store.js';
import { sha256Of, type Sha256 } from '../sha256.js';

/** An empty store of the driver under test. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Puts other bytes under an object's name behind the driver's back. */
  damage(sha256: Sha256, bytes: Uint8Array): Promise<void>;
  /** Names of everything unfinished that the driver keeps; empty when nothing is under way. */
  leftovers(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const ABSENT = sha256Of(bytesOf('never stored'));

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncIterable<Uint8Array> {
  let start = 0;
  for (let i = 0; start < bytes.length; i += 1) {
    const end = start + Math.max(1, sizes[i % sizes.length] ?? bytes.length);
    yield bytes.subarray(start, end);
    start = end;
  }
}

async function collect(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

async function listed(store: ObjectStore, after?: Sha256): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const object of store.list(after)) objects.push(object);
  return objects;
}

/** What every driver of {@link ObjectStore} must do. @param make a fresh, empty store */
export function describeObjectStore(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`object store contract: ${name}`, () => {
    let under: StoreUnderTest;
    let store: ObjectStore;
    beforeAll(async () => {
      under = await make();
      store = under.store;
    });
    afterAll(() => under.close());

    const expectNothingLeft = async (sha256: Sha256): Promise<void> => {
      expect(await store.stat(sha256)).toBeUndefined();
      expect(await under.leftovers()).toEqual([]);
    };

    it('any bytes in any chunks come back as they went in, whole and by range', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ maxLength: 5000 }),
          fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 }),
          fc.nat(5000),
          fc.nat(6000),
          async (bytes, sizes, a, b) => {
            const put = await store.put(chunked(bytes, sizes), {
              sha256: sha256Of(bytes),
              sizeBytes: bytes.length,
            });
            expect(put).toEqual({ sha256: sha256Of(bytes), sizeBytes: bytes.length });
            expect(await store.read(put.sha256, bytes.length)).toEqual(Buffer.from(bytes));
            expect(await collect(await store.open(put.sha256))).toEqual(Buffer.from(bytes));
            const start = Math.min(a, b, bytes.length);
            const end = Math.max(a, b, start);
            const part = await collect(await store.open(put.sha256, { start, end }));
            expect(part).toEqual(Buffer.from(bytes).subarray(start, end));
          },
        ),
        { numRuns: 40 },
      );
      expect(await under.leftovers()).toEqual([]);
    });

    it('an object of several megabytes streams through', async () => {
      const bytes = Buffer.alloc(5_000_000, 'cairn');
      const { sha256 } = await store.put(chunked(bytes, [65_536]));
      expect((await collect(await store.open(sha256))).equals(bytes)).toBe(true);
      expect((await collect(await store.open(sha256, { start: 4_999_990 }))).toString()).toBe('cairncairn');
    });

    it('putting the same bytes again, also at the same time, gives the one object', async () => {
      const bytes = bytesOf('the same bytes');
      const puts = await Promise.all(Array.from({ length: 8 }, () => store.put(chunked(bytes, [3]))));
      expect(new Set(puts.map(({ sha256 }) => sha256))).toEqual(new Set([sha256Of(bytes)]));
      await store.put(bytes);
      expect(await store.read(sha256Of(bytes), 100)).toEqual(Buffer.from(bytes));
      expect((await listed(store)).filter(({ sha256 }) => sha256 === sha256Of(bytes))).toHaveLength(1);
      expect(await under.leftovers()).toEqual([]);
    });

    it('bytes with another digest than announced are refused and leave nothing', async () => {
      const bytes = bytesOf('not what was announced');
      await expect(store.put(bytes, { sha256: ABSENT })).rejects.toThrow(ChecksumMismatchError);
      await expectNothingLeft(sha256Of(bytes));
      await expectNothingLeft(ABSENT);
    });

    it.each([3, 4_000])(
      '%i bytes announced for another length are refused and leave nothing',
      async (sizeBytes) => {
        const bytes = bytesOf('of another length');
        await expect(store.put(chunked(bytes, [2]), { sizeBytes })).rejects.toThrow(ChecksumMismatchError);
        await expectNothingLeft(sha256Of(bytes));
      },
    );

    it('more bytes than allowed are refused and leave nothing', async () => {
      const bytes = bytesOf('eleven bytes and then some');
      await expect(store.put(chunked(bytes, [4]), { maxBytes: 11 })).rejects.toThrow(ObjectTooLargeError);
      await expectNothingLeft(sha256Of(bytes));
    });

    it('a body that never ends stops at the announced length', async () => {
      async function* endless(): AsyncIterable<Uint8Array> {
        for (;;) yield bytesOf('more');
      }
      await expect(store.put(endless(), { sizeBytes: 1000 })).rejects.toThrow(ChecksumMismatchError);
      expect(await under.leftovers()).toEqual([]);
    });

    it('a body that fails half-way leaves nothing, and its own error is the answer', async () => {
      async function* failing(): AsyncIterable<Uint8Array> {
        yield bytesOf('half');
        throw new RangeError('the sender went away');
      }
      await expect(store.put(failing())).rejects.toThrow('the sender went away');
      await expectNothingLeft(sha256Of(bytesOf('half')));
    });

    it('an object that is not there is named in the error, and has no stat', async () => {
      await expect(store.open(ABSENT)).rejects.toThrow(ObjectNotFoundError);
      await expect(store.open(ABSENT, { start: 0, end: 1 })).rejects.toThrow(ABSENT);
      await expect(store.read(ABSENT, 1)).rejects.toThrow(ObjectNotFoundError);
      expect(await store.stat(ABSENT)).toBeUndefined();
    });

    it('reading more than the caller allows is refused before a byte is read', async () => {
      const { sha256 } = await store.put(bytesOf('twelve bytes'));
      await expect(store.read(sha256, 11)).rejects.toThrow(ObjectTooLargeError);
      expect((await store.read(sha256, 12)).toString()).toBe('twelve bytes');
    });

    it.each([
      { start: -1 },
      { start: 0.5 },
      { start: 5, end: 4 },
      { start: 0, end: Number.NaN },
      { start: 6, end: 7 },
    ])('the range %j of five bytes is refused', async (range) => {
      const { sha256 } = await store.put(bytesOf('five!'));
      await expect(store.open(sha256, range)).rejects.toThrow(InvalidInputError);
    });

    it('an empty range and a range beyond the end give what there is', async () => {
      const { sha256 } = await store.put(bytesOf('five!'));
      expect(await collect(await store.open(sha256, { start: 5 }))).toHaveLength(0);
      expect(await collect(await store.open(sha256, { start: 2, end: 2 }))).toHaveLength(0);
      expect((await collect(await store.open(sha256, { start: 3, end: 50 }))).toString()).toBe('e!');
    });

    it('a flipped byte ends the stream with an error before the last chunk is given out', async () => {
      const bytes = Buffer.alloc(1_000_000, 'x');
      const { sha256 } = await store.put(bytes);
      const flipped = Buffer.from(bytes);
      flipped[500_000] = 0;
      await under.damage(sha256, flipped);
      let received = 0;
      const reading = (async () => {
        for await (const chunk of await store.open(sha256)) received += (chunk as Uint8Array).length;
      })();
      await expect(reading).rejects.toThrow(CorruptObjectError);
      expect(received).toBeLessThan(bytes.length);
      await expect(store.read(sha256, 2_000_000)).rejects.toThrow(CorruptObjectError);
      await store.delete(sha256);
    });

    it('an object that lost its tail is reported, not shortened', async () => {
      const { sha256 } = await store.put(bytesOf('to be cut off'));
      await under.damage(sha256, bytesOf('to be'));
      await expect(collect(await store.open(sha256))).rejects.toThrow(CorruptObjectError);
      await store.delete(sha256);
    });

    it('a stream that is dropped early does no harm', async () => {
      const { sha256 } = await store.put(Buffer.alloc(2_000_000, 'y'));
      const stream = await store.open(sha256);
      for await (const chunk of stream) if ((chunk as Uint8Array).length > 0) break;
      expect(stream.destroyed).toBe(true);
      (await store.open(sha256)).destroy();
      expect(await store.stat(sha256)).toEqual({ sha256, sizeBytes: 2_000_000 });
    });

    it('a deleted object is gone, deleting again succeeds, and it can come back', async () => {
      const { sha256 } = await store.put(bytesOf('short-lived'));
      await store.delete(sha256);
      await store.delete(sha256);
      expect(await store.stat(sha256)).toBeUndefined();
      await store.put(bytesOf('short-lived'));
      expect(await store.stat(sha256)).toEqual({ sha256, sizeBytes: 11 });
    });

    it('the list is complete, in order, and continues after any name', async () => {
      await Promise.all(Array.from({ length: 30 }, (_, i) => store.put(bytesOf(`listed ${i}`))));
      const all = await listed(store);
      const names = all.map(({ sha256 }) => sha256);
      expect(names).toEqual([...names].sort());
      for (let i = 0; i < 30; i += 1) expect(names).toContain(sha256Of(bytesOf(`listed ${i}`)));
      for (const after of [names[0], names[17], names.at(-1), ABSENT]) {
        if (after === undefined) continue;
        expect(await listed(store, after)).toEqual(all.filter(({ sha256 }) => sha256 > after));
      }
    });

    it('the probe answers and leaves no object', async () => {
      const before = await listed(store);
      expect(await store.probe()).toMatchObject({ conditionalPut: true, checksums: true, rangedReads: true });
      expect(await listed(store)).toEqual(before);
    });
  });
}
