import { describe, expect, it } from '@jest/globals';

import { CorruptObjectError, sha256Of, type Sha256 } from '../../storage/index.js';
import {
  EMPTY_TREE,
  MemoryNodeStore,
  type ReachableObjects,
  Trees,
  type TreeEdit,
  type TreeEntry,
} from './index.js';

const entryOf = (content: string): TreeEntry => ({
  sha256: sha256Of(Buffer.from(content)),
  sizeBytes: content.length,
});
const numbered = (count: number): TreeEdit[] =>
  Array.from({ length: count }, (_, i) => ({
    path: `data/part-${String(i).padStart(6, '0')}.csv`,
    entry: entryOf(`${i}`),
  }));

async function reach(
  objects: AsyncIterable<ReachableObjects>,
): Promise<Record<'node' | 'content', Sha256[]>> {
  const found: Record<'node' | 'content', Sha256[]> = { node: [], content: [] };
  for await (const { kind, digests } of objects) {
    for (let at = 0; at < digests.length; at += 32) {
      found[kind].push(digests.toString('hex', at, at + 32) as Sha256);
    }
  }
  return found;
}

/** Found as an adversary would: 32 that share a node with a candidate behind them, which ends it or does not. */
async function pathsThatEndNoNode(count: number): Promise<string[]> {
  const before = numbered(31);
  const chosen: string[] = [];
  for (let i = 0; chosen.length < count; i += 1) {
    const path = `p${String(i).padStart(6, '0')}`;
    const store = new MemoryNodeStore();
    const behind = ['q', 'r'].map((at) => ({ path: at, entry: entryOf('') }));
    await new Trees(store).apply(EMPTY_TREE, [...before, { path, entry: entryOf('') }, ...behind]);
    if (store.nodes.size === 1) chosen.push(path);
  }
  return chosen;
}

describe('tree nodes and bounds', () => {
  it('paths chosen so that no hash ends a node still make nodes of bounded size', async () => {
    const store = new MemoryNodeStore();
    const trees = new Trees(store);
    const chosen = await pathsThatEndNoNode(3000);
    const all = chosen.map((at) => ({ path: at, entry: entryOf(at) }));
    const root = await trees.apply(EMPTY_TREE, all);
    for (const bytes of store.nodes.values()) expect(bytes.byteLength).toBeLessThan(300 * 1024);
    expect(store.nodes.size).toBe(Math.ceil(3000 / 256) + 1);
    const even = all.filter((_, i) => i % 2 === 0);
    const odd = all.filter((_, i) => i % 2 === 1);
    expect(await trees.apply(await trees.apply(EMPTY_TREE, even), odd)).toBe(root);
  });

  it('a node that was changed on its medium is reported and never believed', async () => {
    const store = new MemoryNodeStore();
    const root = await new Trees(store).apply(EMPTY_TREE, numbered(500));
    for (const [sha256, bytes] of store.nodes) {
      const damaged = Buffer.from(bytes);
      damaged[bytes.length >> 1]! ^= 1;
      store.nodes.set(sha256, damaged);
    }
    await expect(new Trees(store).get(root, 'data/part-000001.csv')).rejects.toThrow(CorruptObjectError);
  });

  const leaf = (...items: string[]): string => `43544e3200${hex(items.length, 3)}${items.join('')}`;
  const hex = (value: number, bytes: number): string => value.toString(16).padStart(bytes * 2, '0');
  const item = (path: string): string =>
    hex(path.length, 2) + hex(0, 12) + 'ab'.repeat(32) + Buffer.from(path).toString('hex');
  it.each([
    ['nothing', ''],
    ['another version', `43544e31${leaf(item('a')).slice(8)}`],
    ['a level too many', `43544e3241${leaf(item('a')).slice(10)}`],
    ['an inner node without children', '43544e3201000000'],
    ['an inner node with an entry', `43544e3201${leaf(item('a')).slice(10)}`],
    ['half an item', leaf(item('a')).slice(0, -20)],
    ['more than its items', `${leaf(item('a'))}00`],
    ['more items than there are', leaf(item('a'), '')],
    ['an item longer than the node', leaf(item('a').replace('0001', 'ffff'))],
    ['paths out of order', leaf(item('b'), item('a'))],
    ['a path twice', leaf(item('a'), item('a'))],
  ])('an object that is not a node is refused: %s', async (_, text) => {
    const store = new MemoryNodeStore();
    const bytes = Buffer.from(text, 'hex');
    await store.writeMany([{ sha256: sha256Of(bytes), bytes }]);
    await expect(new Trees(store).stats(sha256Of(bytes))).rejects.toThrow(CorruptObjectError);
  });

  it('the layout of nodes is as written down', async () => {
    const store = new MemoryNodeStore();
    const bytes = Buffer.from(leaf(item('a'), item('b/c')), 'hex');
    const entry = { sha256: 'ab'.repeat(32) as Sha256, sizeBytes: 0 };
    const edits = ['b/c', 'a'].map((path) => ({ path, entry }));
    expect(await new Trees(store).apply(EMPTY_TREE, edits)).toBe(sha256Of(bytes));
  });

  it('every node and every content of a tree is reachable, and known parts are left out', async () => {
    const store = new MemoryNodeStore();
    const trees = new Trees(store);
    const root = await trees.apply(EMPTY_TREE, numbered(2000));
    const before = new Set(store.nodes.keys());
    const all = await reach(trees.reachable(root));
    expect(new Set(all.node)).toEqual(before);
    expect(all.node).toHaveLength(before.size);
    expect(all.content.sort()).toEqual(
      numbered(2000)
        .map(({ entry }) => entry!.sha256)
        .sort(),
    );
    const next = await trees.apply(root, [{ path: 'zzz', entry: entryOf('more') }]);
    const more = await reach(trees.reachable(next, (node) => before.has(node)));
    expect(more.node.length).toBeLessThanOrEqual(3);
    expect(more.content).toContain(entryOf('more').sha256);
    expect(await reach(trees.reachable(EMPTY_TREE))).toEqual({ node: [], content: [] });
  });

  it.each([
    [{ path: 'a/../b', entry: entryOf('') }, 'path: '],
    [{ path: 'a', entry: { sha256: 'ABC' as Sha256, sizeBytes: 1 } }, 'entry.sha256: '],
    [{ path: 'a', entry: { ...entryOf(''), sizeBytes: -1 } }, 'entry.sizeBytes: '],
    [{ path: 'a', entry: { ...entryOf(''), contentType: 'a\nb' } }, 'entry.contentType: '],
    [{ path: 'a', entry: { ...entryOf(''), metadata: { 'a b': '' } } }, 'entry.metadata: '],
    [{ path: 'a', entry: { ...entryOf(''), metadata: { k: 'x'.repeat(1025) } } }, 'entry.metadata.k: '],
  ])('the edit %j is refused and nothing is written', async (bad, field) => {
    const store = new MemoryNodeStore();
    await expect(new Trees(store).apply(EMPTY_TREE, [...numbered(3), bad])).rejects.toThrow(field);
    expect(store.nodes.size).toBe(0);
  });

  it.each([{ limit: 0 }, { limit: 10_001 }, { prefix: 'x'.repeat(2000) }, { after: '\ud800' }])(
    'the listing %j is refused',
    async (query) => {
      await expect(new Trees(new MemoryNodeStore()).list(EMPTY_TREE, query)).rejects.toThrow(
        Object.keys(query)[0],
      );
    },
  );
});
