import { Counter, Gauge } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';
import type { Trees } from '../trees/index.js';

/** Nodes of trees that were not at hand and were read from packs. */
export const nodesRead = new Counter({
  name: 'cairn_tree_nodes_read_total',
  help: 'Nodes of trees read from packs in the object store.',
  registers: [metricsRegistry],
});

/** Requests for parts of packs; near nodes are read together. */
export const partsRead = new Counter({
  name: 'cairn_tree_pack_reads_total',
  help: 'Reads of parts of packs, several nodes each.',
  registers: [metricsRegistry],
});

/** New nodes; those that were stored before do not count. */
export const nodesWritten = new Counter({
  name: 'cairn_tree_nodes_written_total',
  help: 'New nodes of trees stored in packs.',
  registers: [metricsRegistry],
});

export const packsWritten = new Counter({
  name: 'cairn_tree_packs_written_total',
  help: 'Packs of tree nodes stored.',
  registers: [metricsRegistry],
});

export const packBytes = new Counter({
  name: 'cairn_tree_pack_written_bytes_total',
  help: 'Bytes of the packs stored.',
  registers: [metricsRegistry],
});

let watched: Trees | undefined;

const cacheLookups = new Counter({
  name: 'cairn_tree_cache_lookups_total',
  help: 'Nodes that were looked for in the cache, by outcome: hit, miss.',
  labelNames: ['outcome'],
  registers: [metricsRegistry],
  collect() {
    if (watched === undefined) return;
    this.reset();
    this.inc({ outcome: 'hit' }, watched.cache.hits);
    this.inc({ outcome: 'miss' }, watched.cache.misses);
  },
});

const cacheBytes = new Gauge({
  name: 'cairn_tree_cache_bytes',
  help: 'Memory that nodes of trees take in the cache.',
  registers: [metricsRegistry],
  collect() {
    if (watched !== undefined) this.set(watched.cache.sizeBytes);
  },
});

/** Shows how the cache of these trees does. */
export function watchCache(trees: Trees): Trees {
  watched = trees;
  // A series that begins with 1 has not grown, as Prometheus sees it.
  for (const outcome of ['hit', 'miss']) cacheLookups.inc({ outcome }, 0);
  cacheBytes.set(0);
  return trees;
}
