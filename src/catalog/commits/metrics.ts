import { Histogram } from 'prom-client';
import { metricsRegistry } from '../../platform/index.js';

export const commitsPerLanding = new Histogram({
  name: 'cairn_commits_per_landing',
  help: 'Commits that one move of a branch landed together.',
  buckets: [0, 1, 2, 4, 8, 16, 32, 64, 128],
  registers: [metricsRegistry],
});
