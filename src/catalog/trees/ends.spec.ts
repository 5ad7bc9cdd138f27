import { describe, expect, it } from '@jest/globals';

import { sha256Of } from '../../storage/index.js';
import { EMPTY_TREE, MemoryNodeStore, Trees, type TreeEdit } from './index.js';

const COUNT = 3000;
const edits: TreeEdit[] = Array.from({ length: COUNT }, (_, i) => ({
  path: `data/part-${String(i).padStart(6, '0')}.csv`,
  entry: { sha256: sha256Of(Buffer.from(`${i}`)), sizeBytes: i },
}));

/** At an end of a tree its last node, or its root, may stay whole as it is: where what comes next would be cut anyway. */
describe('trees that change at their ends', () => {
  it.each([
    ['behind, one path at a time', edits, 1],
    ['in front, many paths at a time', edits.toReversed(), 37],
  ])('grow and shrink %s, and have all paths and one root at each step', async (_, order, step) => {
    const trees = new Trees(new MemoryNodeStore());
    const roots = [EMPTY_TREE];
    for (let at = 0; at < COUNT; at += step) {
      const grown = await trees.apply(roots.at(-1)!, order.slice(at, at + step));
      roots.push(grown);
      expect((await trees.stats(grown)).count).toBe(Math.min(at + step, COUNT));
    }
    expect(roots.at(-1)).toBe(await new Trees(new MemoryNodeStore()).apply(EMPTY_TREE, edits));
    let shrunk = roots.pop()!;
    for (let at = COUNT - ((COUNT - 1) % step) - 1; at >= 0; at -= step) {
      const gone = order.slice(at, at + step).map(({ path }) => ({ path, entry: undefined }));
      shrunk = await trees.apply(shrunk, gone);
      expect(shrunk).toBe(roots.pop());
    }
  });
});
