import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';

import { edited, type TreeModel } from '../../../test/support/tree-model.js';
import { sha256Of } from '../../storage/index.js';
import type { TreeEdit, Trees as AllTrees } from '../trees/index.js';

// Nodes so small that a few paths make a tree of many levels, where all that can happen at the ends of nodes happens often.
jest.unstable_mockModule('../trees/node-bounds.js', () => ({
  ...{ MIN_ITEMS: 2, ONE_IN: 2, MAX_ITEMS: 6, MAX_BYTES: 1024 },
}));
const { comparePaths, EMPTY_TREE, MemoryNodeStore, Trees } = await import('../trees/index.js');
const { mergeTrees } = await import('./merge-trees.js');

const COUNT = 80;
const pathOf = (i: number) => `f/${String(i % COUNT).padStart(4, '0')}`;
const entry = fc.option(
  fc.constantFrom('x', 'y', 'z').map((text) => ({ sha256: sha256Of(Buffer.from(text)), sizeBytes: 1 })),
  { nil: undefined, freq: 2 },
);
const path = fc.oneof(
  fc.nat(COUNT - 1).map(pathOf),
  fc
    .array(fc.constantFrom('a', 'f', 'a b', 'ü', '😀', '0', '-', '.x'), { minLength: 1, maxLength: 4 })
    .map((segments) => segments.join('/')),
);
const one = fc.record({ path, entry }).map((edit) => [edit]);
const many = fc
  .record({
    from: fc.nat(COUNT - 1),
    count: fc.integer({ min: 1, max: COUNT }),
    step: fc.constantFrom(1, 2, 7),
    entry,
  })
  .map(({ from, count, step, entry: put }) =>
    Array.from({ length: count }, (_, i) => ({ path: pathOf(from + i * step), entry: put })),
  );
const edits: fc.Arbitrary<TreeEdit[]> = fc
  .array(fc.oneof(many, one, one, one), { maxLength: 5 })
  .map((list) => list.flat());
const prefix = fc.string({ maxLength: 3, unit: fc.constantFrom('a', 'f', '/', '0', '1', 'ü') });

const keysOf = (...models: TreeModel[]) =>
  [...new Set(models.flatMap((model) => [...model.keys()]))].sort(comparePaths);
/** Paths where two maps differ. */
const differing = (a: TreeModel, b: TreeModel) =>
  keysOf(a, b).filter((at) => a.get(at)?.sha256 !== b.get(at)?.sha256);
const editsOf = (model: TreeModel) => keysOf(model).map((at) => ({ path: at, entry: model.get(at) }));
/** The root that a tree of this content has when it is made at once. */
const rootOf = (model: TreeModel) => new Trees(new MemoryNodeStore()).apply(EMPTY_TREE, editsOf(model));

async function paths(items: AsyncIterable<{ readonly path: string }>): Promise<string[]> {
  const found: string[] = [];
  for await (const item of items) found.push(item.path);
  return found;
}

async function listed(trees: AllTrees, root: Awaited<ReturnType<typeof rootOf>>, limit: number) {
  const found: string[] = [];
  for (let after: string | undefined; ;) {
    const { items, next } = await trees.list(root, { limit, ...(after !== undefined && { after }) });
    for (const item of items) if ('path' in item) found.push(item.path);
    if (next === undefined) return found;
    after = next;
  }
}

describe('trees of many levels', () => {
  const batch = fc.integer({ min: 1, max: 9 });

  it('have the root of their content however they are made, and all ways of reading agree with a plain map', async () => {
    await fc.assert(
      fc.asyncProperty(edits, edits, path, prefix, batch, async (first, later, probe, under, size) => {
        const store = new MemoryNodeStore();
        const trees = new Trees(store);
        const before = edited(new Map(), first);
        const model = edited(before, later);
        const base = await trees.apply(EMPTY_TREE, first);
        const root = await trees.apply(base, later);
        expect([base, root]).toEqual([await rootOf(before), await rootOf(model)]);
        const list = editsOf(model);
        const batches = Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
          list.slice(i * size, (i + 1) * size),
        );
        expect(await trees.build(EMPTY_TREE, batches)).toBe(root);

        const fresh = new Trees(store);
        const keys = keysOf(model);
        expect(await fresh.stats(root)).toEqual({ count: keys.length, sizeBytes: keys.length });
        expect(await paths(fresh.walk(root, { prefix: under }))).toEqual(
          keys.filter((at) => at.startsWith(under)),
        );
        expect(await listed(fresh, root, size)).toEqual(keys);
        const asked = [probe, ...keys.slice(0, size)];
        expect((await fresh.getMany(root, asked)).map((found) => found?.sha256)).toEqual(
          asked.map((at) => model.get(at)?.sha256),
        );
        const differ = differing(before, model);
        expect(await paths(fresh.diff(base, root))).toEqual(differ);
        expect(await paths(fresh.diff(base, root, { prefix: under }))).toEqual(
          differ.filter((at) => at.startsWith(under)),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('merge as plain maps do, and all of the merged tree is stored', async () => {
    await fc.assert(
      fc.asyncProperty(edits, edits, edits, async (first, left, right) => {
        const store = new MemoryNodeStore();
        const trees = new Trees(store);
        const before = edited(new Map(), first);
        const [a, b] = [edited(before, left), edited(before, right)];
        const base = await trees.apply(EMPTY_TREE, first);
        const [ours, theirs] = [await trees.apply(base, left), await trees.apply(base, right)];
        const theirEdits = differing(before, b).map((at) => ({ path: at, entry: b.get(at) }));
        const merged = edited(a, theirEdits);
        const conflicts = differing(a, merged).filter((at) => differing(before, a).includes(at));

        const found = await mergeTrees(trees, { base, ours, theirs });
        expect(found.kind === 'conflicts' ? found.conflicts.map((one) => one.path) : []).toEqual(conflicts);
        const outcome = await mergeTrees(trees, { base, ours, theirs, strategy: 'theirs' });
        expect(outcome).toEqual({ kind: 'merged', tree: await rootOf(merged) });
        if (outcome.kind === 'merged')
          expect(await paths(new Trees(store).walk(outcome.tree))).toEqual(keysOf(merged));
      }),
      { numRuns: 700 },
    );
  });
});
