import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { edited, type TreeModel } from '../../../test/support/tree-model.js';
import { sha256Of } from '../../storage/index.js';
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
  calls = 0;
  reads = 0;
  writes = 0;
  override async readMany(...asked: Parameters<MemoryNodeStore['readMany']>): Promise<void> {
    this.calls += 1;
    this.reads += asked[0].length;
    return super.readMany(...asked);
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

const plain = ({ metadata, ...rest }: TreeEntry): unknown => ({
  ...rest,
  ...(metadata !== undefined && Object.keys(metadata).length > 0 && { metadata: { ...metadata } }),
});
const inOrder = (model: TreeModel) =>
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
          const model = edited(new Map(), [...start, ...list]);
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
      { numRuns: 20 },
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
        const model = edited(edited(new Map(), start), list);
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
      { numRuns: 20 },
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
          const model = edited(edited(new Map(), start), list);
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
      { numRuns: 30 },
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
      { numRuns: 30 },
    );
  });

  it('changes here and there, long stretches and whole trees are told apart, from any place on and under any prefix', async () => {
    const trees = new Trees(new MemoryNodeStore());
    const all = numbered(12_000);
    const root = await trees.build(EMPTY_TREE, [all]);
    const full = edited(new Map(), all);
    const place = fc.nat(all.length - 1);
    /** Puts, removes or replaces a stretch of paths, or paths beside them. */
    const stretch = fc.record({
      from: place,
      length: fc.oneof(fc.nat(5), fc.nat(4000)),
      kind: fc.constantFrom('put', 'remove', 'beside'),
      content: fc.nat(3),
    });
    const editsOf = (stretches: readonly { from: number; length: number; kind: string; content: number }[]) =>
      stretches.flatMap(({ from, length, kind, content }) =>
        all.slice(from, from + length).map(({ path: at }) => ({
          path: kind === 'beside' ? `${at}.${content}` : at,
          entry: kind === 'remove' ? undefined : entryOf(`${content}`),
        })),
      );
    const stretches = fc.array(stretch, { maxLength: 6 });
    const prefix = fc.constantFrom(
      '',
      'data/part-00',
      'data/part-001',
      'data/part-011999.csv',
      'e',
      'nothing',
    );
    await fc.assert(
      fc.asyncProperty(
        stretches,
        stretches,
        prefix,
        fc.option(place, { nil: undefined }),
        fc.constantFrom('none', 'left', 'right'),
        async (left, right, start, at, empty) => {
          const before = edited(empty === 'left' ? new Map() : full, editsOf(left));
          const after = edited(empty === 'right' ? new Map() : full, editsOf(right));
          const a = await trees.apply(empty === 'left' ? EMPTY_TREE : root, editsOf(left));
          const b = await trees.apply(empty === 'right' ? EMPTY_TREE : root, editsOf(right));
          const position = at === undefined ? undefined : all[at]!.path;
          const expected = [...new Set([...before.keys(), ...after.keys()])]
            .filter((one) => JSON.stringify(before.get(one)) !== JSON.stringify(after.get(one)))
            .filter((one) => one.startsWith(start) && (position === undefined || one > position))
            .sort(comparePaths);
          const found = await collect(trees.diff(a, b, { prefix: start, after: position }));
          expect(found.map((one) => one.path)).toEqual(expected);
          for (const one of found) expect(one.before).toEqual(before.get(one.path));
          for (const one of found) expect(one.after).toEqual(after.get(one.path));
        },
      ),
      { numRuns: 15 },
    );
  });

  it('built in one go, in batches, or onto what is there, a tree is the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        base,
        edits,
        fc.integer({ min: 1, max: 400 }),
        fc.boolean(),
        async (start, list, size, removesAll) => {
          const store = new MemoryNodeStore();
          const model = edited(new Map(), [...start, ...list]);
          const sorted = inOrder(model) as TreeEdit[];
          const expected = await new Trees(store).apply(EMPTY_TREE, sorted);
          const batches = Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) =>
            sorted.slice(i * size, (i + 1) * size),
          );
          expect(await new Trees(store).build(EMPTY_TREE, batches)).toBe(expected);
          const before = await new Trees(store).apply(EMPTY_TREE, [...start, ...numbered(50, 77)]);
          const removals = numbered(50, 77).filter(({ path: at }) => !model.has(at));
          const onto = [...sorted, ...removals.map(({ path: at }) => ({ path: at, entry: undefined }))].sort(
            (x, y) => comparePaths(x.path, y.path),
          );
          // With no memory for nodes, each is read when it is needed.
          const trees = new Trees(store, { cacheBytes: 1 });
          expect(await trees.build(before, [onto.slice(0, size), onto.slice(size)])).toBe(expected);
          if (removesAll) {
            const none = sorted.map(({ path: at }) => ({ path: at, entry: undefined }));
            expect(await trees.build(expected, [none])).toBe(EMPTY_TREE);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('rows as PostgreSQL copies them out build the same tree as the edits they say', async () => {
    const escaped = (text: string): string =>
      text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n');
    const rowOf = ({ path: at, entry: put }: TreeEdit): string => {
      const columns = [
        at,
        put?.sha256,
        put && String(put.sizeBytes),
        put?.contentType,
        put?.metadata && JSON.stringify(put.metadata),
      ];
      return `${columns.map((column) => (column === undefined ? '\\N' : escaped(column))).join('\t')}\n`;
    };
    const odd = fc.constantFrom(
      'back\\slash',
      'ü',
      '.a/..b',
      '...',
      ' ',
      'x'.repeat(1024),
      '\ufffd',
      '😀/\\N',
      '\\N',
    );
    const oddEdit = fc.record({ path: odd, entry: fc.option(entry, { nil: undefined, freq: 3 }) });
    await fc.assert(
      fc.asyncProperty(
        base,
        edits,
        fc.array(oddEdit),
        fc.integer({ min: 1, max: 5000 }),
        async (start, list, more, size) => {
          const byPath = new Map([...start, ...list, ...more].map((one) => [one.path, one]));
          const sorted = [...byPath.values()].sort((a, b) => comparePaths(a.path, b.path));
          const bytes = Buffer.from(sorted.map(rowOf).join(''));
          async function* chunks() {
            for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
          }
          const trees = new Trees(new MemoryNodeStore());
          const before = await trees.apply(EMPTY_TREE, numbered(100, 3));
          expect(await trees.buildCopied(before, chunks())).toBe(await trees.build(before, [sorted]));
        },
      ),
      { numRuns: 30 },
    );
  });

  const digest = 'ab'.repeat(32);
  it.each([
    [`a/../b\t${digest}\t1\t\\N\t\\N\n`, 'path: '],
    [`\t${digest}\t1\t\\N\t\\N\n`, 'path: must not be empty'],
    [`${'x'.repeat(1025)}\t${digest}\t1\t\\N\t\\N\n`, '1024 bytes'],
    [`a\t${digest.toUpperCase()}\t1\t\\N\t\\N\n`, 'entry.sha256'],
    [`a\t${digest}0\t1\t\\N\t\\N\n`, 'entry.sha256'],
    [`a\t${digest}\t-1\t\\N\t\\N\n`, 'entry.sizeBytes'],
    [`a\t${digest}\t\\N\t\\N\t\\N\n`, 'entry.sizeBytes'],
    [`a\t${digest}\t\t\\N\t\\N\n`, 'entry.sizeBytes'],
    [`a\t${digest}\t9007199254740993\t\\N\t\\N\n`, 'entry.sizeBytes'],
    [`a\t${digest}\t1\t\\n\t\\N\n`, 'entry.contentType'],
    [`a\t${digest}\t1\t\t\\N\n`, 'entry.contentType'],
    [`a\t${digest}\t1\t${'x'.repeat(256)}\t\\N\n`, 'entry.contentType'],
    [`a\t${digest}\t1\t\\N\t{"k":1}\n`, 'entry.metadata.k'],
    [`a\t${digest}\t1\t\\N\tnull\n`, 'entry.metadata'],
    [`b\t${digest}\t1\t\\N\t\\N\na\t${digest}\t1\t\\N\t\\N\n`, 'must ascend'],
    [`b\t${digest}\t1\t\\N`, 'ends in the middle of a row'],
  ])('the rows %j are refused', async (rows, rule) => {
    async function* chunks() {
      yield Buffer.from(rows);
    }
    await expect(new Trees(new MemoryNodeStore()).buildCopied(EMPTY_TREE, chunks())).rejects.toThrow(rule);
  });

  it('many paths at once are found as one by one', async () => {
    const trees = new Trees(new MemoryNodeStore(), { cacheBytes: 1 });
    const root = await trees.apply(EMPTY_TREE, numbered(3000));
    const paths = [
      'zzz',
      ...numbered(3000, 2).map(({ path: at }) => at),
      'a',
      '\ud800',
      'x'.repeat(2000),
      'a',
    ];
    const expected = await Promise.all(paths.map((at) => trees.get(root, at)));
    expect(expected.filter((found) => found !== undefined)).toHaveLength(1500);
    expect(await trees.getMany(root, paths)).toEqual(expected);
    expect(await trees.getMany(EMPTY_TREE, ['a'])).toEqual([undefined]);
    expect(await trees.getMany(root, [])).toEqual([]);
  });

  it('half a surrogate pair is not looked for as the character that stands for it', async () => {
    const trees = new Trees(new MemoryNodeStore());
    const root = await trees.apply(EMPTY_TREE, [{ path: '\ufffd', entry: entryOf('') }]);
    expect(await trees.get(root, '\ud800')).toBeUndefined();
  });

  it.each([
    [['b', 'a'], 'must ascend'],
    [['a', 'a'], 'must ascend'],
    [['a', '../b'], 'path: '],
  ])('edits in the order %j cannot be built from', async (paths, rule) => {
    const build = (batches: TreeEdit[][]) => new Trees(new MemoryNodeStore()).build(EMPTY_TREE, batches);
    const batch = paths.map((at) => ({ path: at, entry: entryOf('') }));
    await expect(build([batch])).rejects.toThrow(rule);
    await expect(build(batch.map((one) => [one]))).rejects.toThrow(rule);
  });

  it('what a source of edits throws comes out, and the source is told when the tree fails', async () => {
    const trees = new Trees(new MemoryNodeStore());
    let isClosed = false;
    async function* failing(): AsyncGenerator<TreeEdit[]> {
      try {
        yield numbered(10);
        yield numbered(10);
        throw new Error('not reached');
      } finally {
        isClosed = true;
      }
    }
    await expect(trees.build(EMPTY_TREE, failing())).rejects.toThrow('must ascend');
    expect(isClosed).toBe(true);
    async function* broken(): AsyncGenerator<TreeEdit[]> {
      yield numbered(10);
      throw new Error('the source broke');
    }
    await expect(trees.build(EMPTY_TREE, broken())).rejects.toThrow('the source broke');
  });

  it('a store that fails while nodes are stored fails the change, also when that was long before its end', async () => {
    class FullStore extends MemoryNodeStore {
      override async writeMany(): Promise<void> {
        throw new Error('no room');
      }
    }
    const long = { ...entryOf(''), metadata: { k: 'x'.repeat(1000) } };
    const edits = numbered(30_000).map(({ path: at }) => ({ path: at, entry: long }));
    await expect(new Trees(new FullStore()).build(EMPTY_TREE, [edits])).rejects.toThrow('no room');
  });

  it('readers of one node at the same time share one read, and a failed read is tried anew', async () => {
    const store = new CountingStore();
    const root = await new Trees(store).apply(EMPTY_TREE, numbered(10));
    const trees = new Trees(store);
    store.reads = 0;
    await Promise.all(Array.from({ length: 5 }, () => trees.get(root, 'data/part-000001.csv')));
    expect(store.reads).toBe(1);
    const bytes = store.nodes.get(root)!;
    store.nodes.delete(root);
    const other = new Trees(store);
    const gets = await Promise.allSettled([other.get(root, 'a'), other.get(root, 'a')]);
    expect(gets.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    store.nodes.set(root, bytes);
    expect(await other.get(root, 'a')).toBeUndefined();
  });

  it('sums of sizes stop at the greatest exact number', async () => {
    const trees = new Trees(new MemoryNodeStore());
    const huge = { ...entryOf(''), sizeBytes: Number.MAX_SAFE_INTEGER };
    const edits = numbered(500).map(({ path: at }) => ({ path: at, entry: huge }));
    const root = await trees.apply(EMPTY_TREE, edits);
    expect(await trees.stats(root)).toEqual({ count: 500, sizeBytes: Number.MAX_SAFE_INTEGER });
  });

  it('scattered edits and their differences wait for the store about once for each level', async () => {
    const store = new CountingStore();
    const root = await new Trees(store).apply(EMPTY_TREE, numbered(20_000));
    const height = Math.ceil(Math.log(20_000) / Math.log(64));
    const edits = Array.from({ length: 60 }, (_, i): TreeEdit => {
      const at = `data/part-${String(i * 317).padStart(6, '0')}.csv`;
      return { path: i % 3 === 0 ? `${at}.new` : at, entry: i % 3 === 1 ? undefined : entryOf('new') };
    });
    store.calls = 0;
    const next = await new Trees(store).apply(root, edits);
    // The nodes behind edited ones are one more for each.
    expect(store.calls).toBeLessThanOrEqual(height + 1);
    store.calls = 0;
    expect(await collect(new Trees(store).diff(root, next))).toHaveLength(60);
    expect(store.calls).toBeLessThanOrEqual(height + 1);
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
