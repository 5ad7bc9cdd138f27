import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type OpenDatabase, openTestDatabase } from '../../../test/support/platform.js';
import {
  CorruptObjectError,
  LocalObjectStore,
  type ObjectStore,
  sha256Of,
  type Sha256,
  type StoredObject,
} from '../../storage/index.js';
import { EMPTY_TREE, type LeafItem, type TreeEdit, Trees } from '../trees/index.js';
import { PackIndex } from './pack-index.js';
import { PackRepository } from './pack.repository.js';
import { PackedNodeStore } from './packed-node-store.js';

/** Stops where a process could die. */
class DyingPacks extends PackRepository {
  isDying = false;
  override insert(...pack: Parameters<PackRepository['insert']>): Promise<void> {
    if (this.isDying) throw new Error('died before the rows');
    return super.insert(...pack);
  }
}

const numbered = (count: number, content = ''): TreeEdit[] =>
  Array.from({ length: count }, (_, i) => ({
    path: `data/part-${String(i).padStart(6, '0')}.csv`,
    entry: { sha256: sha256Of(Buffer.from(`${content}${i}`)), sizeBytes: i },
  }));

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

describe('packs', () => {
  let open: OpenDatabase;
  let folder: string;
  let objects: ObjectStore;
  let packs: DyingPacks;
  let store: PackedNodeStore;
  let index: PackIndex;

  beforeAll(async () => {
    open = await openTestDatabase();
  });
  afterAll(() => open.close());
  beforeEach(async () => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
    folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-packs-'));
    await open.database.query('DELETE FROM tree_pack');
    objects = await LocalObjectStore.open(folder);
    packs = new DyingPacks(open.database);
    store = new PackedNodeStore(packs, objects);
    index = new PackIndex(packs, objects);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Trees that have nothing in memory. */
  const fresh = (): Trees => new Trees(store);
  const expectContent = async (root: Sha256, edits: readonly TreeEdit[]): Promise<void> => {
    const found = await collect<LeafItem>(fresh().walk(root));
    expect(found).toEqual(edits);
  };
  const objectsNow = (): Promise<StoredObject[]> => collect(objects.list());
  const fileOf = (pack: Sha256): string => path.join(folder, 'objects', pack.slice(0, 2), pack.slice(2));
  const rows = async (): Promise<number> => {
    const [row] = await open.database.query<{ count: string }>('SELECT count(*) AS count FROM tree_node');
    return Number(row!.count);
  };

  it('all nodes of a change are one object, and nodes that are stored are not stored again', async () => {
    const root = await fresh().apply(EMPTY_TREE, numbered(5000));
    expect(await objectsNow()).toHaveLength(1);
    const count = await rows();
    expect(count).toBeGreaterThan(50);
    await expectContent(root, numbered(5000));
    expect(await fresh().build(EMPTY_TREE, [numbered(5000)])).toBe(root);
    expect(await objectsNow()).toHaveLength(1);
    const next = await fresh().apply(root, [{ path: 'data/part-002500.csv', entry: undefined }]);
    expect(await objectsNow()).toHaveLength(2);
    expect((await rows()) - count).toBeLessThanOrEqual(5);
    const without = numbered(5000).filter((_, i) => i !== 2500);
    await expectContent(next, without);
  });

  it('a large tree is several packs, stored while it is built', async () => {
    const entry = { sha256: sha256Of(Buffer.from('')), sizeBytes: 1, metadata: { note: 'n'.repeat(1000) } };
    const edits = Array.from({ length: 20_000 }, (_, i) => ({
      path: `p${String(i).padStart(6, '0')}`,
      entry,
    }));
    const root = await fresh().apply(EMPTY_TREE, edits);
    const sizes = (await objectsNow()).map(({ sizeBytes }) => sizeBytes);
    expect(sizes.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...sizes)).toBeLessThan(10 * 1024 * 1024);
    expect(await fresh().stats(root)).toEqual({ count: 20_000, sizeBytes: 20_000 });
    await expectContent(root, edits);
  });

  it('a byte changed anywhere among the nodes of a pack is found when they are read', async () => {
    const root = await fresh().apply(EMPTY_TREE, numbered(300));
    const [{ sha256 }] = (await objectsNow()) as [StoredObject];
    const bytes = await readFile(fileOf(sha256));
    const nodes = (await rows()) * 40 + 12;
    await chmod(fileOf(sha256), 0o644);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - nodes - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, mask) => {
          const damaged = Buffer.from(bytes);
          damaged[at]! ^= mask;
          await writeFile(fileOf(sha256), damaged);
          await expect(collect(fresh().walk(root))).rejects.toThrow(CorruptObjectError);
        },
      ),
      { numRuns: 60 },
    );
    await writeFile(fileOf(sha256), bytes);
    await expectContent(root, numbered(300));
  });

  it.each([
    ['begins elsewhere', 'start_byte = start_byte + 1'],
    ['begins before the pack', 'start_byte = -1'],
    ['has no end', 'size_bytes = 2147483647'],
    ['has a negative length', 'size_bytes = -5'],
    ['goes on behind the pack', 'start_byte = (SELECT size_bytes FROM tree_pack) - 1'],
    ['is in another pack', 'pack_id = (SELECT max(id) FROM tree_pack)'],
  ])('a row of the index that is wrong is found when its node is read: it %s', async (_, change) => {
    const root = await fresh().apply(EMPTY_TREE, numbered(300));
    if (change.startsWith('pack_id')) await fresh().apply(EMPTY_TREE, numbered(10, 'other'));
    await open.database.query(`UPDATE tree_node SET ${change} WHERE sha256 = $1`, [Buffer.from(root, 'hex')]);
    await expect(fresh().stats(root)).rejects.toThrow(CorruptObjectError);
  });

  it('a node without a row, and a pack that is away, are said to be what they are', async () => {
    const root = await fresh().apply(EMPTY_TREE, numbered(10));
    const [{ sha256 }] = (await objectsNow()) as [StoredObject];
    await objects.delete(sha256);
    await expect(fresh().stats(root)).rejects.toThrow(`the pack ${sha256}`);
    await open.database.query('DELETE FROM tree_node');
    await expect(fresh().stats(root)).rejects.toThrow('no pack is known');
  });

  it('a writer that dies between a pack and its rows harms nothing, and the same change works later', async () => {
    const root = await fresh().apply(EMPTY_TREE, numbered(1000));
    packs.isDying = true;
    const edits = numbered(2000, 'new');
    const trees = fresh();
    await expect(trees.apply(root, edits)).rejects.toThrow('died before the rows');
    await expectContent(root, numbered(1000));
    packs.isDying = false;
    // The same process, whose cache must not believe what was not stored, and another one.
    const next = await trees.apply(root, edits);
    expect(await fresh().apply(root, edits)).toBe(next);
    await expectContent(next, edits);
    expect(await objectsNow()).toHaveLength(2);
  });

  it('writers of the same nodes at the same time all succeed, and each node has one place', async () => {
    const roots = await Promise.all(
      Array.from({ length: 6 }, (_, i) => fresh().apply(EMPTY_TREE, numbered(1500 + (i % 3) * 500))),
    );
    for (const [i, root] of roots.entries()) await expectContent(root, numbered(1500 + (i % 3) * 500));
    expect(new Set(roots).size).toBe(3);
  });

  it('the tables can be made anew from the packs alone, whatever else lies in the store', async () => {
    const root = await fresh().apply(EMPTY_TREE, numbered(3000));
    const next = await fresh().apply(root, numbered(30, 'changed'));
    const before = await rows();
    const [pack] = (await collect(index.list())).map(({ sha256 }) => sha256);
    const real = await objects.read(pack!, 1e8);
    const forged = Buffer.from(real);
    forged[20]! ^= 1;
    await objects.put(forged);
    await objects.put(Buffer.from('CTPACK02'));
    await objects.put(Buffer.from('ffffffff43545041434b3032', 'hex'));
    await objects.put(Buffer.from('a file like others'));
    await open.database.query('DELETE FROM tree_pack');
    await expect(fresh().stats(root)).rejects.toThrow(CorruptObjectError);
    expect(await index.rebuild()).toEqual({ packs: 2, nodes: before });
    expect(await rows()).toBe(before);
    await expectContent(root, numbered(3000));
    expect((await fresh().stats(next)).count).toBe(3000);
  });

  it('a pack tells its nodes, and is forgotten only when nobody relied on it since', async () => {
    const old = new Date(Date.now() - 2 * 3_600_000);
    const aged = (): Promise<unknown> =>
      open.database.query("UPDATE tree_pack SET used_at = now() - interval '1 day'");
    const root = await fresh().apply(EMPTY_TREE, numbered(1000));
    const { sha256 } = (await collect(index.list()))[0]!;
    const digests = await index.nodesOf(sha256);
    expect(digests.length).toBe(32 * (await rows()));
    expect(digests.toString('hex')).toContain(root);
    expect(await index.remove(sha256, old)).toBe(false);
    await aged();
    await fresh().apply(EMPTY_TREE, numbered(1000)); // writes nothing, and relies on all of it
    expect(await index.remove(sha256, old)).toBe(false);
    await aged();
    expect(await index.remove(sha256, old)).toBe(true);
    expect(await rows()).toBe(0);
    expect(await index.remove(sha256, old)).toBe(false);
    expect(await fresh().apply(EMPTY_TREE, numbered(1000))).toBe(root);
    await expectContent(root, numbered(1000));
  });

  it('nothing is read or written inside a transaction', async () => {
    const edits = numbered(3);
    await expect(open.database.run(() => fresh().apply(EMPTY_TREE, edits))).rejects.toThrow('transaction');
    const root = await fresh().apply(EMPTY_TREE, edits);
    await expect(open.database.run(() => fresh().stats(root))).rejects.toThrow('transaction');
    expect(readdirSync(path.join(folder, 'tmp'))).toEqual([]);
  });
});
