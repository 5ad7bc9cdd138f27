import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { serviceEnvironment } from './support/services.js';

const python = serviceEnvironment('mlflow-client')['MLFLOW_PYTHON']!;
const scripts = path.join(import.meta.dirname, 'fixtures/mlflow');

let cairn: TestCairn;
let engineer: string;
let trainer: string;
let folder: string;

beforeAll(async () => {
  cairn = await startTestCairn({ MLFLOW_NAMESPACE: 'research/penguins' });
  engineer = await cairn.tokenFor('user:pia.engineer');
  trainer = await cairn.tokenFor('service:penguin-trainer');
  folder = mkdtempSync(path.join(os.tmpdir(), 'mlflow-client-'));
});
afterAll(async () => {
  await cairn.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a Python script with the unmodified client. @returns the JSON of its last line */
async function run(script: string, env: Record<string, string>): Promise<any> {
  const { stdout } = await promisify(execFile)(python, [path.join(scripts, script)], {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
    env: {
      ...{ PATH: process.env['PATH'], HOME: folder, MLFLOW_TRACKING_URI: cairn.url },
      ...{ MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1', MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: 'false' },
      ...{ MLFLOW_DISABLE_TELEMETRY: 'true', GIT_PYTHON_REFRESH: 'quiet' },
      ...env,
    },
  }).catch((error: { stderr?: string }) => {
    throw new Error(`${script}: ${error.stderr ?? String(error)}`);
  });
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

test('a client registers, finds, moves, aliases and deletes models and versions', async () => {
  const answer = await run('registry.py', { MLFLOW_TRACKING_TOKEN: cairn.adminToken });
  expect(answer).toEqual({
    versions: [1, 2, 3],
    champion: 2,
    stages: { '1': 'Archived', '2': 'Production', '3': 'None' },
    found: ['registry-model'],
    ...{ renamed: 'registry-renamed', tags: { k: 'v' }, deleted: 'RESOURCE_DOES_NOT_EXIST' },
    copied: { number: 1, content: 'weights 2' },
    downloaded: 'weights 2',
    refused: {
      ...{
        alias: 'INVALID_PARAMETER_VALUE',
        filter: 'INVALID_PARAMETER_VALUE',
        slash: 'INVALID_PARAMETER_VALUE',
      },
      ...{
        source: 'INVALID_PARAMETER_VALUE',
        stage: 'INVALID_PARAMETER_VALUE',
        tag: 'INVALID_PARAMETER_VALUE',
      },
      ...{ taken: 'RESOURCE_ALREADY_EXISTS', unknown: 'RESOURCE_DOES_NOT_EXIST' },
    },
  });
});

test('a model of scikit-learn is logged, registered, loaded by version and by alias, and predicts the same', async () => {
  const answer = await run('sklearn_model.py', { MLFLOW_TRACKING_TOKEN: engineer });
  expect(answer).toMatchObject({
    ...{ version: 1, same: true, sameByAlias: true, sameByRun: true, metric: 0.875, param: '3' },
    history: [0.5, 0.875],
    runs: 1,
    namespace: 'research/penguins',
  });
  const { modelVersion } = await cairn.ask(
    `{ modelVersion(model: "iris", number: 1) {
         runId metrics { name value } params card signature { source inputs { name type } }
         repository { asset { namespace owners } } } }`,
    {},
    engineer,
  );
  expect(modelVersion).toMatchObject({
    runId: answer.run,
    metrics: [{ name: 'accuracy', value: 0.875 }],
    signature: { source: 'MLmodel', inputs: expect.arrayContaining([{ name: 'mass', type: 'double' }]) },
    repository: { asset: { namespace: 'research/penguins', owners: ['user:pia.engineer'] } },
  });
  expect(modelVersion.params).toMatchObject({ depth: '3' });
  expect(modelVersion.card).toContain('| `accuracy` | 0.875 |');
});

test('an ONNX model is logged with a password instead of a token header, and loaded as a function', async () => {
  const answer = await run('onnx_model.py', {
    MLFLOW_TRACKING_USERNAME: 'anybody',
    MLFLOW_TRACKING_PASSWORD: trainer,
  });
  expect(answer).toEqual({ version: 1, doubled: [2, 4, 6], alias: 'PERMISSION_DENIED' });
  const { modelVersion } = await cairn.ask(
    '{ modelVersion(model: "doubler", number: 1) { files { nodes { path profile { format } } } } }',
  );
  expect(modelVersion.files.nodes).toContainEqual({ path: 'model.onnx', profile: { format: 'onnx' } });
});

test('who may only read finds and loads, and is refused all else; who may not does not know of anything', async () => {
  const found = await cairn.http('/api/2.0/mlflow/runs/search', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ experiment_ids: ['0'] }),
  });
  const { runs } = (await found.json()) as { runs: { info: { run_id: string } }[] };
  const OTHER_RUN = runs[0]!.info.run_id;
  const [analyst, stranger] = [
    await cairn.tokenFor('user:ana.analyst'),
    await cairn.tokenFor('user:stranger'),
  ];
  expect(await run('others.py', { OTHER_RUN, MLFLOW_TRACKING_TOKEN: analyst })).toEqual({
    ...{ models: true, download: true, register: 'PERMISSION_DENIED', run: 'PERMISSION_DENIED' },
    ...{ put: 'PERMISSION_DENIED', alias: 'PERMISSION_DENIED', create: 'PERMISSION_DENIED' },
  });
  expect(await run('others.py', { OTHER_RUN, MLFLOW_TRACKING_TOKEN: stranger })).toEqual({
    ...{ models: false, download: 'RESOURCE_DOES_NOT_EXIST', register: 'RESOURCE_DOES_NOT_EXIST' },
    ...{ run: 'RESOURCE_DOES_NOT_EXIST', put: 'RESOURCE_DOES_NOT_EXIST', alias: 'RESOURCE_DOES_NOT_EXIST' },
    create: 'PERMISSION_DENIED',
  });
});

test('the client is the one that is pinned', () => {
  const script = readFileSync(path.join(import.meta.dirname, '../scripts/services/mlflow-client.sh'), 'utf8');
  expect(python).toContain(`mlflow-client-${/MLFLOW_VERSION=(\S+)/.exec(script)![1]}`);
});
