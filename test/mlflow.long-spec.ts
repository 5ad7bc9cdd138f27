import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

const ARTIFACTS = '/api/2.0/mlflow-artifacts/artifacts';

let cairn: TestCairn;
let policies: string;
let engineer: string;
let trainer: string;

beforeAll(async () => {
  policies = mkdtempSync(path.join(os.tmpdir(), 'cairn-policies-'));
  cpSync(path.join(import.meta.dirname, '../policies'), policies, { recursive: true });
  appendFileSync(
    path.join(policies, 'penguins.csv'),
    'p, TRAINERS-STAGE, role:trainer, research/penguins, model/**, deploy, *, environment == staging, allow\n',
  );
  cairn = await startTestCairn({ MLFLOW_NAMESPACE: 'research/penguins', CAIRN_POLICY_DIR: policies });
  engineer = await cairn.tokenFor('user:pia.engineer');
  trainer = await cairn.tokenFor('service:penguin-trainer');
}, 60_000);
afterAll(async () => {
  await cairn.stop();
  rmSync(policies, { recursive: true });
});

/** A request as MLflow's client sends it. @returns the answer, with its status where it failed */
async function ask(method: string, route: string, input: object = {}, token = engineer): Promise<any> {
  const isGet = method === 'GET';
  const query = isGet ? `?${new URLSearchParams(input as Record<string, string>).toString()}` : '';
  const response = await cairn.http(`/api/2.0/mlflow/${route}${query}`, {
    ...{ method, token },
    ...(!isGet && { body: JSON.stringify(input), headers: { 'content-type': 'application/json' } }),
  });
  const body = (await response.json()) as object;
  return response.ok ? body : { status: response.status, ...body };
}

async function startRun(): Promise<{ id: string; artifacts: string }> {
  const { run } = await ask('POST', 'runs/create', { experiment_id: '0', start_time: '1700000000000' });
  return { id: run.info.run_id, artifacts: run.info.artifact_uri.replace('mlflow-artifacts:', ARTIFACTS) };
}

async function put(
  route: string,
  body: string,
  type = 'application/json',
  token = engineer,
): Promise<number> {
  return (await cairn.http(route, { method: 'PUT', body, headers: { 'content-type': type }, token })).status;
}

test('artifacts are bytes whatever their media type, and are read back before and after a restart, then registered', async () => {
  const run = await startRun();
  const files = { 'a.json': '{"a":1}', 'b.json': 'no JSON', 'sub/c.txt': 'text', 'sub/empty.bin': '' };
  for (const [name, body] of Object.entries(files))
    expect(await put(`${run.artifacts}/m/${name}`, body)).toBe(200);
  await cairn.restart();
  const root = run.artifacts.slice(ARTIFACTS.length + 1);
  const list = async (folder: string) =>
    (await (
      await cairn.http(`${ARTIFACTS}?path=${encodeURIComponent(`${root}${folder}`)}`)
    ).json()) as unknown;
  expect(await list('')).toEqual({ files: [{ path: 'm', is_dir: true }] });
  expect(await list('/m')).toEqual({
    files: [
      { path: 'a.json', is_dir: false, file_size: 7 },
      { path: 'b.json', is_dir: false, file_size: 7 },
      { path: 'sub', is_dir: true },
    ],
  });
  expect(await list('/m/a.json')).toEqual({ files: [] });
  expect(await (await cairn.http(`${run.artifacts}/m/b.json`)).text()).toBe('no JSON');
  const accesses = await cairn.app
    .get(Database)
    .query(
      "SELECT subject, action, path, is_staged FROM content_access WHERE door = 'mlflow' ORDER BY id DESC LIMIT 1",
    );
  expect(accesses).toEqual([{ subject: 'user:admin', action: 'read', path: 'm/b.json', is_staged: true }]);
  await ask('POST', 'registered-models/create', { name: 'restarted' });
  const source = `runs:/${run.id}/m`;
  const made = await ask('POST', 'model-versions/create', { name: 'restarted', source, run_id: run.id });
  expect(made.model_version).toMatchObject({ version: '1', status: 'READY', source, run_id: run.id });
  const { modelVersion } = await cairn.ask(
    '{ modelVersion(model: "restarted", number: 1) { files { nodes { path contentType } } } }',
  );
  expect(modelVersion.files.nodes.map(({ path }: { path: string }) => path)).toEqual(Object.keys(files));
  expect(modelVersion.files.nodes[0].contentType).toBe('application/json');
});

test('versions made at once of one run, whose files are not committed yet, are all of the same files', async () => {
  const run = await startRun();
  for (let i = 0; i < 20; i++) await put(`${run.artifacts}/w${i}.bin`, `weights ${i}`);
  await ask('POST', 'registered-models/create', { name: 'at once' });
  const made = await Promise.all(
    Array.from({ length: 6 }, () =>
      ask('POST', 'model-versions/create', { name: 'at once', source: `runs:/${run.id}/` }),
    ),
  );
  expect(made.map(({ model_version }) => model_version?.version).sort()).toEqual([
    '1',
    '2',
    '3',
    '4',
    '5',
    '6',
  ]);
  const { registeredModel } = await cairn.ask(
    '{ registeredModel(name: "at once") { versions { nodes { repository { entries(revision: "main", first: 200) { nodes { path } } } } } } }',
  );
  expect(registeredModel.versions.nodes[0].repository.entries.nodes).toHaveLength(20);
});

test('a condition on the environment lets trainers stage and not release', async () => {
  const run = await startRun();
  await put(`${run.artifacts}/w.bin`, 'w');
  await ask('POST', 'registered-models/create', { name: 'guarded' });
  await ask('POST', 'model-versions/create', { name: 'guarded', source: `runs:/${run.id}` });
  const move = (stage: string, token: string) =>
    ask('POST', 'model-versions/transition-stage', { name: 'guarded', version: '1', stage }, token);
  expect((await move('Staging', trainer)).model_version.current_stage).toBe('Staging');
  expect(await move('Production', trainer)).toMatchObject({ status: 403, error_code: 'PERMISSION_DENIED' });
  expect((await move('production', engineer)).model_version.current_stage).toBe('Production');
  expect(await move('Staging', trainer)).toMatchObject({ status: 403, error_code: 'PERMISSION_DENIED' });
});

test('what is logged of a run is kept whole, whatever is sent twice; a parameter does not change', async () => {
  const run = await startRun();
  const batch = {
    run_id: run.id,
    metrics: [
      { key: 'loss', value: 'NaN', timestamp: 1, step: 0 },
      { key: 'loss', value: 0.25, timestamp: 2, step: 1 },
      { key: 'gain', value: 'Infinity', timestamp: 1, step: 0 },
    ],
    params: [{ key: 'lr', value: '0.1' }],
    tags: [{ key: 'mlflow.note.content', value: 'x' }],
  };
  expect(await Promise.all([1, 2, 3].map(() => ask('POST', 'runs/log-batch', batch)))).toEqual([{}, {}, {}]);
  const changed = {
    run_id: run.id,
    params: [{ key: 'lr', value: '0.2' }],
    metrics: [{ key: 'loss', value: 9, timestamp: 3, step: 9 }],
  };
  expect(await ask('POST', 'runs/log-batch', changed)).toMatchObject({
    error_code: 'INVALID_PARAMETER_VALUE',
  });
  const told = await ask('GET', 'runs/get', { run_id: run.id });
  expect(told.run.data).toMatchObject({
    params: [{ key: 'lr', value: '0.1' }],
    metrics: [
      { key: 'gain', value: 'Infinity' },
      { key: 'loss', value: 0.25, step: 1 },
    ],
  });
  const { metrics } = await ask('GET', 'metrics/get-history', { run_id: run.id, metric_key: 'loss' });
  expect(metrics.map(({ value }: { value: unknown }) => value)).toEqual(['NaN', 0.25]);
});

test('runs are found by what they have at all, by their datasets and by where their artifacts lie', async () => {
  const [marked, plain] = [await startRun(), await startRun()];
  await ask('POST', 'runs/set-tag', { run_id: marked.id, key: 'mark', value: 'x' });
  const data = (name: string, context: string) => ({
    tags: [{ key: 'mlflow.data.context', value: context }],
    dataset: { name, digest: `${name}-1`, source_type: 'local', source: 'file' },
  });
  const datasets = [data('iris', 'train'), data('mtcars', 'test')];
  await ask('POST', 'runs/log-inputs', { run_id: marked.id, datasets });
  const find = async (filter: string): Promise<string[]> => {
    const ids = `run_id IN ('${marked.id}', '${plain.id}')`;
    const { runs = [], error_code } = await ask('POST', 'runs/search', {
      experiment_ids: ['0'],
      filter: `${ids} AND ${filter}`,
    });
    return error_code ?? runs.map(({ info }: any) => (info.run_id === marked.id ? 'marked' : 'plain')).sort();
  };
  expect(await find('tags.mark IS NOT NULL')).toEqual(['marked']);
  expect(await find('tags.mark IS NULL')).toEqual(['plain']);
  expect(await find('params.none is null')).toEqual(['marked', 'plain']);
  expect(await find("datasets.name = 'iris' AND dataset.context LIKE 'te%'")).toEqual(['marked']);
  expect(await find("dataset.digest IN ('mtcars-1', 'x')")).toEqual(['marked']);
  expect(await find("dataset.name = 'other'")).toEqual([]);
  expect(await find(`artifact_uri LIKE '%${plain.id}/artifacts' AND Created > 0`)).toEqual(['plain']);
  expect(await find("dataset.owner = 'x'")).toBe('INVALID_PARAMETER_VALUE');
  expect(await find('status IS NULL')).toBe('INVALID_PARAMETER_VALUE');
});

test('a token comes in as a password here, and nowhere else', async () => {
  const authorization = `Basic ${Buffer.from(`anybody:${engineer}`).toString('base64')}`;
  const as = (route: string, value: string) =>
    cairn.http(route, { token: '', headers: { authorization: value } });
  expect((await as('/api/2.0/mlflow/experiments/get?experiment_id=0', authorization)).status).toBe(200);
  expect((await as('/api/v1/repositories/x/content/main/y', authorization)).status).toBe(401);
  for (const bad of [
    'Basic',
    'Basic !!',
    `Basic ${Buffer.from('no colon').toString('base64')}`,
    'Basic OjE=',
  ]) {
    const refused = await as('/api/2.0/mlflow/experiments/get?experiment_id=0', bad);
    expect([refused.status, await refused.json()]).toEqual([
      401,
      expect.objectContaining({ error_code: 'UNAUTHENTICATED' }),
    ]);
  }
});

test('bad input is refused in the shape that clients read, and nothing of it stays', async () => {
  const run = await startRun();
  await put(`${run.artifacts}/w.bin`, 'w');
  await ask('POST', 'registered-models/create', { name: 'strict' });
  const source = `runs:/${run.id}`;
  await ask('POST', 'model-versions/create', { name: 'strict', source });
  await ask('DELETE', 'model-versions/delete', { name: 'strict', version: '1' }, cairn.adminToken);
  const invalid = 'INVALID_PARAMETER_VALUE';
  const gone = 'RESOURCE_DOES_NOT_EXIST';
  const cases: readonly [string, string, object, string][] = [
    ['GET', 'registered-models/get', { name: 'nothing' }, gone],
    ['GET', 'registered-models/get', {}, invalid],
    ['GET', 'model-versions/get', { name: 'strict', version: '1' }, gone],
    ['GET', 'model-versions/get', { name: 'strict', version: 'one' }, invalid],
    ['GET', 'model-versions/get-download-uri', { name: 'strict', version: '1' }, gone],
    ['POST', 'registered-models/alias', { name: 'strict', alias: 'a', version: '1' }, gone],
    ['POST', 'registered-models/alias', { name: 'strict', alias: '1', version: '1' }, invalid],
    ['GET', 'registered-models/alias', { name: 'strict', alias: 'latest' }, gone],
    ['POST', 'registered-models/create', { name: 'a:b' }, invalid],
    ['POST', 'registered-models/create', { name: 'x'.repeat(256) }, invalid],
    [
      'POST',
      'registered-models/create',
      { name: 'placed', tags: [{ key: 'cairn.namespace', value: '../etc' }] },
      invalid,
    ],
    [
      'POST',
      'registered-models/create',
      { name: 'placed', tags: [{ key: 'cairn.namespace', value: 'elsewhere' }] },
      'PERMISSION_DENIED',
    ],
    ['POST', 'registered-models/set-tag', { name: 'strict', key: 'k', value: 'x'.repeat(10_240) }, invalid],
    ['POST', 'registered-models/set-tag', { name: 'strict', key: 'k', value: 'a\0b' }, invalid],
    ['GET', 'registered-models/search', { filter: "owner = 'x'" }, invalid],
    ['GET', 'registered-models/search', { filter: "name > 'x'" }, invalid],
    ['GET', 'registered-models/search', { order_by: 'name; DROP TABLE asset' }, invalid],
    ['GET', 'registered-models/search', { page_token: 'b2Zmc2V0Og' }, invalid],
    ['GET', 'registered-models/search', { max_results: '0' }, invalid],
    ['GET', 'model-versions/get', { name: 'strict', version: 'latest' }, invalid],
    ['POST', 'model-versions/create', { name: 'nothing', source }, gone],
    ['POST', 'model-versions/create', { name: 'strict', source: 'file:///etc/passwd' }, invalid],
    ['POST', 'model-versions/create', { name: 'strict', source: `runs:/${'0'.repeat(32)}/x` }, gone],
    ['POST', 'model-versions/create', { name: 'strict', source: `runs:/${run.id}/nothing` }, invalid],
    ['POST', 'runs/create', { experiment_id: '999' }, gone],
    ['POST', 'runs/create', { experiment_id: '1; DROP TABLE asset' }, gone],
    ['POST', 'runs/log-metric', { run_id: run.id, key: 'm', value: 'much' }, invalid],
    ['POST', 'runs/log-metric', { run_id: run.id, key: 'm', value: 1, timestamp: -1 }, invalid],
    ['POST', 'runs/log-metric', { run_id: 'nothing', key: 'm', value: 1 }, gone],
    ['POST', 'runs/log-model', { run_id: run.id, model_json: '[' }, invalid],
    ['POST', 'runs/search', { experiment_ids: ['0'], filter: 'metrics.loss > low' }, invalid],
    ['POST', 'experiments/create', { name: 'Default' }, 'RESOURCE_ALREADY_EXISTS'],
    ['POST', 'experiments/create', { name: 'placed', artifact_location: 's3://bucket' }, invalid],
    ['GET', 'logged-models/m-nothing', {}, gone],
    ['GET', 'traces/x', {}, 'ENDPOINT_NOT_FOUND'],
  ];
  for (const [method, route, input, expected] of cases) {
    const answer = await ask(method, route, input);
    expect([route, input, answer.error_code]).toEqual([route, input, expected]);
    expect(answer.message).toEqual(expect.any(String));
    expect(answer.message).not.toMatch(/Invalid input \(/);
  }
  for (const name of ['..%2Fup', 'a//b', '%00', '.%2Fx', `${'y'.repeat(1100)}`, ''])
    expect([name, await put(`${run.artifacts}/${name}`, 'x')]).not.toEqual([name, 200]);
  expect(await put(run.artifacts.replace('mlflow-artifacts', 'mlflow%2Dartifacts') + '/x', '{}')).toBe(400);
  const malformed = await cairn.http('/api/2.0/mlflow/runs/create', {
    ...{ method: 'POST', body: '{', headers: { 'content-type': 'application/json' } },
  });
  expect(malformed.status).toBe(400);
  const { registered_models: left } = await ask('GET', 'registered-models/search', {
    filter: "name = 'placed'",
  });
  expect(left).toEqual([]);
});

test('a folder is listed whole or not at all', async () => {
  const run = await startRun();
  await put(`${run.artifacts}/many/0`, 'x');
  const more = (from: number, to: number) =>
    cairn.app.get(Database).query(
      `INSERT INTO staged_change (area_id, path, sha256, size_bytes, staged_by)
       SELECT c.area_id, 'many/' || i, c.sha256, c.size_bytes, c.staged_by
       FROM staged_change AS c JOIN staging_area AS a ON a.id = c.area_id, generate_series($2::int, $3::int) AS i
       WHERE a.branch = 'mlflow/' || $1 AND c.path = 'many/0'`,
      [run.id, from, to],
    );
  const list = () => cairn.http(`${ARTIFACTS}?path=${run.artifacts.slice(ARTIFACTS.length + 1)}/many`);
  await more(1, 9_999);
  const { files } = (await (await list()).json()) as { files: object[] };
  expect(files).toHaveLength(10_000);
  await more(10_000, 10_000);
  const refused = await list();
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('more than 10000')]);
});

test('files of a version do not change', async () => {
  const run = await startRun();
  await put(`${run.artifacts}/w.bin`, 'w');
  await ask('POST', 'registered-models/create', { name: 'fixed' });
  await ask('POST', 'model-versions/create', { name: 'fixed', source: `runs:/${run.id}` });
  const { artifact_uri } = await ask('GET', 'model-versions/get-download-uri', {
    name: 'fixed',
    version: '1',
  });
  const place = artifact_uri.replace('mlflow-artifacts:', ARTIFACTS);
  expect(await put(`${place}/w.bin`, 'other')).toBe(403);
  expect((await cairn.http(`${place}/w.bin`, { method: 'DELETE', token: engineer })).status).toBe(403);
  expect((await cairn.http(`${run.artifacts}/w.bin`, { method: 'DELETE', token: engineer })).status).toBe(
    200,
  );
  expect((await cairn.http(`${run.artifacts}/w.bin`)).status).toBe(404);
  expect(await (await cairn.http(`${place}/w.bin`)).text()).toBe('w');
});
