import { Counter } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

/** Scans of external sources. */
export const catalogScans = new Counter({
  name: 'cairn_catalog_scans_total',
  help: 'Scans of external sources by type and outcome: whole, failed.',
  labelNames: ['type', 'outcome'],
  registers: [metricsRegistry],
});

/** Changes that scans found. */
export const catalogChanges = new Counter({
  name: 'cairn_catalog_changes_total',
  help: 'Changes that scans found in external sources: added, changed, removed.',
  labelNames: ['type'],
  registers: [metricsRegistry],
});
