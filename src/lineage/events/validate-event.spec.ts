import { describe, expect, it } from '@jest/globals';
import { InvalidInputError } from '../../platform/errors/index.js';
import { validateEvent } from './validate-event.js';

const RUN_ID = '01a20a4d-d844-7252-a17f-8a7bb65f3a85';

const event = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  eventTime: '2026-11-23T21:26:47.183986+00:00',
  eventType: 'COMPLETE',
  producer: 'https://example.com/etl',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId: RUN_ID },
  job: { namespace: 'etl', name: 'daily' },
  inputs: [{ namespace: 'postgres://db:5432', name: 'shop.orders' }],
  ...change,
});

const refusal = (value: unknown): InvalidInputError => {
  try {
    validateEvent(value);
  } catch (error) {
    return error as InvalidInputError;
  }
  throw new TypeError('was not refused');
};

describe('an event is refused, naming path and rule', () => {
  it.each<[string, unknown, string, RegExp]>([
    ['a list', [event()], 'body', /JSON object; a list .*batch/],
    ['a text', 'event', 'body', /JSON object/],
    [
      'neither run, job nor dataset',
      event({ run: undefined, job: undefined }),
      'body',
      /run and a job .*a job .*or a dataset/,
    ],
    ['a run without a job', event({ job: undefined }), 'job', /required/],
    [
      'a run id that is no UUID',
      event({ run: { runId: 'run-1' } }),
      'run.runId',
      /must be a UUID, not "run-1"/,
    ],
    ['a run id as a URN', event({ run: { runId: `urn:uuid:${RUN_ID}` } }), 'run.runId', /UUID/],
    [
      'a bad date',
      event({ eventTime: '2026-02-30T00:00:00Z' }),
      'eventTime',
      /date and time.*not "2026-02-30/,
    ],
    ['no date', event({ eventTime: undefined }), 'eventTime', /required/],
    ['no producer', event({ producer: undefined }), 'producer', /required/],
    ['an unknown state', event({ eventType: 'DONE' }), 'eventType', /must be one of START, .*not "DONE"/],
    ['inputs that are no list', event({ inputs: {} }), 'inputs', /array/],
    ['an input without a name', event({ inputs: [{ namespace: 'n' }] }), 'inputs[0].name', /required/],
    ['an empty job name', event({ job: { namespace: 'n', name: '' } }), 'job.name', /must not be empty/],
    [
      'a name too long to be indexed',
      event({ job: { namespace: 'n', name: 'x'.repeat(3000) } }),
      'job.name',
      /2400 bytes/,
    ],
    [
      '10,000 levels',
      event({
        run: { runId: RUN_ID, facets: JSON.parse('{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)) },
      }),
      'body',
      /100 levels/,
    ],
  ])('%s', (_, value, field, rule) => {
    const error = refusal(value);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.field).toBe(field);
    expect(error.rule).toMatch(rule);
  });
});

describe('an event is taken', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['a RunEvent', event(), 'run'],
    ['a RunEvent without a state', event({ eventType: undefined }), 'run'],
    ['a JobEvent', event({ run: undefined, eventType: undefined }), 'job'],
    [
      'a DatasetEvent',
      {
        ...event(),
        run: undefined,
        job: undefined,
        inputs: undefined,
        dataset: { namespace: 'n', name: 'd' },
      },
      'dataset',
    ],
    ['one of 1970', event({ eventTime: '1970-01-01T00:00:00Z' }), 'run'],
    [
      'one with a dataset as input and output',
      event({ outputs: [{ namespace: 'postgres://db:5432', name: 'shop.orders' }] }),
      'run',
    ],
    ['one with properties nobody knows', event({ extra: { a: [1] } }), 'run'],
  ])('%s', (_, value, kind) => {
    const given = structuredClone(value);
    const valid = validateEvent(value);
    expect(valid.kind).toBe(kind);
    expect(valid.warnings).toEqual([]);
    expect(JSON.parse(JSON.stringify(valid.body))).toEqual(JSON.parse(JSON.stringify(given)));
  });

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      'an empty namespace',
      { inputs: [{ namespace: '', name: 'orders' }] },
      'inputs[0].namespace',
      /"unknown"/,
    ],
    ['a time to come', { eventTime: '2100-01-01T00:00:00Z' }, 'eventTime', /future/],
    ['a time without an offset', { eventTime: '2026-11-23T21:26:47.183986' }, 'eventTime', /UTC/],
    ['null outputs', { outputs: null }, 'outputs', /null/],
    ['null facets', { job: { namespace: 'n', name: 'j', facets: null } }, 'job.facets', /object/],
    [
      'a facet that is no object',
      { job: { namespace: 'n', name: 'j', facets: { mine: 'x' } } },
      'job.facets.mine',
      /object/,
    ],
    [
      'a standard facet that breaks its schema',
      {
        job: {
          namespace: 'n',
          name: 'j',
          facets: { sql: { _producer: 'https://p', _schemaURL: 'https://s', query: 5 } },
        },
      },
      'job.facets.sql.query',
      /facet schema/,
    ],
  ])('with a warning: %s', (_, change, path, rule) => {
    const { warnings } = validateEvent(event(change));
    expect(warnings.map((warning) => warning.path)).toContain(path);
    expect(warnings.find((warning) => warning.path === path)?.rule).toMatch(rule);
  });
});
