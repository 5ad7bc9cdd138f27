import { Counter, Gauge, Histogram } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

/** Objects of the cluster that are there. */
export const kubernetesObjects = new Gauge({
  name: 'cairn_kubernetes_objects',
  help: 'Objects of the cluster that are there, by kind; of the replica that watches.',
  labelNames: ['kind'],
  registers: [metricsRegistry],
});

/** Whether what is known of a kind is what is there. */
export const kubernetesCurrent = new Gauge({
  name: 'cairn_kubernetes_current',
  help: '1 while all objects of the kind are being watched, 0 while they are not; of the replica that watches.',
  labelNames: ['kind'],
  registers: [metricsRegistry],
});

/** Events that were told of the cluster. */
export const kubernetesEvents = new Counter({
  name: 'cairn_kubernetes_events_total',
  help: 'Lineage events told of the cluster, by kind of the object, type of the event and outcome: stored, refused.',
  labelNames: ['kind', 'type', 'outcome'],
  registers: [metricsRegistry],
});

/** Lists from the start. */
export const kubernetesRelists = new Counter({
  name: 'cairn_kubernetes_relists_total',
  help: 'Times that all objects of a kind were listed, by kind and reason: start, expired, garbage, refused.',
  labelNames: ['kind', 'reason'],
  registers: [metricsRegistry],
});

/** Watches that ended. */
export const kubernetesWatchEnds = new Counter({
  name: 'cairn_kubernetes_watch_ends_total',
  help: 'Watches that ended, by kind and reason: ended (in order), expired, garbage, refused, broken, stalled.',
  labelNames: ['kind', 'reason'],
  registers: [metricsRegistry],
});

/** Seconds from a change in the cluster until it was in the event log. */
export const kubernetesDelay = new Histogram({
  name: 'cairn_kubernetes_delay_seconds',
  help: 'Seconds from a change, as the cluster dates it in whole seconds, until lineage had it.',
  labelNames: ['kind'],
  buckets: [0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 900],
  registers: [metricsRegistry],
});
