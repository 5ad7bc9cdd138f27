import { Gauge, Histogram } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

export const operationDuration = new Histogram({
  name: 'cairn_operation_duration_seconds',
  help: 'Seconds that this process worked at an operation, by kind and outcome: succeeded, failed, cancelled, released, taken over.',
  labelNames: ['kind', 'outcome'],
  buckets: [0.05, 0.25, 1, 5, 15, 60, 300, 1800],
  registers: [metricsRegistry],
});

export const operationsRunning = new Gauge({
  name: 'cairn_operations_running',
  help: 'Operations that this process works at.',
  registers: [metricsRegistry],
});
