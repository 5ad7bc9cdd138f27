import { randomUUID } from 'node:crypto';
import { clientOf } from './client.mjs';

const PRODUCER = 'https://example.org/explorer-test';
const RAW =
  'species,island,bill_length_mm,sex\nAdelie,Torgersen,39.1,male\nAdelie,Torgersen,,\nGentoo,Biscoe,46.1,female\n';
const CLEAN =
  'species,island,bill_length_mm,sex,year\nAdelie,Torgersen,39.1,male,2007\nGentoo,Biscoe,46.1,female,2009\n';

/**
 * Fills a service over its public API: a repository with two commits, a branch and a tag; four jobs with lineage and column lineage; a payroll
 * table that only administrators may see.
 * @returns {Promise<{analystToken: string}>}
 */
export async function seed({ url, adminToken }) {
  const { ask, commit, send, tokenFor } = clientOf({ url, token: adminToken });
  const repository = {
    name: 'penguins',
    kind: 'dataset',
    namespace: 'field/palmer',
    description: 'Body measures of three penguin species on three islands, as observed at Palmer Station.',
  };
  const made = await ask(
    'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { asset { id } } }',
    { i: repository },
  );
  await ask('mutation($id: ID!, $i: EditAssetInput!) { editAsset(id: $id, input: $i) { id } }', {
    id: made.createRepository.asset.id,
    i: { owners: ['user:pia.engineer'], tags: ['pii.location'] },
  });
  await commit('penguins', 'Raw observations as published', { 'penguins.csv': RAW });
  const head = await commit('penguins', 'Drop incomplete rows, add the year', { 'penguins.csv': CLEAN });
  await ask('mutation($i: CreateTagInput!) { createTag(input: $i) { name } }', {
    i: { repository: 'penguins', name: 'v1', revision: 'main' },
  });
  await ask('mutation($i: CreateBranchInput!) { createBranch(input: $i) { name } }', {
    i: { repository: 'penguins', name: 'clean', from: 'main' },
  });

  await send(eventsOf(head));
  return { analystToken: await tokenFor('user:ana.analyst') };
}

export const facet = (value) => ({
  _producer: PRODUCER,
  _schemaURL: 'https://openlineage.io/spec/facets/1-0-0/CustomFacet.json',
  ...value,
});
export const fields = (...names) => ({
  schema: facet({ fields: names.map(([name, type]) => ({ name, type })) }),
});

const columns = (links) => ({
  columnLineage: facet({
    fields: Object.fromEntries(
      Object.entries(links).map(([to, [from, field]]) => [
        to,
        {
          inputFields: [
            {
              namespace: from.namespace,
              name: from.name,
              field,
              transformations: [{ type: 'DIRECT', subtype: 'IDENTITY' }],
            },
          ],
        },
      ]),
    ),
  }),
});
/** A dataset with the columns that its columns were made of. */
export const withColumns = (dataset, links) => ({
  ...dataset,
  facets: { ...dataset.facets, ...columns(links) },
});

function eventsOf(head) {
  const lake = (name, ...names) => ({ namespace: 's3://lake', name, facets: fields(...names) });
  const observations = {
    namespace: 'postgres://station:5432',
    name: 'survey.public.observations',
    facets: fields(
      ['species', 'text'],
      ['island', 'text'],
      ['bill_length', 'numeric'],
      ['seen_at', 'timestamp'],
    ),
  };
  const islands = {
    namespace: 'postgres://station:5432',
    name: 'survey.public.islands',
    facets: fields(['island', 'text'], ['lat', 'numeric']),
  };
  const payroll = {
    namespace: 'postgres://payroll:5432',
    name: 'hr.public.salaries',
    facets: fields(['name', 'text'], ['salary', 'numeric']),
  };
  const penguins = {
    namespace: 'cairn',
    name: 'penguins',
    facets: { version: facet({ datasetVersion: head }) },
  };
  const features = lake(
    'features/penguins',
    ['species', 'string'],
    ['bill_length_mm', 'double'],
    ['year', 'int'],
  );
  const report = lake('reports/species', ['species', 'string'], ['mean_bill_length_mm', 'double']);
  return [
    run(
      'airflow://prod',
      'survey.publish',
      [observations, islands, payroll],
      [
        withColumns(penguins, {
          species: [observations, 'species'],
          island: [islands, 'island'],
          bill_length_mm: [observations, 'bill_length'],
        }),
      ],
    ),
    run(
      'airflow://prod',
      'features.penguins',
      [penguins],
      [
        withColumns(features, {
          species: [penguins, 'species'],
          bill_length_mm: [penguins, 'bill_length_mm'],
          year: [penguins, 'year'],
        }),
      ],
    ),
    run(
      'dbt://analytics',
      'species_report',
      [features],
      [
        withColumns(report, {
          species: [features, 'species'],
          mean_bill_length_mm: [features, 'bill_length_mm'],
        }),
      ],
    ),
    run('dbt://analytics', 'species_mail', [report], [lake('mail/weekly', ['body', 'string'])]),
  ].flat();
}

/** A run that started at nine and took four minutes. */
export function run(namespace, name, inputs, outputs) {
  const runId = randomUUID();
  const common = {
    producer: PRODUCER,
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId },
    job: { namespace, name },
  };
  return [
    { ...common, eventType: 'START', eventTime: '2026-11-20T09:00:00Z', inputs, outputs: [] },
    { ...common, eventType: 'COMPLETE', eventTime: '2026-11-20T09:04:00Z', inputs, outputs },
  ];
}
