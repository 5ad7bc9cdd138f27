import type { Things } from '../things.js';
import { e, get, http, read, type Row, silent, write } from './row.js';

const API = '/api/2.0/mlflow';
const ARTIFACTS = '/api/2.0/mlflow-artifacts/artifacts';
const post = (route: string, body: object) => http('POST', `${API}/${route}`, body);
const asked = (route: string, query: Record<string, string>) =>
  get(`${API}/${route}?${new URLSearchParams(query)}`);

type Of = (t: Things) => Record<string, unknown>;
const experiment: Of = (t) => ({ experiment_id: t.id('experiment') });
const run: Of = (t) => ({ run_id: t.id('run') });
const model: Of = (t) => ({ name: t.word('model') });
const version: Of = (t) => ({ name: t.word('model'), version: '1' });

/** A write by POST, or otherwise, about something that is named in the body. */
const change = (door: string, method: string, route: string, of: Of, more: object, options = {}): Row =>
  write(door, (t) => http(method, `${API}/${route}`, { ...of(t), ...more }), options);

const TAG = { key: 'k', value: 'v' };

const experiments: readonly Row[] = [
  read('ExperimentsController.get', (t) => asked('experiments/get', { experiment_id: t.id('experiment') })),
  {
    ...read('ExperimentsController.getByName', (t) =>
      asked('experiments/get-by-name', { experiment_name: t.word('experiment') }),
    ),
  },
  read(
    'ExperimentsController.search',
    () => asked('experiments/search', { max_results: '100' }),
    () => asked('experiments/search', { max_results: '1' }),
  ),
  read(
    'ExperimentsController.searchPosted',
    () => post('experiments/search', { max_results: 100, view_type: 'ALL' }),
    (t) => post('experiments/search', { filter: `name = '${t.word('experiment')}'` }),
  ),
  write('ExperimentsController.create', (t) => post('experiments/create', { name: t.word('spare') }), {
    takes: 'an experiment is named by its name alone, as MLflow has it',
  }),
  change('ExperimentsController.update', 'POST', 'experiments/update', experiment, { new_name: 'renamed' }),
  change('ExperimentsController.setTag', 'POST', 'experiments/set-experiment-tag', experiment, TAG),
  change('ExperimentsController.deleteTag', 'POST', 'experiments/delete-experiment-tag', experiment, {
    key: 'k',
  }),
  change('ExperimentsController.delete', 'POST', 'experiments/delete', experiment, {}, { ends: true }),
  change('ExperimentsController.restore', 'POST', 'experiments/restore', experiment, {}, { ends: true }),
];

const runs: readonly Row[] = [
  read('RunsController.get', (t) => asked('runs/get', { run_id: t.id('run') })),
  read(
    'RunsController.search',
    (t) => post('runs/search', { experiment_ids: [t.id('experiment')] }),
    (t) => post('runs/search', { experiment_ids: [t.id('experiment')], max_results: 1 }),
  ),
  {
    ...read('MetricsController.history', (t) =>
      asked('metrics/get-history', { run_id: t.id('run'), metric_key: t.inner('metric') }),
    ),
    control: 'differs',
  },
  change('RunsController.create', 'POST', 'runs/create', experiment, { start_time: '1700000000000' }),
  change('RunsController.update', 'POST', 'runs/update', run, { status: 'FINISHED' }),
  change('RunsController.logMetric', 'POST', 'runs/log-metric', run, { key: 'm', value: 1, timestamp: 1 }),
  change('RunsController.logParam', 'POST', 'runs/log-parameter', run, TAG),
  change('RunsController.setTag', 'POST', 'runs/set-tag', run, TAG),
  change('RunsController.deleteTag', 'POST', 'runs/delete-tag', run, { key: 'k' }),
  change('RunsController.logBatch', 'POST', 'runs/log-batch', run, { tags: [TAG] }),
  change('RunsController.logModel', 'POST', 'runs/log-model', run, { model_json: '{"a":1}' }),
  change('RunsController.logInputs', 'POST', 'runs/log-inputs', run, {
    datasets: [{ dataset: { name: 'n', digest: 'd' } }],
  }),
  write('RunsController.logOutputs', (t) =>
    post('runs/outputs', { run_id: t.id('run'), models: [{ model_id: t.id('logged'), step: 0 }] }),
  ),
  change('RunsController.delete', 'POST', 'runs/delete', run, {}, { ends: true }),
  change('RunsController.restore', 'POST', 'runs/restore', run, {}, { ends: true }),
];

const loggedModels: readonly Row[] = [
  read('LoggedModelsController.get', (t) => get(`${API}/logged-models/${t.id('logged')}`)),
  read('LoggedModelsController.search', (t) =>
    post('logged-models/search', { experiment_ids: [t.id('experiment')] }),
  ),
  change('LoggedModelsController.create', 'POST', 'logged-models', experiment, { name: 'n' }),
  write('LoggedModelsController.finalize', (t) =>
    http('PATCH', `${API}/logged-models/${t.id('logged')}`, { status: 'LOGGED_MODEL_READY' }),
  ),
  write('LoggedModelsController.setTags', (t) =>
    http('PATCH', `${API}/logged-models/${t.id('logged')}/tags`, { tags: [TAG] }),
  ),
  write('LoggedModelsController.deleteTag', (t) =>
    http('DELETE', `${API}/logged-models/${t.id('logged')}/tags/k`),
  ),
  write('LoggedModelsController.addParams', (t) =>
    post(`logged-models/${t.id('logged')}/params`, { params: [TAG] }),
  ),
  write('LoggedModelsController.delete', (t) => http('DELETE', `${API}/logged-models/${t.id('logged')}`), {
    ends: true,
  }),
];

const artifacts: readonly Row[] = [
  read(
    'ArtifactsController.list',
    (t) => get(`${ARTIFACTS}?path=${e(t.id('artifacts'))}`),
    (t) => get(`${ARTIFACTS}?path=${e(`registered-models/${t.id('registered')}/1`)}`),
  ),
  read('ArtifactsController.download', (t) =>
    get(`${ARTIFACTS}/${t.id('artifacts')}/${t.inner('artifact')}.txt`),
  ),
  write('ArtifactsController.upload', (t) =>
    http('PUT', `${ARTIFACTS}/${t.id('artifacts')}/new.txt`, 'bytes', { 'content-type': 'text/plain' }),
  ),
  write('ArtifactsController.delete', (t) => http('DELETE', `${ARTIFACTS}/${t.id('artifacts')}/new.txt`), {
    ends: true,
  }),
];

const registry: readonly Row[] = [
  read('RegisteredModelsController.get', (t) => asked('registered-models/get', { name: t.word('model') })),
  read('RegisteredModelsController.getByAlias', (t) =>
    asked('registered-models/alias', { name: t.word('model'), alias: t.word('alias') }),
  ),
  read(
    'RegisteredModelsController.search',
    () => asked('registered-models/search', {}),
    () => asked('registered-models/search', { max_results: '1' }),
    (t) => asked('registered-models/search', { filter: `name = '${t.word('model')}'` }),
  ),
  read('RegisteredModelsController.latest', (t) =>
    asked('registered-models/get-latest-versions', { name: t.word('model') }),
  ),
  read('RegisteredModelsController.latestPosted', (t) =>
    post('registered-models/get-latest-versions', { name: t.word('model') }),
  ),
  write(
    'RegisteredModelsController.create',
    (t) => post('registered-models/create', { name: t.word('spare') }),
    {
      takes: 'a registered model is named by its name alone, as MLflow has it',
    },
  ),
  change('RegisteredModelsController.update', 'PATCH', 'registered-models/update', model, {
    description: 'd',
  }),
  change('RegisteredModelsController.setTag', 'POST', 'registered-models/set-tag', model, TAG),
  change('RegisteredModelsController.deleteTag', 'DELETE', 'registered-models/delete-tag', model, {
    key: 'k',
  }),
  change('RegisteredModelsController.setAlias', 'POST', 'registered-models/alias', model, {
    alias: 'a',
    version: '1',
  }),
  change('RegisteredModelsController.deleteAlias', 'DELETE', 'registered-models/alias', model, {
    alias: 'a',
  }),
  change(
    'RegisteredModelsController.delete',
    'DELETE',
    'registered-models/delete',
    (t) => ({ name: t.word('condemned') }),
    {},
    { ends: true },
  ),
  read('ModelVersionsController.get', (t) =>
    asked('model-versions/get', { name: t.word('model'), version: '1' }),
  ),
  read(
    'ModelVersionsController.search',
    () => asked('model-versions/search', {}),
    (t) => asked('model-versions/search', { filter: `name = '${t.word('model')}'`, max_results: '1' }),
  ),
  {
    ...read('ModelVersionsController.downloadUri', (t) =>
      asked('model-versions/get-download-uri', { name: t.word('model'), version: '1' }),
    ),
    control: 'differs',
  },
  write('ModelVersionsController.create', (t) =>
    post('model-versions/create', { name: t.word('model'), source: `runs:/${t.id('run')}/` }),
  ),
  change('ModelVersionsController.update', 'PATCH', 'model-versions/update', version, { description: 'd' }),
  change('ModelVersionsController.setTag', 'POST', 'model-versions/set-tag', version, TAG),
  change('ModelVersionsController.deleteTag', 'DELETE', 'model-versions/delete-tag', version, { key: 'k' }),
  change('ModelVersionsController.transition', 'POST', 'model-versions/transition-stage', version, {
    stage: 'Archived',
  }),
  change('ModelVersionsController.delete', 'DELETE', 'model-versions/delete', version, {}, { ends: true }),
  change(
    'RegisteredModelsController.rename',
    'POST',
    'registered-models/rename',
    model,
    { new_name: 'renamed' },
    { ends: true },
  ),
];

/** MLflow's API. */
export const mlflowRows: readonly Row[] = [
  ...[...experiments, ...runs, ...loggedModels, ...artifacts, ...registry],
  silent('ServerInfoController.info', 'publicFacts', () => get('/api/3.0/mlflow/server-info')),
  silent('ServerInfoController.unknown', 'saysNothing', (t) => get(`${API}/gateway/${t.word('model')}`)),
];
