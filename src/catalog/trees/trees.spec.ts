import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { sha256Of, type Sha256 } from '../../storage/index.js';
import {
  comparePaths,
  EMPTY_TREE,
  MemoryNodeStore,
  type StoredNode,
  Trees,
  type TreeEdit,
  type TreeEntry,
} from './index.js';

const entryOf = (content: string): TreeEntry => ({
  sha256: sha256Of(Buffer.from(content)),
  sizeBytes: content.length,
});

/** Counts what passes to the store; the cache of `Trees` lies above it. */
class CountingStore extends MemoryNodeStore {
  reads = 0;
  writes = 0;
  override async readMany(names: readonly Sha256[]): Promise<Buffer[]> {
    this.reads += names.length;
    return super.readMany(names);
  }
  override async writeMany(nodes: readonly StoredNode[]): Promise<void> {
    this.writes += nodes.length;
    return super.writeMany(nodes);
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const numbered = (count: number, step = 1): TreeEdit[] =>
  Array.from({ length: count }, (_, i) => ({
    path: `data/part-${String(i * step).padStart(6, '0')}.csv`,
    entry: entryOf(`${i}`),
  }));

/** Few segments, so that folders are shared and edits meet; some beyond the 16-bit units. */
const path = fc
  .array(fc.constantFrom('a', 'b', 'c', 'a b', 'ü', '\uffee', '😀', '0', '1', '2', '3', '-', '.x'), {
    minLength: 1,
    maxLength: 4,
  })
  .map((segments) => segments.join('/'));
const entry: fc.Arbitrary<TreeEntry> = fc.record(
  {
    sha256: fc.constantFrom('1', '2', '3').map((text) => entryOf(text).sha256),
    sizeBytes: fc.nat(3),
    contentType: fc.constantFrom('text/csv', 'application/json'),
    metadata: fc.dictionary(
      fc.constantFrom('k', 'l', '1', '0'),
      fc.string({ maxLength: 3, unit: 'grapheme' }),
    ),
  },
  { requiredKeys: ['sha256', 'sizeBytes'] },
);
const edit = fc.record({ path, entry: fc.option(entry, { nil: undefined, freq: 3 }) });
const edits = fc.array(edit, { maxLength: 60, size: 'max' });
/** Enough paths that a tree of it has several levels. */
const base = fc.integer({ min: 0, max: 1500 }).map((count) => numbered(count));

type Model = Map<string, TreeEntry>;
function change(model: Model, list: readonly TreeEdit[]): Model {
  const next = new Map(model);
  for (const { path: at, entry: put } of list) {
    if (put === undefined) next.delete(at);
    else next.set(at, put);
  }
  return next;
}
const plain = ({ metadata, ...rest }: TreeEntry): unknown => ({
  ...rest,
  ...(metadata !== undefined && Object.keys(metadata).length > 0 && { metadata: { ...metadata } }),
});
const inOrder = (model: Model) =>
  [...model].sort(([a], [b]) => comparePaths(a, b)).map(([at, put]) => ({ path: at, entry: plain(put) }));

describe('trees', () => {
  it('the same content has the same root, whatever the order and number of edits', async () => {
    await fc.assert(
      fc.asyncProperty(
        base,
        edits,
        fc.integer({ min: 1, max: 9 }),
        fc.gen(),
        async (start, list, parts, gen) => {
          const trees = new Trees(new MemoryNodeStore());
          const model = change(new Map(), [...start, ...list]);
          const once = await trees.apply(
            EMPTY_TREE,
            [...model].map(([at, put]) => ({ path: at, entry: put })),
          );
          let stepwise = await trees.apply(EMPTY_TREE, start);
          const length = Math.ceil(list.length / parts) || 1;
          for (let i = 0; i < list.length; i += length) {
            stepwise = await trees.apply(stepwise, list.slice(i, i + length));
          }
          expect(stepwise).toBe(once);
          const shuffled = gen(fc.shuffledSubarray, [...model.keys()], { minLength: model.size });
          const half = shuffled.slice(0, shuffled.length >> 1);
          let other = await trees.apply(
            EMPTY_TREE,
            shuffled.map((at) => ({ path: at, entry: entryOf('before') })),
          );
          other = await trees.apply(
            other,
            half.map((at) => ({ path: at, entry: undefined })),
          );
          other = await trees.apply(
            other,
            shuffled.map((at) => ({ path: at, entry: model.get(at) })),
          );
          expect(other).toBe(once);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('removing everything leads back to the empty tree', async () => {
    const trees = new Trees(new MemoryNodeStore());
    const all = numbered(3000);
    const root = await trees.apply(EMPTY_TREE, all);
    expect(
      await trees.apply(
        root,
        all.map(({ path: at }) => ({ path: at, entry: undefined })),
      ),
    ).toBe(EMPTY_TREE);
  });

  it('get, walk and stats agree with a plain map', async () => {
    await fc.assert(
      fc.asyncProperty(base, edits, edits, async (start, list, probes) => {
        const trees = new Trees(new MemoryNodeStore(), { cacheBytes: 1000 });
        const model = change(change(new Map(), start), list);
        const root = await trees.apply(await trees.apply(EMPTY_TREE, start), list);
        for (const { path: at } of [...probes, ...list, ...start.slice(0, 5)]) {
          const expected = model.get(at);
          expect(await trees.get(root, at)).toEqual(expected && plain(expected));
        }
        expect(await collect(trees.walk(root))).toEqual(inOrder(model));
        expect(await trees.stats(root)).toEqual({
          count: model.size,
          sizeBytes: [...model.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        });
      }),
      { numRuns: 40 },
    );
  });

  it('pages of a listing, flat or by folder, join to what a plain map gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        base,
        edits,
        fc.constantFrom('', 'a', 'a/', 'data/', 'data/part-0003', 'ü/', 'nothing'),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        async (start, list, prefix, isFolding, limit) => {
          const trees = new Trees(new MemoryNodeStore());
          const model = change(change(new Map(), start), list);
          const root = await trees.apply(
            EMPTY_TREE,
            [...model].map(([at, put]) => ({ path: at, entry: put })),
          );
          const expected: string[] = [];
          for (const { path: at } of inOrder(model)) {
            if (!at.startsWith(prefix)) continue;
            const slash = at.indexOf('/', prefix.length);
            const name = isFolding && slash >= 0 ? at.slice(0, slash + 1) : at;
            if (expected.at(-1) !== name) expected.push(name);
          }
          const found: string[] = [];
          let after: string | undefined;
          do {
            const page = await trees.list(root, {
              prefix,
              limit,
              ...(after !== undefined && { after }),
              ...(isFolding && { delimiter: '/' }),
            });
            expect(page.items.length).toBeLessThanOrEqual(limit);
            found.push(...page.items.map((item) => ('path' in item ? item.path : item.prefix)));
            after = page.next;
          } while (after !== undefined);
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a diff applied to the first tree gives the second, and names exactly what differs', async () => {
    await fc.assert(
      fc.asyncProperty(base, edits, edits, async (start, left, right) => {
        const trees = new Trees(new MemoryNodeStore());
        const common = await trees.apply(EMPTY_TREE, start);
        const a = await trees.apply(common, left);
        const b = await trees.apply(common, right);
        const changes = await collect(trees.diff(a, b));
        const paths = changes.map((one) => one.path);
        expect(paths).toEqual([...new Set(paths)].sort(comparePaths));
        for (const one of changes) {
          expect(one.before).not.toEqual(one.after);
          expect(await trees.get(a, one.path)).toEqual(one.before);
          expect(await trees.get(b, one.path)).toEqual(one.after);
        }
        const asEdits = changes.map(({ path: at, after }) => ({ path: at, entry: after }));
        expect(await trees.apply(a, asEdits)).toBe(b);
      }),
      { numRuns: 60 },
    );
  });

  it('one edit in 20,000 paths reads and writes about as many nodes as the tree is high', async () => {
    const store = new CountingStore();
    const root = await new Trees(store).apply(EMPTY_TREE, numbered(20_000));
    const height = Math.ceil(Math.log(20_000) / Math.log(64));
    for (const at of [
      'data/part-000000.csv',
      'data/part-010000.csv',
      'data/part-0199995.csv',
      'zzz',
      'aaa',
    ]) {
      for (const put of [entryOf('new'), undefined]) {
        const fresh = new Trees(store);
        store.reads = 0;
        store.writes = 0;
        const next = await fresh.apply(root, [{ path: at, entry: put }]);
        expect(store.reads).toBeLessThanOrEqual(3 * height);
        expect(store.writes).toBeLessThanOrEqual(3 * height);
        store.reads = 0;
        await collect(new Trees(store).diff(root, next));
        expect(store.reads).toBeLessThanOrEqual(6 * height);
      }
    }
  });
});
