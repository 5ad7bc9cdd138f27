import { Counter, Gauge, Histogram } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

/** Records that were chained, by kind. */
export const chainedRecords = new Counter({
  name: 'cairn_audit_records_total',
  help: 'Records of the audit log that this process chained: decisions and lists, or changes.',
  labelNames: ['kind'],
  registers: [metricsRegistry],
});
for (const kind of ['decision', 'change']) chainedRecords.inc({ kind }, 0);

/** Seconds that writing a batch of records took. */
export const flushDuration = new Histogram({
  name: 'cairn_audit_flush_duration_seconds',
  help: 'Seconds that writing a batch of the audit log took, by outcome: written, failed.',
  labelNames: ['outcome'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 10],
  registers: [metricsRegistry],
});

/** Records that wait in memory. */
export const waitingRecords = new Gauge({
  name: 'cairn_audit_waiting_records',
  help: 'Records of the audit log that wait in this process to be written.',
  registers: [metricsRegistry],
});

/** Changes that are committed and have no place in a chain yet. */
export const unchainedChanges = new Gauge({
  name: 'cairn_audit_unchained_changes',
  help: 'Changes that are committed and wait for their place in a chain, when this process last looked.',
  registers: [metricsRegistry],
});

/** When the last root was signed. */
export const lastRoot = new Gauge({
  name: 'cairn_audit_last_root_timestamp_seconds',
  help: 'When the last root of the audit log was signed, in seconds since 1970; 0 before the first.',
  registers: [metricsRegistry],
});
