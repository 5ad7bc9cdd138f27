import { describe, expect, test } from '@jest/globals';
import { InvalidEventError } from '../errors.js';
import { CORE_SCHEMA_URL } from '../generated/facets.js';
import { PRODUCER } from '../testing/events.js';
import { facetProblems, isValidEvent } from '../testing/validation.js';
import type { RunEventDraft } from './drafts.js';
import { dataset, datasetEvent, jobEvent, runEvent } from './events.js';
import { facet } from './facets.js';

const RUN_ID = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
const minimal: RunEventDraft = {
  producer: PRODUCER,
  eventType: 'START',
  run: { runId: RUN_ID },
  job: { namespace: 'shop', name: 'clean' },
};
const schema = { fields: [{ name: 'id', type: 'BIGINT' }] };

describe('a run event', () => {
  const event = runEvent({
    ...minimal,
    eventTime: new Date('2026-01-02T03:04:05.678Z'),
    run: {
      runId: RUN_ID,
      facets: {
        parent: { run: { runId: RUN_ID }, job: { namespace: 'shop', name: 'daily' } },
        nominalTime: { nominalStartTime: '2026-01-02T00:00:00Z' },
        errorMessage: undefined,
      },
    },
    job: {
      namespace: 'shop',
      name: 'clean',
      facets: { sql: { query: 'SELECT 1' }, jobType: { processingType: 'BATCH', integration: 'CAIRN' } },
    },
    inputs: [
      {
        ...dataset('s3://lake', 'raw/orders', { schema }),
        inputFacets: { dataQualityMetrics: { rowCount: 3, columnMetrics: {} } },
      },
    ],
    outputs: [
      {
        ...dataset('s3://lake', 'orders', {
          columnLineage: {
            fields: { id: { inputFields: [{ namespace: 's3://lake', name: 'raw/orders', field: 'id' }] } },
          },
          acme_cost: { _schemaURL: 'https://acme.example/cost.json', euros: 2 },
        }),
        outputFacets: { outputStatistics: { rowCount: 3 } },
      },
    ],
  });

  test('is valid by the core schema, and each of its standard facets by its own', () => {
    expect(isValidEvent(event)).toBe(true);
    expect(facetProblems(event)).toEqual([]);
  });

  test('names itself, its instant and its producer', () => {
    expect(event).toMatchObject({
      eventTime: '2026-01-02T03:04:05.678Z',
      producer: PRODUCER,
      schemaURL: `${CORE_SCHEMA_URL}#/$defs/RunEvent`,
    });
  });

  test('says in each facet who made it and where its schema is, by the entity it belongs to', () => {
    expect(event.job.facets?.sql).toEqual({
      _producer: PRODUCER,
      _schemaURL: 'https://openlineage.io/spec/facets/1-1-0/SQLJobFacet.json#/$defs/SQLJobFacet',
      query: 'SELECT 1',
    });
    expect(event.inputs?.[0]?.inputFacets?.dataQualityMetrics?._schemaURL).toContain(
      'InputDatasetFacet.json',
    );
  });

  test('keeps the schema address of a facet that is not standard', () => {
    expect(event.outputs?.[0]?.facets?.acme_cost).toEqual({
      _producer: PRODUCER,
      _schemaURL: 'https://acme.example/cost.json',
      euros: 2,
    });
  });

  test('leaves out a facet that is undefined', () => {
    expect(Object.keys(event.run.facets ?? {})).toEqual(['parent', 'nominalTime']);
  });

  test('happens now, unless it says when', () => {
    const before = Date.now();
    const at = Date.parse(runEvent(minimal).eventTime);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  });
});

test('a job event and a dataset event are valid by the core schema', () => {
  const job = { namespace: 'shop', name: 'clean', facets: { tags: { tags: [{ key: 'team', value: 'a' }] } } };
  const declared = jobEvent({ producer: PRODUCER, job, outputs: [dataset('s3://lake', 'orders')] });
  const described = datasetEvent({ producer: PRODUCER, dataset: dataset('s3://lake', 'orders', { schema }) });
  for (const event of [declared, described]) {
    expect(isValidEvent(event)).toBe(true);
    expect(facetProblems(event)).toEqual([]);
  }
  expect(declared.schemaURL).toMatch(/JobEvent$/);
  expect(described.schemaURL).toMatch(/DatasetEvent$/);
});

test('a facet of its own is signed like one in a builder', () => {
  expect(facet('dataset', 'schema', PRODUCER, schema)).toEqual({
    _producer: PRODUCER,
    _schemaURL: 'https://openlineage.io/spec/facets/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet',
    ...schema,
  });
});

test.each<[string, Partial<RunEventDraft>]>([
  ['producer', { producer: 'not a uri' }],
  ['eventTime', { eventTime: '2026-01-02 03:04' }],
  ['eventTime', { eventTime: '2026-01-02T03:04:05' }],
  ['eventTime', { eventTime: '2026-13-02T03:04:05Z' }],
  ['eventTime', { eventTime: new Date(Number.NaN) }],
  ['run.runId', { run: { runId: 'run-1' } }],
  ['job.name', { job: { namespace: 'shop', name: '' } }],
  ['inputs[1].namespace', { inputs: [dataset('a', 'b'), dataset('', 'b')] }],
  ['outputs[0].facets.mine._schemaURL', { outputs: [dataset('a', 'b', { mine: { x: 1 } })] }],
  ['outputs[0].facets.toString._schemaURL', { outputs: [dataset('a', 'b', { toString: { x: 1 } })] }],
  ['run.facets.tags', { run: { runId: RUN_ID, facets: { tags: [] as never } } }],
])('an event with a bad %s is refused by that name', (field, change) => {
  const attempt = () => runEvent({ ...minimal, ...change });
  expect(attempt).toThrow(InvalidEventError);
  expect(attempt).toThrow(expect.objectContaining({ field }));
});

test('the compiler refuses what no schema allows', () => {
  const job = { namespace: 'shop', name: 'clean' };
  // @ts-expect-error a required field of a standard facet is missing
  runEvent({ ...minimal, job: { ...job, facets: { sql: { dialect: 'trino' } } } });
  // @ts-expect-error a field of a standard facet has another type
  runEvent({ ...minimal, job: { ...job, facets: { sql: { query: 1 } } } });
  // @ts-expect-error there is no such transition
  runEvent({ ...minimal, eventType: 'DONE' });
  // @ts-expect-error there is no such standard facet
  expect(() => facet('job', 'schema', PRODUCER, {})).toThrow(InvalidEventError);
  // @ts-expect-error a standard facet has no such field
  facet('job', 'sql', PRODUCER, { query: 'SELECT 1', dialekt: 'trino' });
  // @ts-expect-error a standard facet has no such field
  runEvent({ ...minimal, job: { ...job, facets: { sql: { query: 'SELECT 1', dialekt: 'trino' } } } });
  expect(runEvent(minimal).job.facets).toBeUndefined();
});
