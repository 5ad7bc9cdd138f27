import { Counter, Gauge, Histogram } from 'prom-client';
import { metricsRegistry } from '../../../platform/index.js';

/** Seconds from the head of a request to the end of its answer. */
export const s3Duration = new Histogram({
  name: 'cairn_s3_request_duration_seconds',
  help: 'Seconds a request to the S3 gateway took, by operation ("none" if refused before one was known) and class of status (2xx …; 499: the client went away).',
  labelNames: ['operation', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120],
  registers: [metricsRegistry],
});

/** Requests that are being answered. */
export const s3Active = new Gauge({
  name: 'cairn_s3_active_requests',
  help: 'Requests to the S3 gateway that are being answered.',
  registers: [metricsRegistry],
});

/** Bytes on its connections, heads and all. */
export const s3Bytes = new Counter({
  name: 'cairn_s3_bytes_total',
  help: 'Bytes that passed the connections of the S3 gateway, by direction: in, out.',
  labelNames: ['direction'],
  registers: [metricsRegistry],
});
// A series that begins with 1 has not grown, as Prometheus sees it.
for (const direction of ['in', 'out']) s3Bytes.inc({ direction }, 0);

/** Requests refused because too many were under way. */
export const s3Refused = new Counter({
  name: 'cairn_s3_overload_refusals_total',
  help: 'Requests to the S3 gateway that were refused (SlowDown) because too many were under way.',
  registers: [metricsRegistry],
});
