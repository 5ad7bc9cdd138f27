import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { CorruptObjectError, sha256Of, type Sha256 } from '../../storage/index.js';
import { EMPTY_TREE, MemoryNodeStore, Trees, type TreeEdit, type TreeEntry } from './index.js';

const entryOf = (content: string): TreeEntry => ({
  sha256: sha256Of(Buffer.from(content)),
  sizeBytes: content.length,
});
const numbered = (count: number): TreeEdit[] =>
  Array.from({ length: count }, (_, i) => ({
    path: `data/part-${String(i).padStart(6, '0')}.csv`,
    entry: entryOf(`${i}`),
  }));

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

describe('tree nodes and bounds', () => {
  it('paths chosen so that no hash ends a node still make nodes of bounded size', async () => {
    const store = new MemoryNodeStore();
    const trees = new Trees(store);
    const chosen = Array.from({ length: 6000 }, (_, i) => `p${i}`).filter(
      (at) => createHash('sha256').update(`0:${at}`).digest().readUInt32BE() % 128 !== 0,
    );
    const all = chosen.map((at) => ({ path: at, entry: entryOf(at) }));
    const root = await trees.apply(EMPTY_TREE, all);
    for (const bytes of store.nodes.values()) expect(bytes.byteLength).toBeLessThan(300 * 1024);
    let stepwise = await trees.apply(
      EMPTY_TREE,
      all.filter((_, i) => i % 2 === 0),
    );
    stepwise = await trees.apply(
      stepwise,
      all.filter((_, i) => i % 2 === 1),
    );
    expect(stepwise).toBe(root);
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

  it.each([
    '{"tree":2,"level":0,"items":[]}',
    '{"tree":1,"level":1,"items":[]}',
    '{"tree":1,"level":0,"items":[["b",1]]}',
    '{"tree":1, "level":0,"items":[]}',
    'null',
    '[',
  ])('an object that is not a node in its one form is refused: %s', async (text) => {
    const store = new MemoryNodeStore();
    const root = await store.write(Buffer.from(text));
    await expect(new Trees(store).stats(root)).rejects.toThrow(CorruptObjectError);
  });

  it('every node and every content of a tree is reachable, and known parts are left out', async () => {
    const store = new MemoryNodeStore();
    const trees = new Trees(store);
    const root = await trees.apply(EMPTY_TREE, numbered(2000));
    const before = new Set(store.nodes.keys());
    const all = await collect(trees.reachable(root));
    expect(new Set(all.filter(({ kind }) => kind === 'node').map(({ sha256 }) => sha256))).toEqual(before);
    expect(all.filter(({ kind }) => kind === 'content')).toHaveLength(2000);
    const next = await trees.apply(root, [{ path: 'zzz', entry: entryOf('more') }]);
    const more = await collect(trees.reachable(next, (node) => before.has(node)));
    expect(more.filter(({ kind }) => kind === 'node').length).toBeLessThanOrEqual(3);
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
