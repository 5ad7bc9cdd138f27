import type { Things } from '../things.js';
import { connected, e, get, http, read, type Row, silent, write } from './row.js';

const space = (t: Things) => `/api/v1/namespaces/${e(t.space)}`;
const dataset = (t: Things, name = 'clean') => `${space(t)}/datasets/${e(t.word(name))}`;
const job = (t: Things) => `${space(t)}/jobs/${e(t.word('job'))}`;
const VERSION = '11111111-2222-5333-8444-555555555555';

/** Marquez's API. */
export const marquezRows: readonly Row[] = [
  read(
    'MarquezDatasetsController.list',
    (t) => get(`${space(t)}/datasets`),
    (t) => get(`${space(t)}/datasets?limit=1`),
  ),
  read(
    'MarquezDatasetsController.dataset',
    (t) => get(dataset(t)),
    (t) => get(dataset(t, 'landing')),
  ),
  read(
    'MarquezDatasetsController.listVersions',
    (t) => get(`${dataset(t)}/versions`),
    (t) => get(`${dataset(t, 'landing')}/versions`),
  ),
  silent('MarquezDatasetsController.version', 'saysNothing', (t) => get(`${dataset(t)}/versions/${VERSION}`)),
  read(
    'MarquezEventsController.list',
    () => get('/api/v1/events/lineage'),
    () => get('/api/v1/events/lineage?limit=1&sortDirection=asc'),
  ),
  read(
    'MarquezJobsController.listAll',
    () => get('/api/v1/jobs'),
    () => get('/api/v1/jobs?limit=1&lastRunStates=COMPLETED'),
  ),
  read('MarquezJobsController.listOne', (t) => get(`${space(t)}/jobs`)),
  read('MarquezJobsController.job', (t) => get(job(t))),
  read('MarquezJobsController.versions', (t) => get(`${job(t)}/versions`)),
  silent('MarquezJobsController.version', 'saysNothing', (t) => get(`${job(t)}/versions/${VERSION}`)),
  read('MarquezJobsController.listRuns', (t) => get(`${job(t)}/runs`)),
  connected(
    'MarquezLineageController.around',
    (t) => get(`/api/v1/lineage?nodeId=${e(`dataset:${t.space}:${t.word('clean')}`)}&depth=10`),
    (t) => get(`/api/v1/lineage?nodeId=${e(`dataset:${t.space}:${t.word('landing')}`)}&depth=10`),
    (t) => get(`/api/v1/lineage?nodeId=${e(`job:${t.space}:${t.word('job')}`)}`),
  ),
  connected(
    'MarquezLineageController.columns',
    (t) => get(`/api/v1/column-lineage?nodeId=${e(`dataset:${t.space}:${t.word('clean')}`)}&depth=10`),
    (t) =>
      get(
        `/api/v1/column-lineage?withDownstream=true&nodeId=${e(`datasetField:${t.space}:${t.word('landing')}:${t.word('column')}`)}`,
      ),
  ),
  read(
    'MarquezNamesController.namespaces',
    () => get('/api/v1/namespaces'),
    () => get('/api/v1/namespaces?limit=1'),
  ),
  { ...read('MarquezNamesController.namespace', (t) => get(space(t))), control: 'differs' },
  read('MarquezNamesController.sources', () => get('/api/v1/sources')),
  {
    ...read('MarquezNamesController.source', (t) => get(`/api/v1/sources/${e(t.space)}`)),
    control: 'differs',
  },
  read('MarquezRunsController.run', (t) => get(`/api/v1/jobs/runs/${t.run('first')}`)),
  read(
    'MarquezRunsController.facets',
    (t) => get(`/api/v1/jobs/runs/${t.run('first')}/facets?type=run`),
    (t) => get(`/api/v1/jobs/runs/${t.run('first')}/facets?type=job`),
  ),
  read(
    'MarquezSearchController.search',
    (t) => get(`/api/v1/search?q=${t.word('cl')}`),
    () => get('/api/v1/search?q=_&limit=100'),
  ),
  ...['lineage-events', 'jobs', 'datasets', 'sources'].map((of): Row => ({
    ...read(
      `MarquezStatsController.${of === 'lineage-events' ? 'runs' : of}`,
      () => get(`/api/v1/stats/${of}?period=DAY`),
      () => get(`/api/v1/stats/${of}?period=WEEK`),
    ),
    control: 'differs',
  })),
  read('MarquezTagsController.list', () => get('/api/v1/tags')),
  silent('MarquezTaggingController.create', 'saysNothing', () => http('PUT', '/api/v1/tags/plain')),
  write('MarquezTaggingController.tagDataset', (t) => http('POST', `${dataset(t)}/tags/plain`)),
  write('MarquezTaggingController.untagDataset', (t) => http('DELETE', `${dataset(t)}/tags/plain`)),
  write('MarquezTaggingController.tagJob', (t) => http('POST', `${job(t)}/tags/plain`)),
  write('MarquezTaggingController.untagJob', (t) => http('DELETE', `${job(t)}/tags/plain`)),
  write('MarquezWritesController.put', (t) => http('PUT', dataset(t), {}), { control: 'saysNothing' }),
  write('MarquezWritesController.post', (t) => http('POST', `${job(t)}/runs`, {}), {
    control: 'saysNothing',
  }),
  write('MarquezWritesController.delete', (t) => http('DELETE', dataset(t)), { control: 'saysNothing' }),
];
