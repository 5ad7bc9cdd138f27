import { Counter } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

export const modelVersionsRegistered = new Counter({
  name: 'cairn_model_versions_registered_total',
  help: 'Versions of registered models that were registered, by where their files were.',
  labelNames: ['from'],
  registers: [metricsRegistry],
});

export const modelMoves = new Counter({
  name: 'cairn_model_moves_total',
  help: 'Moves of aliases and of stages of registered models.',
  labelNames: ['kind'],
  registers: [metricsRegistry],
});
