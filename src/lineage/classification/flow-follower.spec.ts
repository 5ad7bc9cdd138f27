import { randomUUID } from 'node:crypto';
import { afterEach, expect, it, jest } from '@jest/globals';
import { AssetGraph } from '../graph/memory/asset-graph.js';
import { ColumnGraph } from '../graph/memory/column-graph.js';
import { Touches } from '../graph/memory/touches.js';
import { FlowFollower } from './flow-follower.js';
import type { FlowRepository, HeldTag } from './flow.repository.js';

const [SOURCE, TARGET] = [randomUUID() as string, randomUUID() as string];
const END = 1_000;

afterEach(() => {
  jest.restoreAllMocks();
});

it('takes notice of an edge that ends between two looks at the clock', async () => {
  let now = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => now++);
  const assets = new AssetGraph();
  const graph = { assets, columns: new ColumnGraph(assets.ids), touches: new Touches() };
  for (const id of [SOURCE, TARGET]) assets.setClass(id, JSON.stringify(['dataset', 'db', [], []]));
  const intervals = [0, END];
  assets.setEdge(SOURCE, TARGET, intervals);
  graph.touches.await({ assetIds: [SOURCE, TARGET], intervals });
  const held: HeldTag = { assetId: SOURCE, column: '', tag: 'pii', isOwn: true, isFlowed: false };
  const rows = {
    snapshot: async () => '1:1:',
    barriers: async () => [],
    changedAssets: async () => [],
    held: async (assetIds?: readonly string[]) => (assetIds === undefined ? [held] : []),
  } as unknown as FlowRepository;
  const follower = new FlowFollower(graph, rows);
  const follow = async () => {
    await follower.follow();
    return [...follower.changes(10)].map(({ added, removed, settled }) => {
      settled();
      return [added.length, removed.length];
    });
  };
  expect(await follow()).toEqual([[1, 0]]);
  now = END - 1;
  await follow();
  // What was not noticed then has to be by now.
  const later = await follow();
  expect([later, [...follower.changes(10)]]).toEqual([[[0, 1]], []]);
});
