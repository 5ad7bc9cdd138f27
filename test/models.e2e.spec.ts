import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Database, OutboxWorker } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

let cairn: TestCairn;
let engineer: string;
let trainer: string;
let analyst: string;

beforeAll(async () => {
  cairn = await startTestCairn();
  engineer = await cairn.tokenFor('user:pia.engineer');
  trainer = await cairn.tokenFor('service:penguin-trainer');
  analyst = await cairn.tokenFor('user:ana.analyst');
}, 60_000);
afterAll(() => cairn.stop());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function commit(
  repository: string,
  files: Record<string, string>,
  metadata: Record<string, string> = {},
): Promise<string> {
  for (const body of Object.values(files)) {
    const sent = await cairn.http(`/api/v1/repositories/${repository}/objects`, {
      method: 'PUT',
      body,
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(sent.status).toBe(201);
  }
  const changes = Object.entries(files).map(([path, text]) => ({ path, sha256: sha256(text) }));
  const { commit } = await cairn.ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', {
    i: { repository, branch: 'main', message: 'weights', changes, metadata },
  });
  return commit.id;
}

async function createModel(name: string, token = engineer): Promise<{ repository: { name: string } }> {
  const { createRegisteredModel } = await cairn.ask(
    'mutation($i: CreateRegisteredModelInput!) { createRegisteredModel(input: $i) { name repository { name } } }',
    { i: { name, namespace: 'research/penguins', tags: { task: 'classification' } } },
    token,
  );
  return createRegisteredModel;
}

const REGISTER = `mutation($i: CreateModelVersionInput!) {
  createModelVersion(input: $i) { number commitId path source runId metrics { name value } }
}`;

async function register(model: string, input: object = {}, token = engineer) {
  const answer = await cairn.ask(REGISTER, { i: { model, revision: 'main', ...input } }, token);
  return answer.createModelVersion;
}

async function refusal(query: string, variables: object, token = engineer): Promise<unknown> {
  const { errors } = await cairn.graphql(query, { ...variables }, token);
  const { code, error, field } = errors?.[0]?.extensions ?? {};
  return { code, error, ...(field !== undefined && { field }) };
}

test('versions are numbered in order, without gaps, whoever registers at once', async () => {
  const { repository } = await createModel('Species Classifier');
  expect(repository.name).toBe('species-classifier');
  const head = await commit(repository.name, { 'model/weights.bin': 'w1', 'README.md': 'read me' });
  const all = await Promise.all(
    Array.from({ length: 8 }, () => register('Species Classifier', { path: 'model/' })),
  );
  expect(all.map(({ number }) => number).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(all[0]).toMatchObject({
    commitId: head,
    path: 'model',
    source: `cairn:/species-classifier@${head}:model`,
  });
  const { deleteModelVersion } = await cairn.ask(
    'mutation { deleteModelVersion(model: "Species Classifier", version: 8) { number } }',
  );
  expect(deleteModelVersion.number).toBe(8);
  expect(await refusal('{ modelVersion(model: "Species Classifier", number: 8) { number } }', {})).toEqual({
    code: 'NOT_FOUND',
    error: 'NotFound',
  });
  expect((await register('Species Classifier')).number).toBe(9);
});

test('a deleted model comes back under its name, without versions, and gives no number twice', async () => {
  const { repository } = await createModel('lazarus');
  await commit(repository.name, { 'a.bin': 'a' });
  await register('lazarus');
  await cairn.ask('mutation { deleteRegisteredModel(name: "lazarus") { name } }');
  expect(await refusal('{ registeredModel(name: "lazarus") { name } }', {})).toMatchObject({
    code: 'NOT_FOUND',
  });
  expect((await createModel('lazarus')).repository.name).toBe(repository.name);
  const { registeredModel } = await cairn.ask(
    '{ registeredModel(name: "lazarus") { versions { nodes { number } } } }',
  );
  expect(registeredModel.versions.nodes).toEqual([]);
  expect((await register('lazarus')).number).toBe(2);
});

test('lineage tells that the content of a version came from another repository, at both commits', async () => {
  await createModel('traced');
  await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
    i: { name: 'bench', kind: 'model', namespace: 'research/penguins' },
  });
  await commit('bench', { 'model.bin': 'traced bytes' });
  await register('traced', { repository: 'bench' });
  do await cairn.app.get(OutboxWorker).drain();
  while (
    (await cairn.app.get(Database).query('SELECT 1 FROM outbox_message WHERE dead_at IS NULL LIMIT 1'))
      .length > 0
  );
  const { registeredModel } = await cairn.ask(
    `{ registeredModel(name: "traced") { asset {
         lineage(direction: upstream, depth: 2) { nodes { asset { kind identityName namespace } } } } } }`,
  );
  const nodes = registeredModel.asset.lineage.nodes.map(({ asset }: { asset: object }) => asset);
  const namespace = 'research/penguins';
  expect(nodes).toEqual(
    expect.arrayContaining([
      { kind: 'job', identityName: 'register/traced', namespace },
      { kind: 'model', identityName: 'bench', namespace },
    ]),
  );
});

test('what lies in another repository becomes a commit of the model, with where it came from', async () => {
  await createModel('brought');
  await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
    i: { name: 'workbench', kind: 'model', namespace: 'research/penguins' },
  });
  const source = await commit(
    'workbench',
    { 'out/model.bin': 'bytes', 'other.txt': 'not part of it' },
    { 'cairn.run': 'run-1', 'metric.accuracy': '0.97', 'metric.odd': 'text', note: 'stays behind' },
  );
  const version = await register('brought', { repository: 'workbench', path: 'out' });
  expect(version).toMatchObject({
    ...{ number: 1, path: '', runId: 'run-1', source: `cairn:/workbench@${source}:out` },
    metrics: [{ name: 'accuracy', value: 0.97 }],
  });
  const { modelVersion } = await cairn.ask(
    `{ modelVersion(model: "brought", number: 1) {
         files { nodes { path sha256 } }
         repository { name log(revision: "version/1") { nodes { id metadata } } } } }`,
  );
  expect(modelVersion.files.nodes).toEqual([{ path: 'model.bin', sha256: sha256('bytes') }]);
  const [first] = modelVersion.repository.log.nodes;
  expect(first).toEqual({
    id: version.commitId,
    metadata: {
      ...{ 'cairn.run': 'run-1', 'metric.accuracy': '0.97', 'metric.odd': 'text' },
      'cairn.source': `workbench@${source}:out`,
    },
  });
});

const SET_ALIAS = 'mutation($i: SetModelAliasInput!) { setModelAlias(input: $i) { number aliases } }';
const TRANSITION =
  'mutation($i: TransitionModelVersionInput!) { transitionModelVersion(input: $i) { number stage } }';

test('aliases move by compare-and-swap, stages take turns, and each move is logged with who made it', async () => {
  const { repository } = await createModel('moves');
  await commit(repository.name, { 'a.bin': 'a' });
  for (let i = 0; i < 3; i++) await register('moves');
  const champion = { model: 'moves', alias: 'champion' };
  await cairn.ask(SET_ALIAS, { i: { ...champion, version: 1, expectedVersion: 0 } }, engineer);
  const rivals = await Promise.all(
    [2, 3].map((version) =>
      cairn.graphql(SET_ALIAS, { i: { ...champion, version, expectedVersion: 1 } }, engineer),
    ),
  );
  expect(rivals.map(({ errors }) => errors?.[0]?.extensions['error'] ?? 'moved').sort()).toEqual([
    'AliasMoved',
    'moved',
  ]);
  await cairn.ask(TRANSITION, { i: { model: 'moves', version: 1, stage: 'Production' } }, engineer);
  await cairn.ask(
    TRANSITION,
    { i: { model: 'moves', version: 2, stage: 'Production', archiveExisting: true } },
    engineer,
  );
  const { registeredModel } = await cairn.ask(
    `{ registeredModel(name: "moves") {
         versions { nodes { number stage } }
         moves { nodes { kind subject from to actor } } } }`,
  );
  expect(registeredModel.versions.nodes).toEqual([
    { number: 3, stage: 'None' },
    { number: 2, stage: 'Production' },
    { number: 1, stage: 'Archived' },
  ]);
  const stage = { kind: 'stage', actor: 'user:pia.engineer' };
  expect(registeredModel.moves.nodes.slice(0, 3)).toEqual([
    { ...stage, subject: '2', from: 'None', to: 'Production' },
    { ...stage, subject: '1', from: 'Production', to: 'Archived' },
    { ...stage, subject: '1', from: 'None', to: 'Production' },
  ]);
  expect(registeredModel.moves.nodes.slice(3)).toEqual([
    { ...stage, kind: 'alias', subject: 'champion', from: '1', to: expect.stringMatching(/^[23]$/) },
    { ...stage, kind: 'alias', subject: 'champion', from: null, to: '1' },
  ]);
});

test('who may write may register and not deploy; who may read may do neither; others do not know of it', async () => {
  const { repository } = await createModel('governed', trainer);
  await commit(repository.name, { 'a.bin': 'a' });
  await register('governed', {}, trainer);
  const alias = { i: { model: 'governed', alias: 'champion', version: 1 } };
  const move = { i: { model: 'governed', version: 1, stage: 'Staging' } };
  expect(await refusal(SET_ALIAS, alias, trainer)).toMatchObject({ code: 'FORBIDDEN' });
  expect(await refusal(TRANSITION, move, trainer)).toMatchObject({ code: 'FORBIDDEN' });
  expect(await refusal(REGISTER, { i: { model: 'governed', revision: 'main' } }, analyst)).toMatchObject({
    code: 'FORBIDDEN',
  });
  const stranger = await cairn.tokenFor('user:stranger');
  for (const [query, variables] of [
    ['{ modelVersion(model: "governed", number: 1) { number } }', {}],
    ['{ registeredModel(name: "governed") { name } }', {}],
    [REGISTER, { i: { model: 'governed', revision: 'main' } }],
    [SET_ALIAS, alias],
  ] as const)
    expect(await refusal(query, variables, stranger)).toMatchObject({ code: 'NOT_FOUND' });
  const { registeredModels } = await cairn.ask('{ registeredModels { nodes { name } } }', {}, stranger);
  expect(registeredModels.nodes).toEqual([]);
});

test('a card tells facts and says what is not recorded; markup of others is shown as text', async () => {
  const { repository } = await createModel('carded');
  const data = await commit(repository.name, { 'x.csv': 'a,b\n1,2\n' });
  const signature = JSON.stringify([{ name: 'mass', type: 'double' }]);
  const mlmodel = `flavors:\n  sklearn: {pickled_model: m.pkl}\nsignature:\n  inputs: '${signature}'\n  outputs: '[{"type":"tensor","tensor-spec":{"dtype":"int64","shape":[-1]}}]'\n`;
  await commit(
    repository.name,
    { 'model/MLmodel': mlmodel, 'model/m.pkl': 'pickle' },
    { 'cairn.inputs': JSON.stringify({ train: data }), 'metric.f1': '0.5', 'param.depth': '`3`' },
  );
  await register('carded', { path: 'model', description: '<b>bold</b> *claims*', tags: { 'a|b': 'c' } });
  const { modelVersion } = await cairn.ask(
    `{ modelVersion(model: "carded", number: 1) {
         card trainedOn { mount commitId repositories }
         signature { source inputs { name type } outputs { name type } } } }`,
    {},
    engineer,
  );
  expect(modelVersion.trainedOn).toEqual([{ mount: 'train', commitId: data, repositories: ['carded'] }]);
  expect(modelVersion.signature).toEqual({
    ...{ source: 'MLmodel', inputs: [{ name: 'mass', type: 'double' }] },
    outputs: [{ name: null, type: 'int64[-1]' }],
  });
  for (const line of [
    '# carded, version 1',
    '- **About the model**: _not recorded_',
    '- **About the version**: \\<b\\>bold\\</b\\> \\*claims\\*',
    '- **Run**: _not recorded_',
    '| `depth` | `` `3` `` |',
    '| `f1` | 0.5 |',
    '| `a\\|b` | `c` |',
    `| \`MLmodel\` | ${Buffer.byteLength(mlmodel)} |  | \`${sha256(mlmodel)}\` |`,
  ])
    expect(modelVersion.card.split('\n')).toContain(line);
});

test('bad input is refused by field and rule', async () => {
  await createModel('strict');
  const CREATE = 'mutation($i: CreateRegisteredModelInput!) { createRegisteredModel(input: $i) { name } }';
  const bad = { code: 'BAD_USER_INPUT', error: 'InvalidInput' };
  const place = { namespace: 'research/penguins' };
  expect(await refusal(CREATE, { i: { ...place, name: 'a/b' } })).toEqual({ ...bad, field: 'input.name' });
  expect(await refusal(CREATE, { i: { ...place, name: ' ' } })).toEqual({ ...bad, field: 'input.name' });
  expect(await refusal(CREATE, { i: { name: 'nowhere' } })).toEqual({ ...bad, field: 'input.namespace' });
  expect(await refusal(CREATE, { i: { ...place, name: 'strict' } })).toMatchObject({
    code: 'ALREADY_EXISTS',
  });
  const huge = { ...place, name: 'huge', tags: { big: 'x'.repeat(10_240) } };
  expect(await refusal(CREATE, { i: huge })).toEqual({ ...bad, field: 'input.tags.big' });
  expect(await refusal(REGISTER, { i: { model: 'strict', revision: 'main' } })).toEqual({
    ...bad,
    field: 'input.path',
  });
  for (const alias of ['latest', '1', 'V2', 'a b', ''])
    expect(await refusal(SET_ALIAS, { i: { model: 'strict', alias, version: 1 } })).toEqual({
      ...bad,
      field: 'input.alias',
    });
  expect(await refusal(SET_ALIAS, { i: { model: 'strict', alias: 'ok', version: 1 } })).toMatchObject({
    code: 'NOT_FOUND',
  });
});
