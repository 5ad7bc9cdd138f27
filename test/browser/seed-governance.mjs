import { clientOf } from './client.mjs';
import { facet, fields, run, withColumns } from './seed.mjs';

const KEEPERS = `id,name,mail,contact,note
1,Ingrid Halvorsen,ingrid@station.example,+47 22 85 50 50,north colony
2,Bao Nguyen,bao@station.example,+47 22 85 50 51,
3,Carmen Ruiz,carmen@station.example,+47 22 85 50 52,"relieves Ingrid, in winter"
`;

/**
 * Fills a service with what is to be governed: a table of persons with classifications of all origins, a list made of it, a request for
 * access to decide on and an emergency to review.
 * @returns {Promise<{stewardToken: string, keepersId: string}>}
 */
export async function seedGovernance({ url, adminToken }) {
  const admin = clientOf({ url, token: adminToken });
  const { createRepository } = await admin.ask(
    'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { asset { id } } }',
    {
      i: {
        name: 'keepers',
        kind: 'dataset',
        namespace: 'field/palmer',
        description: 'Who keeps the station.',
      },
    },
  );
  const keepersId = createRepository.asset.id;
  const head = await admin.commit('keepers', 'Keepers of this year', { 'keepers.csv': KEEPERS });
  await admin.ask(
    'mutation($id: ID!) { addClassification(id: $id, tag: "pii.name", column: "name", reason: "full names of the staff") { id } }',
    { id: keepersId },
  );
  const keepers = {
    namespace: 'cairn',
    name: 'keepers',
    facets: { version: facet({ datasetVersion: head }) },
  };
  const list = { namespace: 's3://lake', name: 'mailing/keepers', facets: fields(['address', 'string']) };
  await admin.send(
    run('airflow://prod', 'mailing.keepers', [keepers], [withColumns(list, { address: [keepers, 'mail'] })]),
  );
  const stewardToken = await admin.tokenFor('user:sam.steward');
  const oncall = clientOf({ url, token: await admin.tokenFor('user:ola.oncall') });
  const { breakGlass } = await oncall.ask('mutation($i: BreakGlassInput!) { breakGlass(input: $i) { id } }', {
    i: { namespace: 'hr', actions: ['read'], reason: 'The nightly payroll run fails on a row.', minutes: 30 },
  });
  await oncall.ask('mutation($id: ID!) { endEmergency(id: $id) { id } }', { id: breakGlass.id });
  return { stewardToken, keepersId };
}
