import { get, gql, http, mutate, read, type Row, s, silent, write } from './row.js';

const FILES = [{ path: 'model.conf', text: 'no model' }];
const ATTEMPT = '{ outcome refusal message }';
const status = (fields: string) => () => gql(`{ policy { version ${fields} } }`);
const OF_FILES = { control: 'forAdministrators' } as const;

/** The policy itself: what is live, what is about to be. */
export const policyRows: readonly Row[] = [
  silent('PolicyResolver.policy', 'forAdministrators', status('generation source changedBy')),
  silent('PolicyResolver.administersPolicy', 'aboutTheCaller', () => gql('{ administersPolicy }')),
  read('PolicyResolver.files', status('files { path text }')),
  silent('PolicyResolver.history', 'forAdministrators', status('history { nodes { version movedBy } }')),
  silent('PolicyResolver.lastAttempt', 'forAdministrators', status(`lastAttempt ${ATTEMPT}`)),
  silent('PolicyResolver.lastOfSource', 'forAdministrators', status(`lastOfSource ${ATTEMPT}`)),
  silent('PolicyResolver.lastRefused', 'forAdministrators', status(`lastRefused ${ATTEMPT}`)),
  silent('PolicyResolver.policyFiles', 'forAdministrators', () =>
    gql(`{ policyFiles(version: "${'0'.repeat(64)}") { path text } }`),
  ),
  write(
    'PolicyResolver.applyPolicy',
    () => mutate('applyPolicy', 'ApplyPolicyInput', { files: FILES, reason: 'x' }, 'outcome'),
    OF_FILES,
  ),
  write(
    'PolicyResolver.rollbackPolicy',
    () => mutate('rollbackPolicy', 'RollbackPolicyInput', { reason: 'x' }, 'outcome'),
    OF_FILES,
  ),
  silent('PolicyInspectionResolver.checkPolicy', 'forAdministrators', () =>
    gql('query($files: [PolicyFileInput!]!) { checkPolicy(files: $files) { findingTotal } }', {
      files: FILES,
    }),
  ),
  silent('PolicyInspectionResolver.diffPolicy', 'forAdministrators', () =>
    gql('query($files: [PolicyFileInput!]!) { diffPolicy(files: $files) { accessTotal } }', { files: FILES }),
  ),
  {
    ...read('PolicyInspectionResolver.explainDecision', (t) =>
      gql(
        `{ explainDecision(input: { subject: "user:none", action: "read", assetId: ${s(t.id('dataset'))} }) { allowed reason } }`,
      ),
    ),
    control: 'differs',
  },
  silent('SimulationResolver.simulatePolicy', 'forAdministrators', () =>
    gql('query($i: SimulatePolicyInput!) { simulatePolicy(input: $i) { version } }', { i: { files: FILES } }),
  ),
  silent('SimulationController.simulate', 'forAdministrators', () =>
    http('POST', '/api/v1/policy/simulations', { files: FILES }),
  ),
];

/** What was decided and changed. */
export const auditRows: readonly Row[] = [
  read('AuditRecordResolver.auditRecords', () =>
    gql(
      '{ auditRecords(first: 200) { nodes { subject action namespace object said } pageInfo { endCursor } } }',
    ),
  ),
  silent('AuditRecordResolver.auditProof', 'forAdministrators', () =>
    gql('{ auditProof(id: "x:1") { root } }'),
  ),
  // Each installation has a key of its own.
  silent('AuditRecordResolver.auditKey', 'publicFacts', () => gql('{ auditKey { __typename } }')),
  read('AuditController.export', () => get('/api/v1/audit/export?format=json')),
  read('AuditController.verify', () => get('/api/v1/audit/evidence')),
  silent('ConfirmationController.replay', 'forAdministrators', () => get('/api/v1/audit/replay')),
  silent('AuditHoldResolver.auditHolds', 'forAdministrators', () =>
    gql('{ auditHolds { subject asset reason } }'),
  ),
  write(
    'AuditHoldResolver.addAuditHold',
    (t) =>
      mutate('addAuditHold', 'AddAuditHoldInput', { subject: `user:${t.word('person')}`, reason: 'x' }, 'id'),
    OF_FILES,
  ),
  write(
    'AuditHoldResolver.removeAuditHold',
    () => gql('mutation { removeAuditHold(id: "01890000-0000-7000-8000-000000000001") { id } }'),
    OF_FILES,
  ),
];
