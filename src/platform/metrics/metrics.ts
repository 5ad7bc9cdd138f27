import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The process's metrics, as `/metrics` shows them. Rooms add theirs with `registers: [metricsRegistry]`. */
export const metricsRegistry = new Registry();

collectDefaultMetrics({ register: metricsRegistry });

/** Seconds a request took, by route pattern (never by raw path), method and status. */
export const httpDuration = new Histogram({
  name: 'cairn_http_request_duration_seconds',
  help: 'Seconds a request took, by route pattern, method and status.',
  labelNames: ['route', 'method', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  registers: [metricsRegistry],
});

/** Outbox deliveries by topic and outcome: delivered, failed, dead. */
export const outboxDeliveries = new Counter({
  name: 'cairn_outbox_deliveries_total',
  help: 'Outbox deliveries by topic and outcome.',
  labelNames: ['topic', 'outcome'],
  registers: [metricsRegistry],
});

/** Messages in the outbox by state, read at each scrape. */
export const outboxDepth = new Gauge({
  name: 'cairn_outbox_messages',
  help: 'Messages in the outbox: waiting, dead.',
  labelNames: ['state'],
  registers: [metricsRegistry],
});
