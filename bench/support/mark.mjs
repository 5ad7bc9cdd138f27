/**
 * `DATABASE_URL=… mark.mjs OBJECTS`: what garbage collection does before it condemns, over a database and a local store. Prints as JSON how
 * much it looked at, how long it took and what memory it had at most. A process of its own, so that this is its memory alone.
 */
import { DataSource } from 'typeorm';
import '../../dist/src/production.js';
import { GcRepository } from '../../dist/src/catalog/gc/gc.repository.js';
import { GcRoots } from '../../dist/src/catalog/gc/gc-roots.js';
import { Marker } from '../../dist/src/catalog/gc/marker.js';
import { PackRepository } from '../../dist/src/catalog/packs/pack.repository.js';
import { PackedNodeStore } from '../../dist/src/catalog/packs/packed-node-store.js';
import { Trees } from '../../dist/src/catalog/trees/index.js';
import { Database, dataSourceOptions } from '../../dist/src/platform/index.js';
import { LocalObjectStore } from '../../dist/src/storage/index.js';
import { timed } from './statistics.mjs';

const [folder] = process.argv.slice(2);
const dataSource = await new DataSource(dataSourceOptions(process.env.DATABASE_URL, [], 8)).initialize();
const database = new Database(dataSource);
const nodes = new PackedNodeStore(new PackRepository(database), await LocalObjectStore.open(folder));
const rows = new GcRepository(database);
const startBytes = process.memoryUsage.rss();
let peakBytes = startBytes;
const watch = setInterval(() => (peakBytes = Math.max(peakBytes, process.memoryUsage.rss())), 50);
let looked = 0;
const marked = await timed(() =>
  new Marker(rows, new GcRoots(), new Trees(nodes)).mark(
    () => false,
    new AbortController().signal,
    (count) => (looked = count),
  ),
);
let reached = 0;
const sorted = await timed(async () => {
  for await (const batch of rows.ledger(new Date(), { graceSeconds: 3600 }))
    for (const { sha256 } of batch) if (marked.result.has(sha256)) reached += 1;
});
clearInterval(watch);
await dataSource.destroy();
console.log(JSON.stringify({ looked, reached, markMs: marked.ms, sortMs: sorted.ms, peakBytes, startBytes }));
