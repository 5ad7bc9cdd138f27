import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { InvalidInputError } from '../../platform/errors/index.js';
import {
  ChecksumMismatchError,
  CorruptObjectError,
  ObjectNotFoundError,
  ObjectTooLargeError,
  UploadIncompleteError,
} from '../errors.js';
import type { DirectTransfers, SignedPart, SignedRequest, UploadPlace } from '../direct-transfers.js';
import { assertFit } from '../fitness.js';
import type { ObjectStore, StoreCapabilities, StoredObject } from '../object-store.js';
import { sha256Of, type Sha256 } from '../sha256.js';

/** An empty store of the driver under test. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Puts other bytes under an object's name behind the driver's back. */
  damage(sha256: Sha256, bytes: Uint8Array): Promise<void>;
  /** Puts bytes where a client would upload them, behind the driver's back. For drivers with {@link DirectTransfers}. */
  plant?(place: UploadPlace, bytes: Uint8Array): Promise<void>;
  /** Names of everything unfinished that the driver keeps; empty when nothing is under way. */
  leftovers(): Promise<readonly string[]>;
  /** It lists uploads in parts by their whole key only, and so forgets those that were left by itself. */
  readonly cannotList?: 'uploads';
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

/** Parts as they were while they could be read, in the order of the ranges. */
async function partsOf(
  store: ObjectStore,
  sha256: Sha256,
  ranges: readonly { readonly start: number; readonly end: number }[],
): Promise<Buffer[]> {
  const parts: Buffer[] = [];
  await store.readParts(sha256, ranges, (at, part) => (parts[at] = Buffer.from(part)));
  return parts;
}

async function listed(store: ObjectStore, after?: Sha256): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const object of store.list(after)) objects.push(object);
  return objects;
}

/**
 * What every driver of {@link ObjectStore} must do.
 * @param make a fresh, empty store
 * @param isDirect whether it has {@link DirectTransfers}
 */
export function describeObjectStore(
  name: string,
  make: () => Promise<StoreUnderTest>,
  isDirect = false,
): void {
  describe(`object store contract: ${name}`, () => {
    let under: StoreUnderTest;
    let store: ObjectStore;
    let seen: StoreCapabilities;
    beforeAll(async () => {
      under = await make();
      store = under.store;
      seen = await store.probe();
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
            const within = { start, end: Math.min(end, bytes.length) };
            const first = { start: 0, end: start };
            expect(Buffer.concat(await partsOf(store, put.sha256, [first, within]))).toEqual(
              Buffer.from(bytes).subarray(0, within.end),
            );
          },
        ),
        { numRuns: 40 },
      );
      expect(await under.leftovers()).toEqual([]);
    });

    it('a large body that is announced is stored, and taken again, only when it is that', async () => {
      const bytes = Buffer.alloc(3_000_000, randomUUID());
      const announced = { sha256: sha256Of(bytes), sizeBytes: bytes.length };
      const wrong = Buffer.from(bytes).fill('x', bytes.length - 1);
      async function* broken(): AsyncIterable<Uint8Array> {
        yield bytes.subarray(0, 2_000_000);
        throw new TypeError('the sender broke off');
      }
      const refuse = async (): Promise<void> => {
        const put = (body: AsyncIterable<Uint8Array>) => store.put(body, announced);
        await expect(put(chunked(wrong, [65_536]))).rejects.toBeInstanceOf(ChecksumMismatchError);
        await expect(put(chunked(bytes.subarray(1), [65_536]))).rejects.toBeInstanceOf(ChecksumMismatchError);
        await expect(put(chunked(Buffer.concat([bytes, bytes]), [65_536]))).rejects.toBeInstanceOf(
          ChecksumMismatchError,
        );
        await expect(put(broken())).rejects.toBeInstanceOf(TypeError);
      };
      await refuse();
      await expectNothingLeft(announced.sha256);
      const claimless = { ...announced, claim: () => Promise.reject(new RangeError('not now')) };
      await expect(store.put(chunked(bytes, [65_536]), claimless)).rejects.toBeInstanceOf(RangeError);
      await expectNothingLeft(announced.sha256);
      const claims: unknown[] = [];
      const claim = async (object: StoredObject): Promise<void> => {
        claims.push([object, await store.stat(object.sha256)]);
      };
      expect(await store.put(chunked(bytes, [65_536, 1]), { ...announced, claim })).toEqual(announced);
      expect(claims).toEqual([[announced, undefined]]);
      expect((await collect(await store.open(announced.sha256))).equals(bytes)).toBe(true);
      await refuse();
      expect(await store.put(chunked(bytes, [300_000]), announced)).toEqual(announced);
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
      await expect(partsOf(store, ABSENT, [{ start: 0, end: 1 }])).rejects.toThrow(ObjectNotFoundError);
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

    it.each([
      { start: 2, end: 6 },
      { start: 5, end: 6 },
      { start: 9, end: 12 },
    ])('the part %j of five bytes is reported, not shortened', async (range) => {
      const { sha256 } = await store.put(bytesOf('five!'));
      await expect(partsOf(store, sha256, [{ start: 0, end: 1 }, range])).rejects.toThrow(CorruptObjectError);
    });

    it('readers of parts at the same time each get their own', async () => {
      const objects = await Promise.all(
        Array.from({ length: 24 }, async (_, n) => {
          const bytes = Buffer.alloc(n * 40_000 + 8, `${n} `);
          return { bytes, ...(await store.put(bytes)) };
        }),
      );
      const read = objects.map(async ({ bytes, sha256 }) => {
        const half = bytes.length >> 1;
        const ranges = [0, half, 1].map((start) => ({ start, end: start + half }));
        const parts = await partsOf(store, sha256, ranges);
        const areTheirs = ranges.map(({ start, end }, at) => parts[at]!.equals(bytes.subarray(start, end)));
        expect(areTheirs).toEqual([true, true, true]);
      });
      await Promise.all(read);
    });

    it('parts of an object that was put anew, or deleted, are those of now', async () => {
      const bytes = bytesOf('read in parts');
      const range = [{ start: 5, end: 7 }];
      const { sha256 } = await store.put(bytes);
      expect(`${(await partsOf(store, sha256, range))[0]}`).toBe('in');
      await under.damage(sha256, bytesOf('read IN parts'));
      await store.delete(sha256);
      await expect(partsOf(store, sha256, range)).rejects.toThrow(ObjectNotFoundError);
      await store.put(bytes);
      expect(`${(await partsOf(store, sha256, range))[0]}`).toBe('in');
      await store.delete(sha256);
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

    it('announces bytes before they have their name, and gives them none when the announcement fails', async () => {
      const body = bytesOf('announced first');
      const sha256 = sha256Of(body);
      const refuse = async (): Promise<void> => {
        throw new RangeError('not now');
      };
      await expect(store.put(body, { claim: refuse })).rejects.toThrow('not now');
      expect(await store.stat(sha256)).toBeUndefined();
      const seen: [StoredObject, StoredObject | undefined][] = [];
      const claim = async (object: StoredObject): Promise<void> => {
        seen.push([object, await store.stat(object.sha256)]);
      };
      await store.put(body, { claim });
      await store.put(body, { claim });
      const object = { sha256, sizeBytes: body.length };
      expect(seen).toEqual([
        [object, undefined],
        [object, object],
      ]);
      await expect(store.put(body, { claim, maxBytes: 3 })).rejects.toThrow(ObjectTooLargeError);
      expect(seen).toHaveLength(2);
      expect(await under.leftovers()).toEqual([]);
    });

    it('what it can do is known, and holds what immutable content needs', async () => {
      expect(seen).toMatchObject({
        ...{ readAfterWrite: true, conditionalPut: true, rangedReads: true, checksums: true },
        conditionalMultipart: true,
        directTransfers: isDirect,
      });
      expect(store.direct !== undefined).toBe(isDirect);
      expect(() => assertFit(seen)).not.toThrow();
      await store.check();
      const before = await listed(store);
      await store.probe();
      expect(await listed(store)).toEqual(before);
    });

    if (!isDirect) return;
    describe('bytes that go straight to the store', () => {
      const recipient = randomUUID();
      let direct: DirectTransfers;
      beforeAll(() => {
        direct = store.direct!;
      });
      const placeOf = (text: string, of: Partial<UploadPlace> = {}): UploadPlace => ({
        ...{ recipient, object: { sha256: sha256Of(bytesOf(text)), sizeBytes: text.length } },
        ...of,
      });
      const send = ({ url, method, headers }: SignedRequest, body?: string | Uint8Array<ArrayBuffer>) =>
        fetch(url, { method, headers, body });
      const whole = async (place: UploadPlace): Promise<SignedRequest> => {
        const signed = await direct.signUpload(place);
        if (signed.kind !== 'whole') throw new TypeError('expected one request');
        return signed.request;
      };
      const partsOf = async (place: UploadPlace): Promise<readonly SignedPart[]> => {
        const signed = await direct.signUpload(place);
        if (signed.kind !== 'parts') throw new TypeError('expected parts');
        return signed.parts;
      };
      /** 12 MiB: three parts of 5 MiB at most. */
      const large = (fill: number) => {
        const bytes = Buffer.alloc(12 * 1024 ** 2, fill);
        return { bytes, place: { recipient, object: { sha256: sha256Of(bytes), sizeBytes: bytes.length } } };
      };

      it('have a name when they were adopted, not before, and can be fetched', async () => {
        const place = placeOf('sent straight');
        const { sha256 } = place.object;
        expect(await direct.adopt(place)).toBe(false);
        expect((await send(await whole(place), 'sent straight')).status).toBe(200);
        expect(await store.stat(sha256)).toBeUndefined();
        expect(await direct.adopt(placeOf('sent straight', { recipient: randomUUID() }))).toBe(false);
        const adoptions = await Promise.all(Array.from({ length: 8 }, () => direct.adopt(place)));
        expect(adoptions).toContain(true);
        expect(await store.read(sha256, 100)).toEqual(bytesOf('sent straight'));
        const fetched = await send(
          await direct.signDownload(sha256, { contentType: 'text/csv', fileName: 'ä "b".csv' }),
        );
        expect([await fetched.text(), fetched.headers.get('content-type')]).toEqual([
          'sent straight',
          'text/csv',
        ]);
        expect(fetched.headers.get('content-disposition')).toContain(encodeURIComponent('ä "b".csv'));
      });

      it('are refused when they are not those that were signed for', async () => {
        const place = placeOf('announced');
        const request = await whole(place);
        for (const body of ['different', 'longer than announced', '']) {
          expect((await send(request, body)).ok).toBe(false);
        }
        const other = Buffer.from(sha256Of(bytesOf('different')), 'hex').toString('base64');
        const forged = { ...request, headers: { 'x-amz-checksum-sha256': other } };
        expect((await send(forged, 'different')).status).toBe(403);
        expect((await send({ ...request, headers: {} }, 'announced')).ok).toBe(false);
        expect(await direct.adopt(place)).toBe(false);
        expect(await store.stat(place.object.sha256)).toBeUndefined();
      });

      it('are refused when other bytes are at the place all the same, and are removed', async () => {
        const place = placeOf('the true bytes');
        for (const bytes of ['the fake bytes', 'shorter', 'longer than the true bytes']) {
          await under.plant!(place, bytesOf(bytes));
          await expect(direct.adopt(place)).rejects.toThrow(ChecksumMismatchError);
          expect(await direct.adopt(place)).toBe(false);
        }
        expect(await store.stat(place.object.sha256)).toBeUndefined();
      });

      it('may be there already; whoever sends them proves to have them', async () => {
        await store.put(bytesOf('known elsewhere'));
        const place = placeOf('known elsewhere');
        expect(await direct.adopt(place)).toBe(false);
        await send(await whole(place), 'known elsewhere');
        expect(await direct.adopt(place)).toBe(true);
      });

      it('may be none at all', async () => {
        const place = placeOf('');
        expect((await send(await whole(place), '')).status).toBe(200);
        expect(await direct.adopt(place)).toBe(true);
        expect(await store.stat(place.object.sha256)).toEqual(place.object);
      });

      it('are swept away when nobody adopts them', async () => {
        const place = placeOf('forgotten');
        await send(await whole(place), 'forgotten');
        expect(await direct.sweep(new Date(Date.now() - 3_600_000))).toBe(0);
        expect(await direct.sweep(new Date(Date.now() + 3_600_000))).toBe(1);
        expect(await direct.adopt(place)).toBe(false);
      });

      it('go in parts when they are many, in any order, and on after a break', async () => {
        const { bytes, place } = large(7);
        const parts = await partsOf(place);
        expect(parts.map(({ number }) => number)).toEqual([1, 2, 3]);
        const sendPart = async ({ start, end, request }: SignedPart) => {
          expect((await send(request, bytes.subarray(start, end))).status).toBe(200);
        };
        await sendPart(parts[2]!);
        await sendPart(parts[0]!);
        await expect(direct.adopt(place)).rejects.toThrow(UploadIncompleteError);
        expect(await store.stat(place.object.sha256)).toBeUndefined();
        const missing = await partsOf(place);
        expect(missing.map(({ number }) => number)).toEqual([2]);
        await sendPart(missing[0]!);
        expect(await partsOf(place)).toEqual([]);
        const adoptions = await Promise.all(Array.from({ length: 8 }, () => direct.adopt(place)));
        expect(adoptions).toContain(true);
        expect(bytes.equals(await store.read(place.object.sha256, bytes.length))).toBe(true);
      }, 30_000);

      it('in parts, are refused when together they are not those that were announced', async () => {
        const { place } = large(1);
        const fake = Buffer.alloc(place.object.sizeBytes, 2);
        for (const { start, end, request } of await partsOf(place)) {
          const cut = send(request, fake.subarray(start, end - 1));
          // Some stores answer, some hang up.
          expect(await cut.then(({ ok }) => ok).catch(() => false)).toBe(false);
          expect((await send(request, fake.subarray(start, end))).ok).toBe(true);
        }
        await expect(direct.adopt(place)).rejects.toThrow(ChecksumMismatchError);
        expect(await direct.adopt(place)).toBe(false);
        expect(await store.stat(place.object.sha256)).toBeUndefined();
      }, 30_000);

      it('in parts, are swept away when they were left', async () => {
        const { bytes, place } = large(3);
        const [{ start, end, request }] = (await partsOf(place)) as [SignedPart];
        await send(request, bytes.subarray(start, end));
        await direct.sweep(new Date(Date.now() + 3_600_000));
        if (under.cannotList !== 'uploads') expect(await partsOf(place)).toHaveLength(3);
        await direct.sweep(new Date(Date.now() + 3_600_000));
      }, 30_000);

      it('cannot be more than the store keeps', async () => {
        const { sha256 } = placeOf('').object;
        const huge = placeOf('', { object: { sha256, sizeBytes: 6 * 1024 ** 4 } });
        await expect(direct.signUpload(huge)).rejects.toThrow(ObjectTooLargeError);
      });
    });
  });
}
