import { Counter, Gauge, Histogram } from 'prom-client';
import { metricsRegistry } from '../platform/index.js';

/** Events by outcome: stored, duplicate, invalid, denied, unprojected, failed. */
export const ingestedEvents = new Counter({
  name: 'cairn_lineage_events_total',
  help: 'Lineage events by outcome: stored, duplicate, invalid, denied, unprojected, failed.',
  labelNames: ['outcome'],
  registers: [metricsRegistry],
});
// A series that begins with 1 has not grown, as Prometheus sees it.
for (const outcome of ['stored', 'duplicate', 'invalid', 'denied', 'unprojected', 'failed'])
  ingestedEvents.inc({ outcome }, 0);

/** Events that one transaction stored. */
export const ingestBatchSize = new Histogram({
  name: 'cairn_lineage_batch_events',
  help: 'Lineage events stored by one transaction.',
  buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  registers: [metricsRegistry],
});

/** Names that came to stand for another asset than before. */
export const movedNames = new Counter({
  name: 'cairn_lineage_names_moved_total',
  help: 'Names that came to stand for another asset than before, by a rule or by what an event said.',
  registers: [metricsRegistry],
});

/** Seconds that telling the lineage of such names again took. */
export const resolutionDuration = new Histogram({
  name: 'cairn_lineage_names_duration_seconds',
  help: 'Seconds that carrying lineage over took when names came to stand for other assets.',
  buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300],
  registers: [metricsRegistry],
});

/** Seconds that projecting one batch of events took. */
export const projectionDuration = new Histogram({
  name: 'cairn_lineage_projection_duration_seconds',
  help: 'Seconds that projecting one batch of lineage events into the graph took.',
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  registers: [metricsRegistry],
});

/** What of the graph is in memory, in numbers and bytes. */
export const graphMemory = new Gauge({
  name: 'cairn_lineage_memory',
  help: 'What of the lineage graph is in memory: assets, edges, pairs, edits, columns, column_edges, and all of it in bytes.',
  labelNames: ['of'],
  registers: [metricsRegistry],
});

/** Edits of edges by hand: add, remove, confirm, withdraw. */
export const graphEdits = new Counter({
  name: 'cairn_lineage_edits_total',
  help: 'Edits of lineage edges by hand: add, remove, confirm, and withdraw of an earlier one.',
  labelNames: ['action'],
  registers: [metricsRegistry],
});
for (const action of ['add', 'remove', 'confirm', 'withdraw']) graphEdits.inc({ action }, 0);

/** Records that were exported, by format. */
export const exportedRecords = new Counter({
  name: 'cairn_lineage_exported_total',
  help: 'Records of lineage that were exported: lines of csv, events of openlineage.',
  labelNames: ['format'],
  registers: [metricsRegistry],
});
for (const format of ['csv', 'openlineage']) exportedRecords.inc({ format }, 0);

/** When the graph in memory was last as PostgreSQL has it. */
export const graphMemoryLag = new Gauge({
  name: 'cairn_lineage_memory_followed_timestamp_seconds',
  help: 'When the lineage graph in memory was last known to be as PostgreSQL has it, in seconds since 1970.',
  registers: [metricsRegistry],
});

/** Answers by what gave them: memory, or SQL because of off, loading, too-large, behind. */
export const graphReads = new Counter({
  name: 'cairn_lineage_graph_reads_total',
  help: 'Questions about the lineage graph by what answered: memory, or SQL because memory was off, loading, too-large or behind.',
  labelNames: ['by'],
  registers: [metricsRegistry],
});
for (const by of ['memory', 'off', 'loading', 'too-large', 'behind']) graphReads.inc({ by }, 0);
