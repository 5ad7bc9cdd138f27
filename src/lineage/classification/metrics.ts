import { Counter, Gauge, Histogram } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

export const flowChanges = new Counter({
  name: 'cairn_classification_flow_changes_total',
  help: 'Classifications of assets and columns that flow there, or do not any more, as they were written.',
  labelNames: ['change'],
  registers: [metricsRegistry],
});
for (const change of ['added', 'removed']) flowChanges.inc({ change }, 0);

export const flowDuration = new Histogram({
  name: 'cairn_classification_flow_duration_seconds',
  help: 'Seconds that it took to derive where classifications flow, and to write that, once for each change.',
  labelNames: ['step'],
  buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
  registers: [metricsRegistry],
});

export const flowLag = new Gauge({
  name: 'cairn_classification_flow_followed_timestamp_seconds',
  help: 'All that was committed before this instant is in the classifications that flow; 0 in processes that do not write them.',
  registers: [metricsRegistry],
});
