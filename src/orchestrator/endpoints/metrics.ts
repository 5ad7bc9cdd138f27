import { Counter, Gauge, Histogram } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

/** Answers of endpoints. At most as many names as endpoints are served. */
export const inferences = new Counter({
  name: 'cairn_inference_requests_total',
  help: 'Inference requests by endpoint and outcome: ok, refused, failed.',
  labelNames: ['endpoint', 'outcome'],
  registers: [metricsRegistry],
});

/** Seconds from the checked request to the answer, waiting for the worker included. */
export const inferenceDuration = new Histogram({
  name: 'cairn_inference_duration_seconds',
  help: 'Seconds from a checked inference request to its answer, waiting included.',
  labelNames: ['endpoint'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  registers: [metricsRegistry],
});

/** Models that answer in this process. */
export const loadedModels = new Gauge({
  name: 'cairn_serving_models_loaded',
  help: 'Models that answer in this process.',
  registers: [metricsRegistry],
});

/** Workers that ended by themselves. */
export const crashedWorkers = new Counter({
  name: 'cairn_serving_worker_crashes_total',
  help: 'Inference workers that ended by themselves or were stopped for taking too long.',
  registers: [metricsRegistry],
});
