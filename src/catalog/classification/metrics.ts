import { Counter, Histogram } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

export const classificationChanges = new Counter({
  name: 'cairn_classification_changes_total',
  help: 'Changes to classifications by people and scanners, by action.',
  labelNames: ['action'],
  registers: [metricsRegistry],
});

export const scannedFiles = new Counter({
  name: 'cairn_classification_scanned_files_total',
  help: 'Files that scanners looked at, by outcome: read, names (names of columns only), failed.',
  labelNames: ['outcome'],
  registers: [metricsRegistry],
});
for (const outcome of ['read', 'names', 'failed']) scannedFiles.inc({ outcome }, 0);

export const scanDuration = new Histogram({
  name: 'cairn_classification_scan_duration_seconds',
  help: 'Seconds that scanning the files of one commit or asset took.',
  buckets: [0.01, 0.05, 0.25, 1, 5, 30, 120],
  registers: [metricsRegistry],
});
