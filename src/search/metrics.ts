import { Counter, Gauge } from 'prom-client';
import { metricsRegistry } from '../platform/index.js';

/** Searches by who answered them. */
export const searches = new Counter({
  name: 'cairn_searches_total',
  help: 'Searches by engine, and whether PostgreSQL stood in for Elasticsearch.',
  labelNames: ['engine', 'fallback'],
  registers: [metricsRegistry],
});
// A series that begins with 1 has not grown, as Prometheus sees it.
for (const fallback of ['true', 'false']) searches.inc({ engine: 'postgres', fallback }, 0);
searches.inc({ engine: 'elasticsearch', fallback: 'false' }, 0);

/** Assets that Elasticsearch has yet to be told of. */
export const searchBacklog = new Gauge({
  name: 'cairn_search_backlog_assets',
  help: 'Assets whose change Elasticsearch has not been told of yet.',
  registers: [metricsRegistry],
});

/** Events that Elasticsearch has yet to be given. */
export const eventBacklog = new Gauge({
  name: 'cairn_search_event_backlog',
  help: 'Lineage events that the index for Kibana lacks, by their numbers: gaps count.',
  registers: [metricsRegistry],
});

/** What Elasticsearch does not take, and is left out of it. */
export const searchSetAside = new Counter({
  name: 'cairn_search_set_aside_total',
  help: 'Documents that Elasticsearch refused for good: assets that only PostgreSQL finds, events that Kibana lacks. The log names them.',
  labelNames: ['what'],
  registers: [metricsRegistry],
});
for (const what of ['asset', 'event']) searchSetAside.inc({ what }, 0);
