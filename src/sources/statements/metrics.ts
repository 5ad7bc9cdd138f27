import { Counter, Histogram } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';
import { DIALECTS, STATUSES } from './analysis.js';

/** Statements that were posted. */
export const postedStatements = new Counter({
  name: 'cairn_sql_statements_total',
  help: 'SQL statements that were posted, by dialect and status: exact, partial, unparsed.',
  labelNames: ['dialect', 'status'],
  registers: [metricsRegistry],
});
// A series that begins with 1 has not grown, as Prometheus sees it.
for (const dialect of DIALECTS) for (const status of STATUSES) postedStatements.inc({ dialect, status }, 0);

/** Seconds that following one text took. */
export const analysisDuration = new Histogram({
  name: 'cairn_sql_analysis_duration_seconds',
  help: 'Seconds that parsing an SQL text and following its data took, what it waited for the parser included, by dialect.',
  labelNames: ['dialect'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  registers: [metricsRegistry],
});
