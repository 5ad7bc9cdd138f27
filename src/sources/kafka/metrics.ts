import { Counter } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

/** Messages whose offset may be committed. */
export const kafkaMessages = new Counter({
  name: 'cairn_kafka_messages_total',
  help: 'Messages read from Kafka, by outcome: taken into the event log, buried among the dead letters.',
  labelNames: ['outcome'],
  registers: [metricsRegistry],
});
// A series that begins with 1 has not grown, as Prometheus sees it.
for (const outcome of ['taken', 'buried']) kafkaMessages.inc({ outcome }, 0);
