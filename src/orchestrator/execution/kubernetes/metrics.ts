import { Counter } from 'prom-client';
import { metricsRegistry } from '../../../platform/index.js';

/** Requests to the API server for executions, by outcome. */
export const clusterRequests = new Counter({
  name: 'cairn_execution_cluster_requests_total',
  help: 'Requests to the API server for training runs, by outcome: ok, failed.',
  labelNames: ['outcome'],
  registers: [metricsRegistry],
});
for (const outcome of ['ok', 'failed']) clusterRequests.inc({ outcome }, 0);

/** Bytes of inputs and outputs that passed this service; those that pods fetch at the object store itself are not among them. */
export const stagedBytes = new Counter({
  name: 'cairn_staged_bytes_total',
  help: 'Bytes between this service and the pods of training runs, by direction: in, out.',
  labelNames: ['direction'],
  registers: [metricsRegistry],
});
for (const direction of ['in', 'out']) stagedBytes.inc({ direction }, 0);
