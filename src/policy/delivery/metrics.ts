import { Counter, Gauge } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

/** Which version answers in this process. */
export const liveInfo = new Gauge({
  name: 'cairn_policy_live_info',
  help: '1 for the version of the policy that answers in this process.',
  labelNames: ['version'],
  registers: [metricsRegistry],
});

/** Generation of the pointer that this process follows; all replicas show the same within seconds. */
export const liveGeneration = new Gauge({
  name: 'cairn_policy_generation',
  help: 'Generation of the policy that answers in this process; it grows by one with each move.',
  registers: [metricsRegistry],
});

/** Whether this process answers from an older version than the live one. */
export const isBehind = new Gauge({
  name: 'cairn_policy_behind',
  help: '1 while this process cannot load the live version and answers from an older one.',
  registers: [metricsRegistry],
});

/** Policy files that came in. */
export const deliveries = new Counter({
  name: 'cairn_policy_deliveries_total',
  help: 'Policy files that came in, by way (directory, git, apply, rollback) and outcome: taken, unchanged, held, refused, failed.',
  labelNames: ['source', 'outcome'],
  registers: [metricsRegistry],
});

// A series that begins with 1 has not grown, as Prometheus sees it.
for (const source of ['directory', 'git', 'apply'])
  for (const outcome of ['taken', 'unchanged', 'held', 'refused', 'failed'])
    deliveries.inc({ source, outcome }, 0);

/** Whether what the source shows now is refused. */
export const isRefused = new Gauge({
  name: 'cairn_policy_refused',
  help: '1 while what the source of the policy shows is refused or cannot be read; the version before goes on answering.',
  registers: [metricsRegistry],
});

let lookedAt: number | undefined;

/** Seconds since this process looked at the source; absent where another replica does. */
const lookAge = new Gauge({
  name: 'cairn_policy_source_look_age_seconds',
  help: 'Seconds since this process last looked at the source of the policy; absent where another replica does.',
  registers: [metricsRegistry],
  collect() {
    this.reset();
    if (lookedAt !== undefined) this.set((Date.now() - lookedAt) / 1000);
  },
});

/** @param at of the last look of this process; undefined when another looks */
export function noteLook(at: number | undefined): void {
  lookedAt = at;
  if (at === undefined) lookAge.remove();
}
