import { Counter } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

export const collectedObjects = new Counter({
  name: 'cairn_garbage_removed_objects_total',
  help: 'Objects that garbage collections of this process removed.',
  registers: [metricsRegistry],
});

export const collectedBytes = new Counter({
  name: 'cairn_garbage_removed_bytes_total',
  help: 'Bytes of objects that garbage collections of this process removed.',
  registers: [metricsRegistry],
});
