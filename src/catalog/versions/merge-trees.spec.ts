import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { sha256Of, type Sha256 } from '../../storage/index.js';
import { EMPTY_TREE, MemoryNodeStore, Trees, type TreeEdit, type TreeEntry } from '../trees/index.js';
import { mergeTrees, type MergeInput, type MergeOutcome } from './index.js';

const entryOf = (content: string): TreeEntry => ({
  sha256: sha256Of(Buffer.from(content)),
  sizeBytes: content.length,
});
const path = fc.integer({ min: 0, max: 12 }).map((i) => `f/${i}`);
const entry = fc.option(fc.constantFrom('x', 'y', 'z').map(entryOf), { nil: undefined });
const edits = fc.array(fc.record({ path, entry }), { maxLength: 12 });
const start = fc
  .integer({ min: 0, max: 300 })
  .map((count) => Array.from({ length: count }, (_, i) => ({ path: `f/${i}`, entry: entryOf(`${i}`) })));

/** Changes of paths at equal distances: few or many, side by side or apart, in the midst or at an end. */
const strides = (maxLength: number) =>
  fc
    .array(
      fc.record({
        from: fc.integer({ min: 0, max: 9000 }),
        count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6000 })),
        step: fc.constantFrom(1, 1, 2, 70),
        entry: fc.option(fc.constantFrom('x', 'y', 'z').map(entryOf), { nil: undefined, freq: 2 }),
      }),
      { maxLength },
    )
    .map((list) =>
      list.flatMap(({ from, count, step, entry: put }) =>
        Array.from({ length: count }, (_, i) => ({
          path: `f/${String((from + i * step) % 12_000).padStart(5, '0')}`,
          entry: put,
        })),
      ),
    );

async function contentOf(trees: Trees, root: Sha256): Promise<Map<string, TreeEntry>> {
  const content = new Map<string, TreeEntry>();
  for await (const item of trees.walk(root)) content.set(item.path, item.entry);
  return content;
}

async function sides(base: TreeEdit[], left: TreeEdit[], right: TreeEdit[]) {
  const store = new MemoryNodeStore();
  const trees = new Trees(store);
  const root = await trees.apply(EMPTY_TREE, base);
  return {
    store,
    trees,
    base: root,
    ours: await trees.apply(root, left),
    theirs: await trees.apply(root, right),
  };
}

const mirrored = { 'modified-deleted': 'deleted-modified', 'deleted-modified': 'modified-deleted' } as const;
function swap(outcome: MergeOutcome): unknown {
  if (outcome.kind === 'merged') return { kind: 'merged', tree: outcome.tree };
  return {
    kind: 'conflicts',
    total: outcome.total,
    conflicts: outcome.conflicts.map(({ ours, theirs, kind, ...rest }) => ({
      ...rest,
      kind: kind in mirrored ? mirrored[kind as keyof typeof mirrored] : kind,
      ...(theirs !== undefined && { ours: theirs }),
      ...(ours !== undefined && { theirs: ours }),
    })),
  };
}

describe('merging trees', () => {
  it('names each kind of conflict with the three entries', async () => {
    const [x, y, z] = [entryOf('x'), entryOf('y'), entryOf('z')] as const;
    const { trees, ...roots } = await sides(
      ['both', 'gone-theirs', 'gone-ours', 'same', 'ours'].map((name) => ({ path: name, entry: x })),
      [
        { path: 'both', entry: y },
        { path: 'gone-theirs', entry: y },
        { path: 'gone-ours', entry: undefined },
        { path: 'same', entry: y },
        { path: 'ours', entry: y },
        { path: 'new', entry: y },
      ],
      [
        { path: 'both', entry: z },
        { path: 'gone-theirs', entry: undefined },
        { path: 'gone-ours', entry: z },
        { path: 'same', entry: y },
        { path: 'new', entry: z },
        { path: 'theirs', entry: z },
      ],
    );
    expect(await mergeTrees(trees, roots)).toEqual({
      kind: 'conflicts',
      total: 4,
      conflicts: [
        { path: 'both', kind: 'both-modified', base: x, ours: y, theirs: z },
        { path: 'gone-ours', kind: 'deleted-modified', base: x, theirs: z },
        { path: 'gone-theirs', kind: 'modified-deleted', base: x, ours: y },
        { path: 'new', kind: 'both-added', ours: y, theirs: z },
      ],
    });
    const ours = await mergeTrees(trees, { ...roots, strategy: 'ours' });
    const theirs = await mergeTrees(trees, { ...roots, strategy: 'theirs' });
    if (ours.kind !== 'merged' || theirs.kind !== 'merged')
      throw new TypeError('a strategy leaves no conflict');
    expect(Object.fromEntries(await contentOf(trees, ours.tree))).toEqual({
      both: y,
      'gone-theirs': y,
      same: y,
      ours: y,
      new: y,
      theirs: z,
    });
    expect(Object.fromEntries(await contentOf(trees, theirs.tree))).toEqual({
      both: z,
      'gone-ours': z,
      same: y,
      ours: y,
      new: z,
      theirs: z,
    });
  });

  it('merging with oneself, with the base, or what one side alone changed gives that side', async () => {
    await fc.assert(
      fc.asyncProperty(start, edits, async (first, left) => {
        const { trees, base, ours } = await sides(first, left, []);
        expect(await mergeTrees(trees, { base, ours, theirs: ours })).toMatchObject({
          kind: 'merged',
          tree: ours,
        });
        expect(await mergeTrees(trees, { base, ours, theirs: base })).toMatchObject({
          tree: ours,
        });
        expect(await mergeTrees(trees, { base, ours: base, theirs: ours })).toMatchObject({ tree: ours });
      }),
      { numRuns: 40 },
    );
  });

  it('agrees with a merge of plain maps, and is the same from the other side but for the names', async () => {
    await fc.assert(
      fc.asyncProperty(start, edits, edits, async (first, left, right) => {
        const { trees, base, ours, theirs } = await sides(first, left, right);
        const outcome = await mergeTrees(trees, { base, ours, theirs });
        const back = await mergeTrees(trees, { base, ours: theirs, theirs: ours });
        expect(swap(back)).toEqual(
          outcome.kind === 'merged' ? { kind: 'merged', tree: outcome.tree } : outcome,
        );

        const [o, a, b] = [
          await contentOf(trees, base),
          await contentOf(trees, ours),
          await contentOf(trees, theirs),
        ];
        const same = (x?: TreeEntry, y?: TreeEntry): boolean => x?.sha256 === y?.sha256;
        const merged = new Map<string, TreeEntry>();
        const conflicts: string[] = [];
        for (const at of new Set([...o.keys(), ...a.keys(), ...b.keys()])) {
          const [old, our, their] = [o.get(at), a.get(at), b.get(at)];
          if (!same(our, old) && !same(their, old) && !same(our, their)) conflicts.push(at);
          const kept = same(our, old) ? their : our;
          if (kept !== undefined) merged.set(at, kept);
        }
        if (outcome.kind === 'conflicts') {
          expect(outcome.conflicts.map((one) => one.path)).toEqual(conflicts.sort());
        } else {
          expect(conflicts).toEqual([]);
          expect(new Map([...(await contentOf(trees, outcome.tree))].sort())).toEqual(
            new Map([...merged].sort()),
          );
        }
      }),
      { numRuns: 80 },
    );
  });

  it('edits of different paths never conflict', async () => {
    await fc.assert(
      fc.asyncProperty(start, edits, edits, async (first, left, right) => {
        const touched = new Set(left.map((one) => one.path));
        const apart = right.filter((one) => !touched.has(one.path));
        const { trees, ...roots } = await sides(first, left, apart);
        expect(await mergeTrees(trees, roots)).toMatchObject({
          kind: 'merged',
          tree: await trees.apply(roots.ours, apart),
        });
      }),
      { numRuns: 40 },
    );
  });

  it('trees of several levels give the tree that a merge of plain maps gives, however much each side changed', async () => {
    await fc.assert(
      fc.asyncProperty(strides(3), strides(4), strides(4), async (first, left, right) => {
        const { store, trees, ...roots } = await sides(first, left, right);
        const outcome = await mergeTrees(trees, { ...roots, strategy: 'theirs' });
        if (outcome.kind !== 'merged') throw new TypeError('a strategy leaves no conflict');
        const [o, a, b] = [
          await contentOf(trees, roots.base),
          await contentOf(trees, roots.ours),
          await contentOf(trees, roots.theirs),
        ];
        const merged: TreeEdit[] = [];
        for (const at of new Set([...a.keys(), ...b.keys()])) {
          const isTheirs = b.get(at)?.sha256 !== o.get(at)?.sha256;
          const entry = isTheirs ? b.get(at) : a.get(at);
          if (entry !== undefined) merged.push({ path: at, entry });
        }
        expect(outcome.tree).toBe(await trees.apply(EMPTY_TREE, merged));
        // Read anew, as all of it must be stored.
        expect(await contentOf(new Trees(store), outcome.tree)).toEqual(
          new Map(merged.map(({ path: at, entry: put }) => [at, put])),
        );
      }),
      { numRuns: 40 },
    );
  });

  /** Paths `from` to `to`, put or removed. */
  const span = (from: number, to: number, put: TreeEntry | undefined): TreeEdit[] =>
    Array.from({ length: Math.max(0, to - from) }, (_, i) => ({
      path: `f/${String(from + i).padStart(5, '0')}`,
      entry: put,
    }));
  async function expectMerged(base: TreeEdit[], left: TreeEdit[], right: TreeEdit[]): Promise<void> {
    const { trees, ...roots } = await sides(base, left, right);
    const outcome = await mergeTrees(trees, roots);
    const merged = await trees.apply(EMPTY_TREE, [...base, ...left, ...right]);
    expect(outcome).toEqual({ kind: 'merged', tree: merged });
  }

  it('a tree that ends where the others would be cut goes on with what the other side puts behind it', async () => {
    const [x, y] = [entryOf('x'), entryOf('y')];
    for (let last = 30; last < 200; last += 1)
      await expectMerged(span(0, 200, x), span(200, 203, y), [
        ...span(last - 25, last, undefined),
        ...span(last + 1, 200, undefined),
      ]);
  });

  it('a node of which each side leaves enough, and both too little, goes together with what one side changed beside it', async () => {
    const [x, y] = [entryOf('x'), entryOf('y')];
    for (let at = 0; at < 9000; at += 300) {
      const changed = [100, 2800, 4500, 6000, 8990].filter((from) => from < at || from >= at + 1300);
      await expectMerged(span(0, 9000, x), span(at, at + 1300, undefined), [
        ...span(at + 1400, Math.min(9000, at + 2700), undefined),
        ...changed.flatMap((from) => span(from, from + 1, y)),
      ]);
    }
  });

  describe('content of files', () => {
    const [x, y, z, joined] = ['x', 'y', 'z', 'joined'].map(entryOf) as [
      TreeEntry,
      TreeEntry,
      TreeEntry,
      TreeEntry,
    ];
    const put = (names: string[], entry: TreeEntry | undefined) => names.map((path) => ({ path, entry }));
    const merging = async (input: Pick<MergeInput, 'mergeContent' | 'strategy'>) => {
      const { trees, ...roots } = await sides(
        put(['a', 'b', 'gone'], x),
        [...put(['a', 'b', 'new'], y), ...put(['gone'], undefined)],
        put(['a', 'b', 'gone', 'new'], z),
      );
      const outcome = await mergeTrees(trees, { ...roots, ...input });
      return {
        outcome,
        content: outcome.kind === 'merged' ? await contentOf(trees, outcome.tree) : undefined,
      };
    };

    it('is asked for paths that both sides have, and what it refuses is told with its reason', async () => {
      const asked: string[] = [];
      const { outcome } = await merging({
        mergeContent: async ({ path: at, base, ours, theirs }) => {
          asked.push(at);
          expect([base, ours, theirs]).toEqual([at === 'new' ? undefined : x, y, z]);
          if (at === 'a') return { kind: 'merged', entry: joined, rows: 3 };
          return at === 'b'
            ? { kind: 'conflict', conflict: 'row-conflict', reason: 'r', rows: [], rowCount: 7 }
            : undefined;
        },
      });
      expect(asked).toEqual(['a', 'b', 'new']);
      expect(outcome).toMatchObject({
        total: 3,
        conflicts: [
          { path: 'b', kind: 'row-conflict', reason: 'r', rowCount: 7 },
          { path: 'gone', kind: 'deleted-modified' },
          { path: 'new', kind: 'both-added' },
        ],
      });
    });

    it('is taken with a strategy too, which settles the rest as wholes', async () => {
      for (const strategy of ['ours', 'theirs'] as const) {
        const { outcome, content } = await merging({
          strategy,
          mergeContent: async (versions) => {
            expect(versions.strategy).toBe(strategy);
            return versions.path === 'a'
              ? { kind: 'merged', entry: joined, rows: 3 }
              : { kind: 'conflict', reason: 'r' };
          },
        });
        expect(outcome).toMatchObject({ kind: 'merged', content: { files: 1, rows: 3 } });
        const side = strategy === 'ours' ? y : z;
        expect([content?.get('a'), content?.get('b'), content?.get('new')]).toEqual([joined, side, side]);
      }
    });
  });
});
