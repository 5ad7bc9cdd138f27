import { get, gql, mutate, read, type Row, s, silent, write } from './row.js';
import type { Things } from '../things.js';

const REQUEST = 'id state steps requester namespace kind name reason policyLines';
const EMERGENCY = 'id state steps subject namespace kind name reason';
const until = new Date(Date.now() + 86_400_000).toISOString();
const asked = (t: Things) => s(t.id('accessRequest'));
const declared = (t: Things) => s(t.id('emergency'));

/** Access that people ask for, and emergencies that they declare. */
export const peopleRows: readonly Row[] = [
  read('AccessRequestResolver.accessRequests', () => gql(`{ accessRequests { nodes { ${REQUEST} } } }`)),
  write('AccessRequestResolver.requestAccess', (t) =>
    mutate(
      'requestAccess',
      'RequestAccessInput',
      { assetId: t.id('dataset'), actions: ['read'], reason: 'x', until },
      REQUEST,
    ),
  ),
  write('AccessRequestResolver.approveAccess', (t) =>
    gql(`mutation { approveAccess(id: ${asked(t)}, reason: "x") { ${REQUEST} } }`),
  ),
  write('AccessRequestResolver.denyAccess', (t) =>
    gql(`mutation { denyAccess(id: ${asked(t)}, reason: "x") { ${REQUEST} } }`),
  ),
  write('AccessRequestResolver.revokeAccess', (t) =>
    gql(`mutation { revokeAccess(id: ${asked(t)}, reason: "x") { ${REQUEST} } }`),
  ),
  write(
    'AccessRequestResolver.withdrawAccessRequest',
    (t) => gql(`mutation { withdrawAccessRequest(id: ${asked(t)}) { ${REQUEST} } }`),
    { control: 'aboutTheCaller' },
  ),
  read('EmergencyResolver.emergencies', () => gql(`{ emergencies { nodes { ${EMERGENCY} } } }`)),
  write('EmergencyResolver.breakGlass', (t) =>
    mutate(
      'breakGlass',
      'BreakGlassInput',
      { assetId: t.id('dataset'), actions: ['read'], reason: 'x', minutes: 1 },
      EMERGENCY,
    ),
  ),
  write('EmergencyResolver.endEmergency', (t) =>
    gql(`mutation { endEmergency(id: ${declared(t)}) { ${EMERGENCY} } }`),
  ),
  write('EmergencyResolver.reviewEmergency', (t) =>
    gql(`mutation { reviewEmergency(id: ${declared(t)}, review: "x") { ${EMERGENCY} } }`),
  ),
  silent('SignInController.signIn', 'publicFacts', () => get('/api/v1/auth')),
];

const dataset = (t: Things) => s(t.id('dataset'));
const claim =
  (name: string, more = '') =>
  (t: Things) =>
    gql(
      `mutation { ${name}(id: ${dataset(t)}, tag: "plain", reason: "x"${more}) { id identityName classifications { tag } } }`,
    );
const DECLASSIFIER = 'id kind tag reason requestedBy asset { identityName }';

/** Classifications that travel. */
export const classificationRows: readonly Row[] = [
  read('ClassificationFlowResolver.classifications', (t) =>
    gql(`{ asset(id: ${dataset(t)}) { classifications { tag column origin state author reason source } } }`),
  ),
  {
    ...read('ClassificationFlowResolver.classificationPaths', (t) =>
      gql(
        `{ asset(id: ${dataset(t)}) { identityName classificationPaths(tag: ${s(t.tags.at(-1)!)}) { steps { column node { asset { identityName } } } } } }`,
      ),
    ),
    opaque: true,
  },
  read('ClassificationFlowResolver.list', () => gql(`{ declassifiers { nodes { ${DECLASSIFIER} } } }`)),
  write('ClassificationFlowResolver.requestDeclassifier', (t) =>
    gql(
      `mutation { requestDeclassifier(assetId: ${dataset(t)}, kind: column, column: "x", tag: "plain", reason: "x") { ${DECLASSIFIER} } }`,
    ),
  ),
  write('ClassificationFlowResolver.confirmDeclassifier', (t) =>
    gql(`mutation { confirmDeclassifier(id: ${s(t.id('declassifier'))}) { ${DECLASSIFIER} } }`),
  ),
  write('ClassificationFlowResolver.endDeclassifier', (t) =>
    gql(`mutation { endDeclassifier(id: ${s(t.id('declassifier'))}) { ${DECLASSIFIER} } }`),
  ),
  write('ClassificationFlowResolver.scanAsset', (t) =>
    gql(`mutation { scanAsset(id: ${dataset(t)}) { id identityName } }`),
  ),
  write('ClassificationResolver.addClassification', claim('addClassification')),
  write('ClassificationResolver.decideClassification', claim('decideClassification', ', state: rejected')),
  write('ClassificationResolver.removeClassification', claim('removeClassification')),
];
