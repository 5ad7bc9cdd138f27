import { Counter, Gauge, Histogram } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

const FORMATS = ['csv', 'json', 'jsonl', 'parquet'] as const;

/** Reads of files under masks or row filters, by what became of them. */
export const obligedReads = new Counter({
  name: 'cairn_masked_reads_total',
  help: 'Files asked for under masks or row filters, by outcome: made, known (made before), withheld.',
  labelNames: ['outcome'],
  registers: [metricsRegistry],
});
// A series that begins with 1 has not grown, as Prometheus sees it.
for (const outcome of ['made', 'known', 'withheld']) obligedReads.inc({ outcome }, 0);

/** Seconds that masking one file took. */
export const maskDuration = new Histogram({
  name: 'cairn_mask_duration_seconds',
  help: 'Seconds that carrying out masks and row filters on one file took, its copy and its turn included, by format.',
  labelNames: ['format'],
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
  registers: [metricsRegistry],
});
for (const format of FORMATS) maskDuration.zero({ format });

/** Bytes of masked files that are kept on disk. */
export const maskedBytes = new Gauge({
  name: 'cairn_masked_files_bytes',
  help: 'Bytes of masked files that this replica keeps, at most CAIRN_MASK_CACHE_BYTES.',
  registers: [metricsRegistry],
});
