import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The process's metrics, as `/metrics` shows them. Rooms add theirs with `registers: [metricsRegistry]`. */
export const metricsRegistry = new Registry();

collectDefaultMetrics({ register: metricsRegistry });

/** Seconds from the first byte of a request to the end of its answer. `status` 499: the client went away before the answer was complete. */
export const httpDuration = new Histogram({
  name: 'http_server_request_duration_seconds',
  help: 'Seconds a request took, by route pattern (never by raw path), method and status.',
  labelNames: ['route', 'method', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  registers: [metricsRegistry],
});

/** Requests that are being answered. */
export const httpActive = new Gauge({
  name: 'http_server_active_requests',
  help: 'Requests that are being answered, by method.',
  labelNames: ['method'],
  registers: [metricsRegistry],
});

/** Seconds that executing a GraphQL operation took, by its name as far as names are few. */
export const graphqlDuration = new Histogram({
  name: 'cairn_graphql_operation_duration_seconds',
  help: 'Seconds an executed GraphQL operation took, by operation name ("other" beyond the first 100 names), type and outcome: ok, errors.',
  labelNames: ['operation', 'type', 'outcome'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  registers: [metricsRegistry],
});

/** Seconds that looks of control loops took, what they found to do included. */
export const loopLooks = new Histogram({
  name: 'cairn_control_loop_look_duration_seconds',
  help: 'Seconds that a look of a control loop took, by loop.',
  labelNames: ['loop'],
  buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 10, 30, 60],
  registers: [metricsRegistry],
});

/** Looks of control loops that failed and are made again. */
export const loopFailures = new Counter({
  name: 'cairn_control_loop_failures_total',
  help: 'Looks of a control loop that failed and are made again, by loop.',
  labelNames: ['loop'],
  registers: [metricsRegistry],
});

/** Whether this process held a lease when it last asked for it. */
export const leaseHeld = new Gauge({
  name: 'cairn_lease_held',
  help: '1 while this process holds the lease, by lease; over all replicas the sum is 1.',
  labelNames: ['lease'],
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

/** Seconds that the oldest message of the outbox has waited, read at each scrape. */
export const outboxLag = new Gauge({
  name: 'cairn_outbox_oldest_message_age_seconds',
  help: 'Seconds that the oldest message which is not dead has waited in the outbox; 0 when none waits.',
  registers: [metricsRegistry],
});
