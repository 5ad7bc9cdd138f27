import { Histogram } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

export const inspectionSeconds = new Histogram({
  name: 'cairn_policy_inspection_duration_seconds',
  help: 'How long a policy was checked, compared or explained.',
  labelNames: ['kind'],
  buckets: [0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 40],
  registers: [metricsRegistry],
});
