import type { Things } from '../things.js';
import { connected, get, gql, http, read, type Row, s, silent, write } from './row.js';

const PAGE = 'pageInfo { hasNextPage endCursor }';
const NODE = 'id isOpaque distance asset { id identityName description }';
const EDGE = 'from to via firstSeenAt lastSeenAt';
const EVENT = 'id kind eventTime receivedAt principal runId body projectionError warnings { path rule }';
const EDIT = 'id action author reason from { identityName } to { identityName } withdrawnBy';
const RUN = 'id state startedAt endedAt parentRunId facets';

const asset = (name: string, fields: string) => (t: Things) =>
  gql(`{ asset(id: ${s(t.id(name))}) { ${fields} } }`);
const run = (fields: string) => (t: Things) => gql(`{ lineageRun(id: ${s(t.run('first'))}) { ${fields} } }`);
/** What hidden jobs read and wrote, and what they did not. */
const around = (fields: (name: string) => string) =>
  ['clean', 'source', 'landing'].map((name) => asset(name, fields(name)));
const both = (fields: string) => around(() => fields);

const LINEAGE = `lineage(direction: both, depth: 10) { nodes { ${NODE} } edges { ${EDGE} } isTruncated ${PAGE} }`;
const SPELLED = (t: Things) => ({
  kind: 'same',
  from: { namespace: t.space, name: t.word('raw') },
  to: { namespace: t.space, name: t.word('elsewhere') },
});
const RULE = 'id author reason from { namespace name } to { namespace name }';

const event = (t: Things): object => ({
  ...{ eventType: 'COMPLETE', eventTime: '2026-11-25T10:00:00Z', producer: 'https://example.com' },
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId: t.run('first') },
  job: { namespace: t.space, name: t.word('job') },
});

/** Lineage in GraphQL, events, edits, names and exports. */
export const lineageRows: readonly Row[] = [
  connected('AssetLineageResolver.lineage', ...both(LINEAGE)),
  connected(
    'AssetLineageResolver.columnLineage',
    ...both(
      'columnLineage(depth: 10) { isTruncated edges { fromColumn toColumn isMasking fromAsset { id isOpaque asset { identityName } } toAsset { id isOpaque asset { identityName } } } }',
    ),
  ),
  connected(
    'AssetLineageResolver.impact',
    asset('raw', 'impact { counts { kind count } assets { node { asset { identityName } } } }'),
    ...both(
      `impact { counts { kind count } assets { node { ${NODE} } through { ${NODE} } } isTruncated ${PAGE} }`,
    ),
  ),
  connected(
    'AssetLineageResolver.lineageDiff',
    ...both(
      `lineageDiff(from: "2000-01-01T00:00:00Z", depth: 10, direction: both) { isTruncated nodes { ${NODE} } gained { nodeIds edges { ${EDGE} } } lost { nodeIds edges { ${EDGE} } } }`,
    ),
  ),
  connected(
    'AssetLineageResolver.paths',
    (t) =>
      gql(
        `{ asset(id: ${s(t.id('raw'))}) { description paths(to: ${s(t.id('clean'))}) { isTruncated paths { nodes { ${NODE} } } } } }`,
      ),
    (t) =>
      gql(
        `{ asset(id: ${s(t.id('source'))}) { description paths(to: ${s(t.id('landing'))}) { isTruncated paths { nodes { ${NODE} } } } } }`,
      ),
  ),
  connected(
    'LineageGroupsResolver.lineageGroups',
    ...both(
      `lineageGroups(groupBy: namespace) { isTruncated start { ${NODE} } groups { key label nearest farthest counts { kind count } nodes { ${NODE} } } edges { from to count } }`,
    ),
    ...both(
      'lineageGroups(groupBy: jobParent) { groups { key label counts { kind count } } edges { from to count } }',
    ),
    ...both(
      'lineageGroups(groupBy: schema) { groups { key label counts { kind count } } edges { from to count } }',
    ),
  ),
  read(
    'AssetLineageResolver.columns',
    asset('clean', 'columns { name type description }'),
    asset('landing', 'columns { name }'),
  ),
  read(
    'AssetLineageResolver.facets',
    asset('raw', 'facets'),
    asset('job', 'facets'),
    asset('landing', 'facets description'),
  ),
  read(
    'AssetLineageResolver.runs',
    asset('job', `runs { nodes { ${RUN} } ${PAGE} }`),
    asset('job', `runs(first: 1) { nodes { ${RUN} } ${PAGE} }`),
  ),
  read(
    'AssetLineageResolver.versions',
    asset('raw', 'versions { version runId seenAt }'),
    asset('landing', 'description versions { version runId seenAt }'),
  ),
  read(
    'AliasResolver.aliases',
    asset('raw', 'aliases { identityName identityNamespace reason }'),
    asset('landing', 'description aliases { id }'),
  ),
  read('EdgeEvidenceResolver.edits', asset('raw', `lineage(depth: 1) { edges { via edits { ${EDIT} } } }`)),
  read(
    'EdgeEvidenceResolver.evidence',
    asset('raw', `description lineage(depth: 1) { edges { via evidence } }`),
  ),
  read(
    'EditResolver.lineageEdits',
    () => gql(`{ lineageEdits { nodes { ${EDIT} } ${PAGE} } }`),
    () => gql(`{ lineageEdits(first: 1, filter: { withEnded: true }) { nodes { ${EDIT} } ${PAGE} } }`),
    (t) => gql(`{ lineageEdits(filter: { assetId: ${s(t.id('raw'))} }) { nodes { ${EDIT} } } }`),
  ),
  write('EditResolver.editLineage', (t) =>
    gql(
      `mutation { editLineage(action: add, from: ${s(t.id('clean'))}, to: ${s(t.id('job'))}, reason: "r") { ${EDIT} } }`,
    ),
  ),
  write('EditResolver.withdrawLineageEdit', (t) =>
    gql(`mutation { withdrawLineageEdit(id: ${s(t.id('edit'))}) { ${EDIT} } }`),
  ),
  read(
    'EventListResolver.lineageEvents',
    () => gql(`{ lineageEvents(first: 200) { nodes { ${EVENT} } ${PAGE} } }`),
    () => gql(`{ lineageEvents(first: 2) { nodes { ${EVENT} } ${PAGE} } }`),
    () => gql(`{ lineageEvents(filter: { isUnprojected: true }) { nodes { ${EVENT} } ${PAGE} } }`),
    (t) => gql(`{ lineageEvents(filter: { assetId: ${s(t.id('raw'))} }) { nodes { ${EVENT} } ${PAGE} } }`),
    (t) => gql(`{ lineageEvents(filter: { runId: ${s(t.run('first'))} }) { nodes { ${EVENT} } ${PAGE} } }`),
  ),
  read('RunResolver.lineageRun', run(RUN)),
  read('RunResolver.facets', run('facets')),
  read('RunResolver.inputs', run('inputs { version asset { id isOpaque asset { identityName } } }')),
  read('RunResolver.outputs', run('outputs { version asset { id isOpaque asset { identityName } } }')),
  read('RunResolver.job', run('job { identityName description }')),
  read('RunResolver.verdict', run('verdict { isLost reason } job { identityName }')),
  read('RunResolver.warnings', (t) =>
    gql(
      `{ lineageRun(id: ${s(t.run('first strange'))}) { job { identityName } warnings { eventId path rule } } }`,
    ),
  ),
  read('RunDatasetCommitResolver.commit', (t) =>
    gql(`{ lineageRun(id: ${s(t.id('trainingRun'))}) { inputs { version commit { message } } } }`),
  ),
  read('RuleResolver.identityRules', () =>
    gql(`{ identityRules(withRemoved: true) { nodes { ${RULE} } ${PAGE} } }`),
  ),
  silent('RuleResolver.builtinIdentityRules', 'publicFacts', () =>
    gql('{ builtinIdentityRules { id summary isOff } }'),
  ),
  read('RuleResolver.previewIdentityRule', (t) =>
    gql(
      'query($i: IdentityRuleInput!) { previewIdentityRule(input: $i) { changes names { reason name { description } toName } } }',
      { i: SPELLED(t) },
    ),
  ),
  {
    ...read('RuleResolver.previewIdentityRuleRemoval', (t) =>
      gql(
        `{ previewIdentityRuleRemoval(id: ${s(t.id('rule'))}) { changes names { toName name { identityName } } } }`,
      ),
    ),
    control: 'differs',
  },
  write(
    'RuleResolver.addIdentityRule',
    (t) =>
      gql(
        'mutation($i: IdentityRuleInput!) { addIdentityRule(input: $i, reason: "r") { changes rule { id } } }',
        {
          i: SPELLED(t),
        },
      ),
    { ends: true, control: 'saysNothing' },
  ),
  write(
    'RuleResolver.removeIdentityRule',
    (t) => gql(`mutation { removeIdentityRule(id: ${s(t.id('rule'))}, reason: "r") { changes } }`),
    { ends: true },
  ),
  write('ProjectionResolver.rebuildLineage', () => gql('mutation { rebuildLineage { events failed } }'), {
    ends: true,
  }),
  write('IngestionController.ingest', (t) => http('POST', '/api/v1/lineage', event(t)), {
    control: 'saysNothing',
  }),
  write(
    'IngestionController.ingest',
    (t) =>
      http('POST', '/api/v1/lineage', { ...event(t), job: { namespace: 'open-data', name: 'openthief' } }),
    { takes: 'a run is named by its id alone, as OpenLineage has it' },
  ),
  write(
    'IngestionController.ingestBatch',
    (t) => http('POST', '/api/v1/lineage/batch', [event(t), event(t)]),
    {
      control: 'saysNothing',
    },
  ),
  connected(
    'ExportController.export',
    () => get('/api/v1/lineage/export?format=openlineage'),
    () => get('/api/v1/lineage/export?format=openlineage&limit=3'),
    () => get('/api/v1/lineage/export?format=csv'),
    () => get('/api/v1/lineage/export?format=csv&of=columns'),
    (t) => get(`/api/v1/lineage/export?format=csv&asset=${t.id('landing')}&depth=5`),
    (t) => get(`/api/v1/lineage/export?format=csv&of=columns&asset=${t.id('landing')}`),
    (t) => get(`/api/v1/lineage/export?format=openlineage&asset=${t.id('landing')}`),
  ),
];
