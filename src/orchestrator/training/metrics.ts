import { Counter, Gauge, Histogram } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

/** Training runs that ended, by their final state. */
export const endedRuns = new Counter({
  name: 'cairn_training_runs_total',
  help: 'Training runs that ended, by state: succeeded, failed, cancelled, lost.',
  labelNames: ['state'],
  registers: [metricsRegistry],
});
// A series that begins with 1 has not grown, as Prometheus sees it.
for (const state of ['succeeded', 'failed', 'cancelled', 'lost']) endedRuns.inc({ state }, 0);

/** Training runs that are not over, as this process saw them last; 0 while another holds the lease. */
export const unfinishedRuns = new Gauge({
  name: 'cairn_training_runs_unfinished',
  help: 'Training runs that are not over, by state: pending, starting, running.',
  labelNames: ['state'],
  registers: [metricsRegistry],
});

/** Seconds from the start of a command to the end of its run, the commit of its outputs included. */
export const runDuration = new Histogram({
  name: 'cairn_training_run_duration_seconds',
  help: 'Seconds from the start of a training run to its end, by final state.',
  labelNames: ['state'],
  buckets: [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400],
  registers: [metricsRegistry],
});

/** Steps of the training reconciler that failed and are made again. */
export const failedSteps = new Counter({
  name: 'cairn_training_failed_steps_total',
  help: 'Steps of the training reconciler that failed and are made again.',
  registers: [metricsRegistry],
});
