import { Counter, Histogram } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

/** Files that both sides of a merge changed and a rule says how to merge. */
export const contentMerges = new Counter({
  name: 'cairn_content_merges_total',
  help: 'Files merged by rows, by format and outcome: merged, row-conflict, schema-conflict, unfit.',
  labelNames: ['format', 'outcome'],
  registers: [metricsRegistry],
});
for (const format of ['csv', 'json', 'jsonl', 'parquet']) {
  // A series that begins with 1 has not grown, as Prometheus sees it.
  for (const outcome of ['merged', 'row-conflict', 'schema-conflict', 'unfit']) {
    contentMerges.inc({ format, outcome }, 0);
  }
}

/** Seconds that merging one file took. */
export const contentMergeDuration = new Histogram({
  name: 'cairn_content_merge_duration_seconds',
  help: 'Seconds that merging one file by rows took, the copies it needs and its turn included, by format.',
  labelNames: ['format'],
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
  registers: [metricsRegistry],
});

/** Files of which two versions were compared row by row. */
export const rowDiffs = new Counter({
  name: 'cairn_row_diffs_total',
  help: 'Files of which two versions were compared by rows, by format and outcome: compared, unfit.',
  labelNames: ['format', 'outcome'],
  registers: [metricsRegistry],
});
