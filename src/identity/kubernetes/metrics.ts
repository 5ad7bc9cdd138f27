import { Counter } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

/** Reviews of tokens by the API server; what is remembered is not asked. */
export const tokenReviews = new Counter({
  name: 'cairn_token_reviews_total',
  help: "Reviews of service accounts' tokens by the API server, by outcome: taken, refused, nameless, failed.",
  labelNames: ['outcome'],
  registers: [metricsRegistry],
});
// A series that begins with 1 has not grown, as Prometheus sees it.
for (const outcome of ['taken', 'refused', 'nameless', 'failed']) tokenReviews.inc({ outcome }, 0);
