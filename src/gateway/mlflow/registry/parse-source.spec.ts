import { expect, test } from '@jest/globals';
import { parseSource } from './parse-source.js';

const RUN = '0123456789abcdef0123456789abcdef';
const LOGGED = `m-${RUN}`;
const UUID = '01234567-89ab-cdef-0123-456789abcdef';

test.each([
  [`models:/${LOGGED}`, { kind: 'logged-model', id: LOGGED }],
  ['models:/iris net/3', { kind: 'version', model: 'iris net', number: 3 }],
  ['models:/iris@champion', { kind: 'alias', model: 'iris', alias: 'champion' }],
  [`runs:/${RUN}/model`, { kind: 'run', runId: RUN, path: 'model' }],
  [
    `mlflow-artifacts:/7/${RUN}/artifacts/model`,
    { kind: 'artifacts', place: { kind: 'run', experimentId: '7', id: RUN, path: 'model' } },
  ],
  [
    `mlflow-artifacts://host:80/7/${RUN}/artifacts`,
    { kind: 'artifacts', place: { kind: 'run', experimentId: '7', id: RUN, path: '' } },
  ],
  [
    `http://h:1/api/2.0/mlflow-artifacts/artifacts/7/models/${LOGGED}/artifacts`,
    { kind: 'artifacts', place: { kind: 'logged-model', experimentId: '7', id: LOGGED, path: '' } },
  ],
  [
    `mlflow-artifacts:/registered-models/${UUID}/4`,
    { kind: 'artifacts', place: { kind: 'version', modelId: UUID, number: 4, path: '' } },
  ],
  [
    'cairn:/penguins@main~1:model/a',
    { kind: 'commit', repository: 'penguins', revision: 'main~1', path: 'model/a' },
  ],
  ['cairn://penguins@v1', { kind: 'commit', repository: 'penguins', revision: 'v1', path: '' }],
])('%s is read', (source, expected) => {
  expect(parseSource(source)).toEqual(expected);
});

test.each([
  ...[
    '',
    's3://bucket/model',
    'file:///etc/passwd',
    '/etc/passwd',
    'models:/iris/latest',
    'models:/a/b/1',
    'runs:/x/model',
  ],
  ...[
    'mlflow-artifacts:/etc/passwd',
    `mlflow-artifacts:/../${RUN}/artifacts`,
    'http://elsewhere/model',
    'cairn:/penguins',
    'cairn:/a\n@b',
  ],
  `models:/${'x'.repeat(3000)}/1`,
])('%s is refused', (source) => {
  expect(() => parseSource(source)).toThrow(expect.objectContaining({ field: 'source' }));
});
