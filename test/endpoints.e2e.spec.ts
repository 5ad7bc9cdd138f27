import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LocalModels } from '../src/orchestrator/endpoints/reconciler/local-models.js';
import { OutboxWorker } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';

const MODELS = path.join(import.meta.dirname, 'fixtures/shop/models');
const model = (name: string) => readFileSync(path.join(MODELS, `${name}.onnx`));
const golden = (name: string) => JSON.parse(readFileSync(path.join(MODELS, `${name}.golden.json`), 'utf8'));

let cairn: TestCairn;
let engineer: string;
let analyst: string;
let commits: Record<string, string>;

beforeAll(async () => {
  cairn = await startTestCairn();
  engineer = await cairn.tokenFor('user:pia.engineer');
  analyst = await cairn.tokenFor('user:ana.analyst');
  await cairn.ask(
    'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }',
    { i: { name: 'risk', kind: 'model', namespace: 'research/penguins' } },
    engineer,
  );
  commits = {
    risk: await commit('model.onnx', model('return_risk')),
    spend: await commit('model.onnx', model('expected_spend')),
    broken: await commit('model.onnx', Buffer.from('this is no model')),
  };
}, 60_000);
afterAll(() => cairn.stop());

async function commit(file: string, bytes: Buffer): Promise<string> {
  const response = await cairn.http('/api/v1/repositories/risk/objects', {
    ...{ method: 'PUT', body: new Uint8Array(bytes), token: engineer },
    headers: { 'content-type': 'application/octet-stream' },
  });
  const { sha256 } = (await response.json()) as { sha256: string };
  const changes = [{ path: file, sha256 }];
  const made = await cairn.ask(
    'mutation($i: CommitInput!) { commit(input: $i) { id } }',
    { i: { repository: 'risk', branch: 'main', message: 'a model', changes } },
    engineer,
  );
  return made.commit.id as string;
}

const FIELDS =
  'name desired observed reason url asset { id } revision { number commitId } revisions { number refusal }';

function tryDeploy(name: string, revision: string, rest: object = {}, token = engineer) {
  const input = { name, namespace: 'research/penguins', repository: 'risk', revision, ...rest };
  return cairn.graphql(
    `mutation($input: DeployEndpointInput!) { deployEndpoint(input: $input) { ${FIELDS} } }`,
    { input },
    token,
  );
}

async function show(name: string): Promise<any> {
  return (
    await cairn.ask(`query($name: String!) { endpoint(name: $name) { ${FIELDS} } }`, { name }, engineer)
  ).endpoint;
}

/** Asks until it holds; the test's own timeout ends it. */
const until = (name: string, holds: (endpoint: any) => boolean): Promise<any> =>
  eventually(() => show(name), holds);

const isReady = (revision: number) => (endpoint: any) =>
  endpoint.observed === 'ready' && endpoint.reason === null && endpoint.revision.number === revision;

async function deploy(name: string, revision: string): Promise<any> {
  const { data, errors } = await tryDeploy(name, revision);
  expect(errors).toBeUndefined();
  return until(name, isReady(data.deployEndpoint.revision.number));
}

async function oip(route: string, body?: unknown, token = engineer): Promise<{ status: number; body: any }> {
  const response = await cairn.http(`/v2${route}`, {
    token,
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  });
  return { status: response.status, body: await response.json() };
}

const features = (rows: number, data: unknown = new Array(rows * 5).fill(0.5)) => ({
  name: 'features',
  shape: [rows, 5],
  datatype: 'FP32',
  data,
});

describe('an endpoint', () => {
  test('answers the Open Inference Protocol as the model does', async () => {
    const endpoint = await deploy('risk', commits['risk']!);
    expect(endpoint.url).toBe(`${cairn.url}/v2/models/risk`);
    expect(await oip('/health/live', undefined, '')).toEqual({ status: 200, body: { live: true } });
    expect(await oip('/health/ready', undefined, '')).toEqual({ status: 200, body: { ready: true } });
    expect((await oip('', undefined, '')).body.name).toBe('cairn');
    expect((await oip('/models/risk/ready')).body).toEqual({ name: 'risk', ready: true });
    expect((await oip('/models/risk')).body).toEqual({
      ...{ name: 'risk', versions: ['1'], platform: 'onnx_onnxv1' },
      inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, 5] }],
      outputs: [
        { name: 'label', datatype: 'INT64', shape: [-1] },
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
      ],
    });
    const answer = await oip('/models/risk/versions/1/infer', { id: 'mine', inputs: [features(2)] });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ model_name: 'risk', model_version: '1', id: 'mine' });
    const [label, probabilities] = answer.body.outputs;
    expect([label.datatype, label.shape, probabilities.shape]).toEqual(['INT64', [2], [2, 2]]);
    expect(probabilities.data[0] + probabilities.data[1]).toBeCloseTo(1, 5);
    const only = await oip('/models/risk/infer', {
      inputs: [features(2, [new Array(5).fill(0.5), new Array(5).fill(0.5)])],
      outputs: [{ name: 'probabilities' }],
    });
    expect(only.body.outputs).toEqual([probabilities]);
  });

  test.each<[string, unknown, number, RegExp]>([
    ['no JSON', '{"inputs": ', 400, /JSON/],
    ['an array', '[]', 400, /JSON object/],
    ['no inputs', {}, 400, /^inputs: must be the list/],
    [
      'an unknown input',
      { inputs: [{ ...features(1), name: 'x' }] },
      400,
      /inputs\[0\]\.name: must be one of features/,
    ],
    ['an input twice', { inputs: [features(1), features(1)] }, 400, /once/],
    [
      'another datatype',
      { inputs: [{ ...features(1), datatype: 'INT8' }] },
      400,
      /inputs\[0\]\.datatype: must be FP32/,
    ],
    [
      'another shape',
      { inputs: [{ ...features(1), shape: [5] }] },
      400,
      /inputs\[0\]\.shape: must be \[-1, 5\]/,
    ],
    ['too few values', { inputs: [features(2, [1])] }, 400, /inputs\[0\]\.data: must have the 10 values/],
    [
      'text for numbers',
      { inputs: [features(1, [1, 2, 'x', 4, 5])] },
      400,
      /inputs\[0\]\.data\[2\]: must be a number/,
    ],
    ['a shape beyond all memory', { inputs: [{ ...features(1), shape: [2 ** 40, 5] }] }, 400, /at most/],
    ['an unknown output', { inputs: [features(1)], outputs: [{ name: 'y' }] }, 400, /outputs\[0\]\.name/],
  ])('refuses %s by name', async (_, body, status, message) => {
    const answer = await oip('/models/risk/infer', body);
    expect([answer.status, answer.body.error ?? answer.body.detail]).toEqual([
      status,
      expect.stringMatching(message),
    ]);
  });

  test('that is not there is told as the protocol does', async () => {
    const answer = await oip('/models/nothing/infer', { inputs: [features(1)] });
    expect([answer.status, answer.body.error]).toEqual([404, expect.stringMatching(/Endpoint "nothing"/)]);
  });

  test.each([
    ['risk', 'return_risk'],
    ['spend', 'expected_spend'],
  ])('%s gives what the model gave where it was made, for numbers and text alike', async (name, file) => {
    await deploy(name, commits[name]!);
    const { inputs, outputs, tolerance } = golden(file);
    const { status, body } = await oip(`/models/${name}/infer`, { inputs });
    expect([status, body.outputs.map((each: any) => each.name)]).toEqual([
      200,
      outputs.map((each: any) => each.name),
    ]);
    for (const [at, expected] of outputs.entries()) {
      const { datatype, shape, data } = body.outputs[at];
      expect([datatype, shape, data.length]).toEqual([
        expected.datatype,
        expected.shape,
        expected.data.length,
      ]);
      for (const [i, value] of expected.data.entries())
        expect(Math.abs(data[i] - value)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
    }
  });
});

describe('a new revision', () => {
  test('replaces the one before without an unanswered request', async () => {
    await deploy('rolling', commits['risk']!);
    let isDone = false;
    const statuses = new Set<number>();
    const asking = Promise.all(
      [1, 2, 3].map(async () => {
        while (!isDone)
          statuses
            .add((await oip('/models/rolling/ready')).status)
            .add((await oip('/models/rolling/infer', { inputs: [features(1)] })).status);
      }),
    );
    const head = await commit('copy.onnx', model('return_risk'));
    expect(
      (await tryDeploy('rolling', head, { path: 'copy.onnx' })).data.deployEndpoint.revision.number,
    ).toBe(2);
    await until('rolling', isReady(2));
    isDone = true;
    await asking;
    expect([...statuses]).toEqual([200]);
    expect((await oip('/models/rolling/infer', { inputs: [features(1)] })).body.model_version).toBe('2');
  });

  test('that is no model is refused by name, and the one before goes on', async () => {
    const deployed = await tryDeploy('rolling', commits['broken']!, { path: 'model.onnx' });
    expect(deployed.data.deployEndpoint.revision.number).toBe(3);
    const endpoint = await until('rolling', ({ revisions }) => revisions[0].refusal !== null);
    expect([endpoint.observed, endpoint.reason]).toEqual([
      'ready',
      expect.stringMatching(/revision 2 answers, and not 3/),
    ]);
    expect((await oip('/models/rolling/infer', { inputs: [features(1)] })).status).toBe(200);
  });

  test('is not made when it is what is wanted already', async () => {
    const { data } = await tryDeploy('risk', commits['risk']!);
    expect(data.deployEndpoint.revision.number).toBe(1);
  });

  test('of a name that never served fails, and says why', async () => {
    await tryDeploy('broken', commits['broken']!);
    const endpoint = await until('broken', ({ observed }) => observed === 'failed');
    expect(endpoint.reason).toMatch(/the runtime cannot load it/);
    const answer = await oip('/models/broken/infer', { inputs: [features(1)] });
    expect([answer.status, answer.body.error]).toEqual([503, expect.stringMatching(/cannot load/)]);
  });
});

describe('whatever happens', () => {
  test('a worker that dies is started again', async () => {
    const before = cairn.app.get(LocalModels).modelOf('risk')!;
    await before.kill();
    await until('risk', () => (cairn.app.get(LocalModels).modelOf('risk') ?? before) !== before);
    expect((await oip('/models/risk/infer', { inputs: [features(1)] })).status).toBe(200);
  });

  test('a restart of the service brings back what is to serve, as the same revision, and who asks at once waits for it', async () => {
    await cairn.restart();
    const { status, body } = await oip('/models/risk/infer', { inputs: [features(1)] });
    expect([status, body.model_version]).toEqual([200, '1']);
    await cairn.app.get(OutboxWorker).drain();
    const told = await cairn.ask(
      'query($id: ID!) { asset(id: $id) { runs { nodes { state } } } }',
      { id: (await show('risk')).asset.id },
      engineer,
    );
    expect(told.asset.runs.nodes).toEqual([{ state: 'start' }]);
  });

  test('a stopped endpoint answers no more, and is served again when deployed', async () => {
    await cairn.ask('mutation { stopEndpoint(name: "spend") { desired } }', {}, engineer);
    await until('spend', ({ observed }) => observed === 'stopped');
    expect(await oip('/models/spend/ready')).toEqual({ status: 503, body: { name: 'spend', ready: false } });
    expect((await oip('/models/spend/infer', { inputs: [] })).body.error).toMatch(/it is stopped/);
    expect((await deploy('spend', commits['spend']!)).revision.number).toBe(2);
  });

  test('lineage knows the model that an endpoint reads, and when a revision ended', async () => {
    await cairn.app.get(OutboxWorker).drain();
    const { asset } = await show('spend');
    const told = await cairn.ask(
      `query($id: ID!) { asset(id: $id) { kind lineage(direction: upstream, depth: 1) { nodes { asset { identityName } } }
         runs { nodes { state } } } }`,
      { id: asset.id },
      engineer,
    );
    expect(told.asset.kind).toBe('endpoint');
    expect(told.asset.lineage.nodes.map((node: any) => node.asset.identityName).sort()).toEqual([
      'risk',
      'serve/spend',
    ]);
    expect(told.asset.runs.nodes.map(({ state }: any) => state).sort()).toEqual(['complete', 'start']);
  });

  test('an asset tells what serves it', async () => {
    const { repository } = await cairn.ask(
      '{ repository(name: "risk") { asset { servedBy { endpoint { name } modelCommitId dataCommitId trainingRun { id } } } } }',
      {},
      engineer,
    );
    const named = repository.asset.servedBy.map((each: any) => [each.endpoint.name, each.modelCommitId]);
    expect(named).toContainEqual(['risk', commits['risk']]);
  });
});

describe('policy', () => {
  test('decides who deploys and who infers, and names the rule', async () => {
    const deployed = await tryDeploy('risk', commits['risk']!, {}, analyst);
    expect(deployed.errors![0]!.extensions['code']).toBe('FORBIDDEN');
    const fresh = await tryDeploy('another', commits['risk']!, {}, analyst);
    expect(fresh.errors![0]!.extensions['code']).toBe('FORBIDDEN');
    const answer = await oip('/models/risk/infer', { inputs: [features(1)] }, analyst);
    expect([answer.status, answer.body.code]).toEqual([403, 'AccessDenied']);
    expect((await oip('/models/risk', undefined, '')).status).toBe(401);
  });

  test('an endpoint does not move to another namespace by a deployment', async () => {
    const { errors } = await tryDeploy('risk', commits['risk']!, { namespace: 'research' });
    expect(errors![0]!.message).toMatch(/stands in namespace "research\/penguins"/);
  });

  test.each([
    ['a bad name', { name: 'Bad Name' }, 'input.name'],
    ['a path that is not there', { path: 'nothing.onnx' }, undefined],
  ])('%s is refused', async (_, rest, field) => {
    const { errors } = await tryDeploy('fresh', commits['risk']!, rest);
    expect(errors![0]!.extensions['field']).toBe(field);
  });
});
