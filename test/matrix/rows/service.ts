import { get, gql, http, mutate, read, type Row, s, silent, write } from './row.js';
import type { Things } from '../things.js';

const PAGE = 'pageInfo { hasNextPage endCursor }';
const PRINCIPAL = 'id subject kind name displayName attributes groups disabledAt';
const TOKEN = 'id label createdAt expiresAt lastUsedAt revokedAt';
const person = (t: Things) => `user:${t.word('person')}`;

/** Principals and what they hold, policy, the service itself. */
const identity: readonly Row[] = [
  silent('PrincipalResolver.me', 'aboutTheCaller', () => gql(`{ me { ${PRINCIPAL} } }`)),
  read('PrincipalResolver.listPrincipals', () =>
    gql(`{ principals(first: 200) { nodes { ${PRINCIPAL} } ${PAGE} } }`),
  ),
  write('PrincipalResolver.createPrincipal', (t) =>
    mutate('createPrincipal', 'CreatePrincipalInput', { kind: 'user', name: t.word('spare') }, PRINCIPAL),
  ),
  write(
    'PrincipalResolver.disablePrincipal',
    (t) => gql(`mutation { disablePrincipal(subject: ${s(person(t))}) { ${PRINCIPAL} } }`),
    { ends: true },
  ),
  write('ExternalIdentityResolver.linkIdentity', (t) =>
    mutate(
      'linkIdentity',
      'LinkIdentityInput',
      { issuer: 'https://id.example', externalSubject: 'x', subject: person(t) },
      PRINCIPAL,
    ),
  ),
  read('TokenResolver.listTokens', () => gql(`{ principals(first: 200) { nodes { tokens { ${TOKEN} } } } }`)),
  silent('TokenResolver.listTokens', 'aboutTheCaller', () => gql(`{ me { tokens { label } } }`)),
  write('TokenResolver.issueToken', (t) =>
    mutate('issueToken', 'IssueTokenInput', { subject: person(t), label: 'x' }, `token { ${TOKEN} }`),
  ),
  write('TokenResolver.revokeToken', (t) =>
    gql(`mutation { revokeToken(id: ${s(t.id('token'))}) { ${TOKEN} } }`),
  ),
  read('AccessKeyResolver.listAccessKeys', (t) =>
    gql(`{ accessKeys(subject: ${s(person(t))}) { id label } }`),
  ),
  write(
    'AccessKeyResolver.createAccessKey',
    () => mutate('createAccessKey', 'CreateAccessKeyInput', { label: 'x' }, 'accessKey { label }'),
    {
      ...{ control: 'aboutTheCaller', changesOwn: true },
    },
  ),
  write('AccessKeyResolver.revokeAccessKey', (t) =>
    gql(`mutation { revokeAccessKey(id: ${s(t.id('accessKey'))}) { id label } }`),
  ),
  {
    ...read(
      'AccessResolver.explainAccess',
      (t) =>
        gql(
          `{ explainAccess(action: "read", assetId: ${s(t.id('dataset'))}) { allowed reason rules matched { id } } }`,
        ),
      (t) =>
        gql(
          `{ explainAccess(action: "read", subject: ${s(person(t))}, assetId: ${s(t.id('dataset'))}) { allowed reason rules } }`,
        ),
    ),
    control: 'differs',
  },
];

const operating: readonly Row[] = [
  silent('HealthController.live', 'publicFacts', () => get('/health/live')),
  { ...silent('HealthController.ready', 'publicFacts', () => get('/health/ready')), isMeasured: true },
  { ...silent('MetricsController.metrics', 'publicFacts', () => get('/metrics')), isMeasured: true },
  read('OutboxResolver.listDeadLetters', () =>
    gql('{ deadLetters { id topic orderingKey payload lastError attempts } }'),
  ),
  write('OutboxResolver.replayDeadLetters', () => gql('mutation { replayDeadLetters }'), { ends: true }),
];

const search: readonly Row[] = [
  read(
    'SearchResolver.search',
    ...['cl', 'about', 'column', 'raw', 'tag'].map(
      (word) => (t: Things) =>
        gql(
          `{ search(query: ${s(t.word(word))}) { engine isFallback nodes { score highlight asset { id identityName description } } facets { name values { value count } } ${PAGE} } }`,
        ),
    ),
    // Words that open and hidden things share, and a misspelt one.
    ...['shop', 'openraw', 'opnedataset', 'secret', 'vault', 'dataset'].map(
      (word) => () =>
        gql(
          `{ search(query: ${s(word)}, first: 3) { nodes { score highlight asset { identityName } } facets { name values { value count } } ${PAGE} } }`,
        ),
    ),
    (t) =>
      gql(
        `{ search(query: "open", filter: { namespace: ${s(t.namespace)}, tag: ${s(t.tags.at(-1)!)} }) { facets { name values { value count } } } }`,
      ),
  ),
  write('SearchResolver.rebuildSearchIndex', () => gql('mutation { rebuildSearchIndex }'), { ends: true }),
];

const CONNECTION = 'name type settings credentials subject tables problem staleSince';
const STATEMENT =
  'id status verb text principal engineUser queryId source fingerprint eventId problems { code subject message }';
const statement = (fields: string) => (t: Things) =>
  gql(`{ statement(id: ${s(t.id('statement'))}) { ${fields} } }`);
const posted = (t: Things) => ({
  ...{ dialect: 'postgresql', source: t.source, defaultCatalog: 'shop', time: '2026-03-01T10:00:00Z' },
  sql: `INSERT INTO ${t.word('totals')} SELECT * FROM ${t.word('orders')}`,
});

const sources: readonly Row[] = [
  read('ConnectionResolver.catalogConnection', (t) =>
    gql(`{ catalogConnection(name: ${s(t.word('connection'))}) { ${CONNECTION} } }`),
  ),
  read('ConnectionResolver.catalogConnections', () =>
    gql(`{ catalogConnections { nodes { ${CONNECTION} } ${PAGE} } }`),
  ),
  write('ConnectionResolver.createCatalogConnection', (t) =>
    mutate(
      'createCatalogConnection',
      'CreateCatalogConnectionInput',
      {
        name: t.word('connection'),
        type: 's3',
        settings: { bucket: 'bucket', endpoint: 'http://127.0.0.1:1' },
      },
      'name',
    ),
  ),
  write('ConnectionResolver.scanCatalogConnection', (t) =>
    gql(`mutation { scanCatalogConnection(name: ${s(t.word('connection'))}) { ${CONNECTION} } }`),
  ),
  write(
    'ConnectionResolver.removeCatalogConnection',
    (t) => gql(`mutation { removeCatalogConnection(name: ${s(t.word('connection'))}) { ${CONNECTION} } }`),
    { ends: true },
  ),
  read('StatementResolver.statement', statement(STATEMENT)),
  read(
    'StatementResolver.statements',
    () => gql(`{ statements(first: 200) { nodes { ${STATEMENT} } ${PAGE} } }`),
    () => gql(`{ statements(first: 1) { nodes { id } ${PAGE} } }`),
    (t) => gql(`{ statements(filter: { text: ${s(t.word('am'))} }) { nodes { ${STATEMENT} } } }`),
    (t) => gql(`{ statements(filter: { source: ${s(t.source)} }) { nodes { ${STATEMENT} } } }`),
    (t) => gql(`{ statements(filter: { asset: ${s(t.id('raw'))} }) { nodes { ${STATEMENT} } } }`),
    (t) => gql(`{ statements(filter: { user: ${s(t.word('loader'))} }) { nodes { ${STATEMENT} } } }`),
  ),
  read('StatementResolver.inputs', statement('inputs { identityName description }')),
  read('StatementResolver.inputCount', statement('verb text inputCount')),
  read('StatementResolver.outputs', statement('outputs { identityName description }')),
  read('StatementResolver.outputCount', statement('text outputCount')),
  read('StatementResolver.job', statement('job { identityName description }')),
  read('StatementResolver.runId', statement('text runId')),
  write('StatementsController.post', (t) => http('POST', '/api/v1/statements', posted(t)), {
    control: 'saysNothing',
  }),
  silent('StatementsController.analyze', 'saysNothing', (t) =>
    http('POST', '/api/v1/statements/analysis', posted(t)),
  ),
];

const INFER = { inputs: [] };
const endpoint = (t: Things) => `/v2/models/${t.word('endpoint')}`;
const inference: readonly Row[] = [
  silent('InferenceController.server', 'publicFacts', () => get('/v2')),
  silent('InferenceController.live', 'publicFacts', () => get('/v2/health/live')),
  silent('InferenceController.ready', 'publicFacts', () => get('/v2/health/ready')),
  ...[
    ['metadata', (t: Things) => get(endpoint(t))],
    ['metadataOfVersion', (t: Things) => get(`${endpoint(t)}/versions/1`)],
    ['modelReady', (t: Things) => get(`${endpoint(t)}/ready`)],
    ['versionReady', (t: Things) => get(`${endpoint(t)}/versions/1/ready`)],
    ['infer', (t: Things) => http('POST', `${endpoint(t)}/infer`, INFER)],
    ['inferByVersion', (t: Things) => http('POST', `${endpoint(t)}/versions/1/infer`, INFER)],
  ].map(([name, ask]) => ({
    ...read(`InferenceController.${name as string}`, ask as (t: Things) => ReturnType<typeof get>),
    control: 'differs' as const,
  })),
];

/** Pods of a cluster show the credential of their execution; here are no executions. */
const staging: readonly Row[] = [
  silent('StagingController.files', 'saysNothing', (t) =>
    get(`/api/v1/executions/${t.id('trainingRun')}/files`),
  ),
  silent('StagingController.file', 'saysNothing', (t) =>
    get(`/api/v1/executions/${t.id('trainingRun')}/files/1`),
  ),
  write(
    'StagingController.takeOutput',
    (t) =>
      http('PUT', `/api/v1/executions/${t.id('trainingRun')}/outputs?path=a`, 'x', {
        'content-type': 'application/octet-stream',
      }),
    { control: 'saysNothing' },
  ),
  write(
    'StagingController.close',
    (t) => http('POST', `/api/v1/executions/${t.id('trainingRun')}/outputs`, {}),
    { control: 'saysNothing' },
  ),
];

export const serviceRows: readonly Row[] = [
  ...[...identity, ...operating, ...search, ...sources, ...inference, ...staging],
];
