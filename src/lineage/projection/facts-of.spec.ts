import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expectedLineage, RECORDINGS, recordedEvents } from '../../../test/support/recorded-events.js';
import { canonicalJson, sha256Hex } from '../events/canonical-json.js';
import type { EventBody, LoggedEvent } from '../events/event.js';
import { redact } from '../events/redaction.js';
import { validateEvent } from '../events/validate-event.js';
import type { Facts } from './facts.js';
import { factsOf } from './facts-of.js';
import type { IdOf } from './identity.js';
import { joinFacts } from './merge-facts.js';

const idOf: IdOf = ({ space, identityNamespace, identityName }) =>
  JSON.stringify([space, identityNamespace, identityName]);

function logged(value: Record<string, unknown>): LoggedEvent | undefined {
  try {
    const { body } = validateEvent(value);
    redact(body);
    return { id: sha256Hex(canonicalJson(body)), body, withheld: [] };
  } catch {
    return undefined;
  }
}

const recorded = (name: string): LoggedEvent[] =>
  recordedEvents(name).flatMap((event) => logged(event) ?? []);

const spelled = (facts: Facts): string =>
  canonicalJson(
    Object.fromEntries(
      Object.entries(facts).map(([table, rows]) => [table, Object.fromEntries(rows as Map<string, unknown>)]),
    ),
  );

const RUN = '01a20a4d-d844-7252-a17f-8a7bb65f3a85';
const PARENT = '01a20a4d-d844-7252-a17f-8a7bb65f3a86';
const event = (change: Record<string, unknown>): LoggedEvent =>
  logged({
    eventTime: '2026-11-23T10:00:00Z',
    producer: 'https://example.com',
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json',
    run: { runId: RUN },
    job: { namespace: 'etl', name: 'daily' },
    ...change,
  })!;
const data = (name: string) => idOf({ space: 'data', identityNamespace: 'db', identityName: name });
const job = (name: string) => idOf({ space: 'job', identityNamespace: 'etl', identityName: name });
const dataset = (name: string, facets: object = {}) => ({ namespace: 'db', name, facets });
const columnsOf = ({ statements }: Facts) => [...statements.values()].flatMap(({ value }) => value.columns);

describe('facts of any events', () => {
  it.each(RECORDINGS)('of %s are the same in any order and with repeats', (name) => {
    const all = recorded(name).map((one) => factsOf(one, idOf));
    expect(all.length).toBeGreaterThan(3);
    const inOrder = spelled(joinFacts(all));
    const order = fc.shuffledSubarray(all, { minLength: all.length });
    fc.assert(
      fc.property(order, fc.array(fc.constantFrom(...all), { maxLength: 20 }), (shuffled, repeats) => {
        expect(spelled(joinFacts([...repeats, ...shuffled, ...repeats]))).toBe(inOrder);
      }),
      { numRuns: 20 },
    );
  });

  it('grouping makes no difference', () => {
    const all = recorded('openlineage-python').map((one) => factsOf(one, idOf));
    const whole = spelled(joinFacts(all));
    for (let cut = 0; cut <= all.length; cut += 7) {
      expect(spelled(joinFacts([joinFacts(all.slice(cut)), joinFacts(all.slice(0, cut))]))).toBe(whole);
    }
  });

  it('of dbt hold every dataset edge of its pipeline', () => {
    const expected = expectedLineage('dbt-duckdb');
    const { edges } = joinFacts(recorded('dbt-duckdb').map((one) => factsOf(one, idOf)));
    const jobNames = new Map<string, string[]>(
      expected['jobs'].map((j: any) => [j.name, [j.name, ...(j.otherNames ?? [])]]),
    );
    const missing = expected['edges'].filter(([datasetKey, jobKey, verb]: [string, string, string]) => {
      const { namespace, name } = expected['datasets'][datasetKey];
      const at = idOf({ space: 'data', identityNamespace: namespace, identityName: name });
      return !jobNames.get(jobKey)!.some((jobName) => {
        const by = idOf({ space: 'job', identityNamespace: 'shop-dbt', identityName: jobName });
        return edges.has(verb === 'reads' ? `${at} ${by}` : `${by} ${at}`);
      });
    });
    expect(missing).toEqual([]);
  });
});

describe('a run', () => {
  const state = (...types: string[]) =>
    joinFacts(
      types.map((eventType, i) => factsOf(event({ eventType, eventTime: `2026-11-23T10:0${i}:00Z` }), idOf)),
    ).runs.get(RUN);

  it.each([
    [['COMPLETE', 'START'], 'complete'],
    [['START', 'RUNNING'], 'running'],
    [['FAIL', 'COMPLETE'], 'fail'],
    [['ABORT', 'COMPLETE'], 'abort'],
    [['ABORT', 'FAIL'], 'fail'],
    [['COMPLETE', 'OTHER'], 'complete'],
  ])('told %j is %s', (types, expected) => expect(state(...types)!.state).toBe(expected));

  it('starts with its earliest START and ends with its latest end', () => {
    expect(state('START', 'START', 'COMPLETE', 'COMPLETE')).toMatchObject({
      startedAt: '2026-11-23T10:00:00.000000Z',
      endedAt: '2026-11-23T10:03:00.000000Z',
    });
  });

  it("belongs to the job of its own events, whatever its children's parent facets say later", () => {
    const own = event({
      run: { runId: PARENT },
      job: { namespace: 'etl', name: 'dag' },
      eventTime: '2026-11-23T09:00:00Z',
    });
    const child = event({
      run: {
        runId: RUN,
        facets: { parent: { run: { runId: PARENT }, job: { namespace: 'etl', name: 'DAG!' } } },
      },
    });
    const { runs } = joinFacts([factsOf(child, idOf), factsOf(own, idOf)]);
    expect(runs.get(PARENT)!.jobId).toBe(job('dag'));
    expect(runs.get(RUN)!.parentRunId).toBe(PARENT);
  });
});

describe('facets', () => {
  const at = (eventTime: string, facets: object) =>
    factsOf(event({ eventTime, outputs: [dataset('t', facets)] }), idOf);
  const facet = (value: object) => ({ _producer: 'p', _schemaURL: 's', ...value });

  it('of later events win, and a deleted facet is gone until it is sent again', () => {
    const first = at('2026-11-23T10:00:00Z', { tags: facet({ tags: [1] }) });
    const deleted = at('2026-11-23T11:00:00Z', { tags: facet({ _deleted: true }) });
    const again = at('2026-11-23T12:00:00Z', { tags: facet({ tags: [2] }) });
    const value = (facts: Facts) => facts.facets.get(`asset ${data('t')} tags`)!.value;
    expect(value(joinFacts([deleted, first]))).toBeNull();
    expect(value(joinFacts([again, first, deleted]))).toEqual(facet({ tags: [2] }));
  });

  it('nobody knows are kept whole', () => {
    const odd = { deep: [{ a: [null, 1.5, 'x'] }], '': 0 };
    expect(at('2026-11-23T10:00:00Z', { mine: odd }).facets.get(`asset ${data('t')} mine`)!.value).toEqual(
      odd,
    );
  });

  it('of an input that the sender may not describe are not taken, its edge is', () => {
    const sent = event({
      inputs: [dataset('t', { schema: facet({ fields: [] }), version: facet({ datasetVersion: '7' }) })],
    });
    const facts = factsOf({ ...sent, withheld: [data('t')] }, idOf);
    expect([...facts.facets.keys()]).toEqual([]);
    expect([...facts.versions.keys()]).toEqual([]);
    expect(facts.edges.has(`${data('t')} ${job('daily')}`)).toBe(true);
    expect([...facts.runDatasets.values()]).toMatchObject([{ version: '7', direction: 'input' }]);
  });
});

describe('a symlink', () => {
  const samesOf = (namespace: string, to: { namespace: string; name: string }) => {
    const symlinks = { identifiers: [{ ...to, type: 'TABLE' }] };
    const { sames, assets } = factsOf(
      event({ inputs: [{ namespace, name: 'orders', facets: { symlinks } }] }),
      idOf,
    );
    return [sames.size, assets.size];
  };

  it.each([
    ['of a path names its table', 's3://lake', { namespace: 's3://lake', name: 'shop.orders' }, [1, 3]],
    [
      'of a topic names a table elsewhere',
      'kafka://b:9092',
      { namespace: 'hive://m:9083', name: 'shop.orders' },
      [1, 3],
    ],
    [
      'of a topic names nothing on the same servers, where it is what a Flink session calls it',
      'kafka://b:9092',
      { namespace: 'kafka://b:9092', name: 'default_catalog.default_database.source' },
      [0, 2],
    ],
  ])('%s', (_says, namespace, to, counts) => {
    expect(samesOf(namespace, to)).toEqual(counts);
  });
});

describe('edges', () => {
  it('go both ways for a job that reads what it writes', () => {
    const { edges } = factsOf(event({ inputs: [dataset('t')], outputs: [dataset('t')] }), idOf);
    expect([...edges.keys()].sort()).toEqual(
      [`${data('t')} ${job('daily')}`, `${job('daily')} ${data('t')}`].sort(),
    );
  });

  it('follow an explicit lineage facet of the job', () => {
    const entries = [
      {
        type: 'DATASET',
        ...dataset('view'),
        inputs: [{ type: 'DATASET', ...dataset('t') }],
        fields: {
          domain: {
            inputs: [
              { type: 'DATASET', ...dataset('t'), field: 'email', transformations: [{ type: 'DIRECT' }] },
            ],
          },
        },
      },
    ];
    const facts = factsOf(
      event({ job: { namespace: 'etl', name: 'daily', facets: { lineage: { entries } } } }),
      idOf,
    );
    expect(facts.edges.size).toBe(2);
    expect(columnsOf(facts)).toMatchObject([
      { sourceColumn: 'email', targetColumn: 'domain', transformation: 'direct' },
    ]);
  });

  it('of columns are direct or indirect, and * stands for the whole dataset', () => {
    const columnLineage = {
      fields: {
        total: {
          inputFields: [
            { ...dataset('t'), field: 'amount' },
            { ...dataset('t'), field: 'paid', transformations: [{ type: 'INDIRECT' }] },
          ],
        },
      },
      dataset: [
        { ...dataset('t'), field: 'status' },
        { ...dataset('t'), field: 'day', transformations: [{ type: 'DIRECT', subtype: 'IDENTITY' }] },
        {
          ...dataset('t'),
          field: 'who',
          transformations: [{ type: 'DIRECT' }, { type: 'INDIRECT', subtype: 'GROUP_BY' }],
        },
      ],
    };
    const facts = factsOf(event({ outputs: [dataset('sums', { columnLineage })] }), idOf);
    const told = columnsOf(facts).map((e) => [e.sourceColumn, e.targetColumn, e.transformation, e.subtype]);
    expect(told.sort()).toEqual([
      ['amount', 'total', 'direct', ''],
      ['day', '*', 'indirect', ''],
      ['paid', 'total', 'indirect', ''],
      ['status', '*', 'indirect', ''],
      ['who', '*', 'indirect', 'GROUP_BY'],
    ]);
  });

  it.each([
    ['where nothing says what columns there are', {}, ['_1', 'who']],
    [
      'where the schema has such a column',
      { schema: { fields: [{ name: '_1' }, { name: 'who' }] } },
      ['_1', 'who'],
    ],
    ['but not where the schema has none', { schema: { fields: [{ name: 'n' }, { name: 'who' }] } }, ['who']],
  ])('of a column _1 are told %s', (_where, facets, targets) => {
    const inputFields = [{ ...dataset('t'), field: 'k' }];
    const columnLineage = { fields: { _1: { inputFields }, who: { inputFields } } };
    const facts = factsOf(event({ outputs: [dataset('sums', { ...facets, columnLineage })] }), idOf);
    expect(columnsOf(facts).map((e) => e.targetColumn)).toEqual(targets);
    expect([...facts.statements.values()][0]!.value.inputIds).toEqual([data('t')]);
  });

  it('of what a query calls its columns are none of a table whose whole schema has not got them', () => {
    const inputFields = [{ ...dataset('t'), field: 'k' }];
    const columnLineage = {
      fields: { K: { inputFields }, who: { inputFields }, 'to.city': { inputFields } },
    };
    const fields = ['who', 'n', 'to'].map((name) => ({ name, type: 'text' }));
    const told = (facets: object) =>
      columnsOf(
        factsOf(
          event({
            job: { namespace: 'etl', name: 'daily', facets },
            outputs: [dataset('sums', { schema: { fields }, columnLineage })],
          }),
          idOf,
        ),
      ).map((e) => e.targetColumn);
    expect(told({ sql: { query: 'INSERT INTO sums (who, n) SELECT who, k FROM t' } })).toEqual([
      'to.city',
      'who',
    ]);
    expect(told({})).toContain('K');
  });

  it('are spelled as the schemas of their event have them', () => {
    const snowflake = (name: string, columns: readonly string[]) => ({
      namespace: 'snowflake://org-account',
      name,
      facets: { schema: { fields: columns.map((column) => ({ name: column })) } },
    });
    const from = (name: string, field: string) => ({
      inputFields: [{ namespace: 'snowflake://org-account', name, field }],
    });
    const columnLineage = {
      fields: {
        mail: from('shop.raw.customers', 'email'),
        Id: from('SHOP.RAW.CUSTOMERS', 'id'),
        age: from('SHOP.RAW.PEOPLE', 'age'),
      },
    };
    const { facets, ...mart } = snowflake('SHOP.MART.C', ['MAIL', 'ID', 'id', 'AGE']);
    const facts = factsOf(
      event({
        inputs: [snowflake('SHOP.RAW.CUSTOMERS', ['EMAIL', 'ID'])],
        outputs: [{ ...mart, facets: { ...facets, columnLineage } }],
      }),
      idOf,
    );
    expect(
      columnsOf(facts)
        .map((e) => `${e.targetColumn} from ${e.sourceColumn}`)
        .sort(),
    ).toEqual(['AGE from age', 'Id from ID', 'MAIL from EMAIL']);
  });

  it.each([
    null,
    5,
    'x',
    [],
    { fields: [] },
    { fields: { a: null, b: { inputFields: 'x' }, c: { inputFields: [null, 1, {}] } }, dataset: {} },
  ])('of a malformed columnLineage facet %j are passed over', (columnLineage) => {
    expect(columnsOf(factsOf(event({ outputs: [dataset('t', { columnLineage })] }), idOf))).toEqual([]);
  });
});

it('a model and an endpoint are told by their facets', () => {
  const body: Partial<EventBody> = {
    job: {
      namespace: 'etl',
      name: 'daily',
      facets: { jobType: { processingType: 'STREAMING', integration: 'CAIRN', jobType: 'ENDPOINT' } },
    },
    inputs: [dataset('m', { datasetType: { datasetType: 'MODEL' } }), dataset('m')],
  };
  const { assets } = factsOf(event(body), idOf);
  expect(assets.get(job('daily'))!.kind).toBe('endpoint');
  expect(assets.get(data('m'))!.kind).toBe('model');
});

it('what a statement takes out of another output is an input of the job', () => {
  const column = { targetColumn: 'x', transformation: 'direct', subtype: '', isMasking: false } as const;
  const from = (name: string) => ({ dataset: dataset(name), sourceColumn: 'y', ...column });
  const given = event({ inputs: [dataset('s')], outputs: [dataset('stage'), dataset('t')] });
  const { edges, runDatasets } = factsOf(given, idOf, {
    problems: [],
    outputs: [
      { output: dataset('stage'), inputs: [dataset('s')], columns: [from('s')] },
      { output: dataset('t'), inputs: null, columns: [from('stage')] },
    ],
  });
  const into = [data('s'), data('stage')].map((id) => `${id} ${job('daily')}`);
  const outOf = [data('stage'), data('t')].map((id) => `${job('daily')} ${id}`);
  expect([...edges.keys()].sort()).toEqual([...into, ...outOf].sort());
  expect(runDatasets.get(`${RUN} ${job('daily')} input ${data('stage')}`)).toBeDefined();
});

it('the schema that a reader tells counts where nobody else tells one', () => {
  const schema = (...names: string[]) => ({
    schema: { fields: names.map((name) => ({ name, type: 'int' })) },
  });
  const told = (hour: number, change: object) =>
    factsOf(event({ eventTime: `2026-11-23T0${hour}:00:00Z`, ...change }), idOf);
  const read = (hour: number, ...names: string[]) => told(hour, { inputs: [dataset('t', schema(...names))] });
  const written = told(3, { outputs: [dataset('t', schema('id', 'amount'))] });
  const described = told(6, { run: undefined, job: undefined, dataset: dataset('t', schema('id', 'sum')) });
  const columns = (...facts: Facts[]) =>
    [joinFacts(facts), joinFacts([...facts].reverse())].map(
      ({ facets }) => facets.get(`asset ${data('t')} schema`)!.value,
    );
  const twice = (...names: string[]) => Array(2).fill(schema(...names).schema);
  expect(columns(read(1, 'id'), read(2, 'amount'))).toEqual(twice('amount'));
  expect(columns(read(1, 'id'), written, read(5, 'amount'))).toEqual(twice('id', 'amount'));
  expect(columns(written, described, read(7, 'id'))).toEqual(twice('id', 'sum'));
});
