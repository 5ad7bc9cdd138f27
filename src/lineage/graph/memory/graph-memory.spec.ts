import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { expect, it, jest } from '@jest/globals';
import type { Config, HealthChecks, Logger } from '../../../platform/index.js';
import { AssetGraph } from './asset-graph.js';
import type { GraphFeed } from './graph-feed.js';
import { GraphMemory, type HeldGraph } from './graph-memory.js';
import { type CopiedRow, HELD_TABLES, type HeldTable, takeRow } from './rows.js';

const edge = (): CopiedRow => [randomUUID(), randomUUID(), 'f', '0', undefined, undefined];

/** The graph of some batches of edges, as it is held where there are so many bytes for it. */
async function held(batches: readonly CopiedRow[][], maxBytes: number): Promise<HeldGraph | undefined> {
  const followed = { snapshot: '1:1:', epoch: '1' };
  const feed = {
    tables: HELD_TABLES,
    position: async () => followed,
    changes: async () => ({ followed, changed: [] }),
    rows: async function* (table: HeldTable) {
      if (table === 'lineage_edge') yield* batches;
    },
  } as unknown as GraphFeed;
  const log = { info: jest.fn(), warn: jest.fn() } as unknown as Logger;
  const config = { CAIRN_LINEAGE_MEMORY_MB: maxBytes / 1024 ** 2 } as Config;
  const memory = new GraphMemory(feed, log, config, { register: jest.fn() } as unknown as HealthChecks);
  memory.onApplicationBootstrap();
  try {
    for (;;) {
      const graph = await memory.upToDate();
      if (graph !== undefined || !memory.isComing) return graph;
      await setTimeout(1);
    }
  } finally {
    await memory.beforeApplicationShutdown();
  }
}

it('is whole or not held, however little there is too much', async () => {
  const batches = [[edge(), edge()], [edge()]];
  const graph = new AssetGraph();
  for (const row of batches[0]!) takeRow('lineage_edge', row, graph);
  expect(await held(batches, graph.bytes - 1)).toBeUndefined();
  // Not even columns of which there are none fit in beside it.
  const found = await held(batches, graph.bytes);
  expect([found?.assets.links.size, found?.columns]).toEqual([3, undefined]);
  expect((await held(batches, graph.bytes + 1024 ** 2))?.columns).toBeDefined();
});
