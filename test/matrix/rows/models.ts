import type { Things } from '../things.js';
import { gql, mutate, read, type Row, s, write } from './row.js';

const PAGE = 'pageInfo { hasNextPage endCursor }';
const MODEL =
  'id name description tags createdBy createdAt updatedAt aliases { alias version } asset { id description } repository { name }';
const VERSION =
  'number model commitId path source runId description tags stage aliases createdBy repository { name }';

const model = (fields: string) => (t: Things) =>
  gql(`{ registeredModel(name: ${s(t.word('model'))}) { ${fields} } }`);
const version = (fields: string) => (t: Things) =>
  gql(`{ modelVersion(model: ${s(t.word('model'))}, number: 1) { ${fields} } }`);
const told = 'description';

const endpoint = (fields: string) => (t: Things) =>
  gql(`{ endpoint(name: ${s(t.word('endpoint'))}) { ${fields} } }`);
const training = (fields: string) => (t: Things) =>
  gql(`{ trainingRun(id: ${s(t.id('trainingRun'))}) { ${fields} } }`);
const RUN =
  'id name state command parameters submittedBy reason inputs { mount repository } output { repository }';

/** Registered models, what serves them, what trains them. */
export const modelRows: readonly Row[] = [
  read('RegisteredModelResolver.registeredModel', model(MODEL)),
  read('RegisteredModelResolver.asset', model('asset { identityName description owners tags }')),
  read('RegisteredModelResolver.repository', model(`${told} repository { name asset { description } }`)),
  read(
    'RegisteredModelResolver.registeredModels',
    () => gql(`{ registeredModels(first: 200) { nodes { ${MODEL} } ${PAGE} } }`),
    () => gql(`{ registeredModels(first: 1) { nodes { name } ${PAGE} } }`),
  ),
  read('RegisteredModelResolver.listVersions', model(`versions { nodes { ${VERSION} } ${PAGE} }`)),
  read('RegisteredModelResolver.listMoves', model(`moves { nodes { kind subject actor from to } ${PAGE} }`)),
  write(
    'RegisteredModelResolver.createRegisteredModel',
    (t) =>
      mutate(
        'createRegisteredModel',
        'CreateRegisteredModelInput',
        { name: t.word('spare'), namespace: 'open' },
        'name',
      ),
    { takes: 'a registered model is named by its name alone, as MLflow has it' },
  ),
  write('RegisteredModelResolver.updateRegisteredModel', (t) =>
    mutate(
      'updateRegisteredModel',
      'UpdateRegisteredModelInput',
      { name: t.word('model'), description: 'x' },
      MODEL,
    ),
  ),
  write('RegisteredModelResolver.setModelAlias', (t) =>
    mutate(
      'setModelAlias',
      'SetModelAliasInput',
      { model: t.word('model'), alias: 'newest', version: 1 },
      VERSION,
    ),
  ),
  write('RegisteredModelResolver.deleteModelAlias', (t) =>
    mutate(
      'deleteModelAlias',
      'DeleteModelAliasInput',
      { model: t.word('model'), alias: t.word('alias') },
      MODEL,
    ),
  ),
  write(
    'RegisteredModelResolver.deleteRegisteredModel',
    (t) => gql(`mutation { deleteRegisteredModel(name: ${s(t.word('doomed'))}) { name } }`),
    { ends: true },
  ),
  read('ModelVersionResolver.modelVersion', version(VERSION), (t) =>
    gql(`{ modelVersion(model: ${s(t.word('model'))}, alias: ${s(t.word('alias'))}) { ${VERSION} } }`),
  ),
  read('ModelVersionResolver.card', version('card')),
  read('ModelVersionResolver.files', version(`files { nodes { path sha256 } ${PAGE} }`)),
  read('ModelVersionResolver.metrics', version(`${told} metrics { name value }`)),
  read('ModelVersionResolver.params', version(`${told} params`)),
  read('ModelVersionResolver.registeredModel', version(`registeredModel { ${MODEL} }`)),
  read('ModelVersionResolver.repository', version(`${told} repository { name asset { description } }`)),
  read('ModelVersionResolver.signature', version(`${told} signature { inputs { name } }`)),
  read('ModelVersionResolver.trainedOn', version(`${told} trainedOn { mount repositories commitId }`)),
  write('ModelVersionResolver.createModelVersion', (t) =>
    mutate(
      'createModelVersion',
      'CreateModelVersionInput',
      { model: t.word('model'), revision: 'main' },
      VERSION,
    ),
  ),
  write('ModelVersionResolver.updateModelVersion', (t) =>
    mutate(
      'updateModelVersion',
      'UpdateModelVersionInput',
      { model: t.word('model'), version: 1, description: 'x' },
      VERSION,
    ),
  ),
  write('ModelVersionResolver.transitionModelVersion', (t) =>
    mutate(
      'transitionModelVersion',
      'TransitionModelVersionInput',
      { model: t.word('model'), version: 1, stage: 'Production' },
      VERSION,
    ),
  ),
  write(
    'ModelVersionResolver.deleteModelVersion',
    (t) => gql(`mutation { deleteModelVersion(model: ${s(t.word('model'))}, version: 2) { number } }`),
    { ends: true },
  ),
  read(
    'EndpointResolver.endpoint',
    endpoint('name namespace desired observed reason asset { id description }'),
  ),
  read('EndpointResolver.asset', endpoint('asset { identityName description tags owners }')),
  read(
    'EndpointResolver.listEndpoints',
    () => gql(`{ endpoints(first: 200) { nodes { name namespace desired observed reason url } ${PAGE} } }`),
    () => gql(`{ endpoints(first: 1) { nodes { name } ${PAGE} } }`),
  ),
  read('EndpointResolver.revision', endpoint('revision { number commitId path repository deployedBy }')),
  read('EndpointResolver.revisions', endpoint('revisions { number commitId path repository refusal }')),
  read('EndpointResolver.url', endpoint('url asset { description }')),
  write(
    'EndpointResolver.deployEndpoint',
    (t) =>
      mutate(
        'deployEndpoint',
        'DeployEndpointInput',
        {
          name: t.word('endpoint'),
          namespace: 'open',
          repository: t.id('modelRepository'),
          revision: 'main',
        },
        'name reason',
      ),
    { takes: 'an endpoint is named by its name alone, in the addresses of inference' },
  ),
  write(
    'EndpointResolver.stopEndpoint',
    (t) => gql(`mutation { stopEndpoint(name: ${s(t.word('endpoint'))}) { name desired } }`),
    { ends: true },
  ),
  read('ServedByResolver.servedBy', (t) =>
    gql(
      `{ asset(id: ${s(t.id('model'))}) { description servedBy { modelCommitId endpoint { name } model { identityName } trainingRun { name } } } }`,
    ),
  ),
  read('TrainingResolver.trainingRun', training(RUN)),
  read('TrainingResolver.job', training('job { identityName description }')),
  read('TrainingResolver.log', training('log')),
  read(
    'TrainingResolver.listTrainingRuns',
    () => gql(`{ trainingRuns(first: 200) { nodes { ${RUN} } ${PAGE} } }`),
    () => gql(`{ trainingRuns(first: 1) { nodes { name } ${PAGE} } }`),
  ),
  write('TrainingResolver.cancelTrainingRun', (t) =>
    gql(`mutation { cancelTrainingRun(id: ${s(t.id('trainingRun'))}) { id state } }`),
  ),
  write(
    'TrainingResolver.submitTrainingRun',
    (t) =>
      mutate(
        'submitTrainingRun',
        'SubmitTrainingRunInput',
        {
          ...{ name: 'x', command: ['true'], output: { repository: t.word('trained'), branch: 'main' } },
          inputs: [{ mount: 'm', repository: t.word('dataset'), revision: 'main' }],
        },
        'id',
      ),
    { ends: true },
  ),
];
