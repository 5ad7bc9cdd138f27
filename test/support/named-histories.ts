import fc from 'fast-check';

/** A name that events use. */
export interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** What an event of a small history says. Each is of an instant of its own. */
export interface Told {
  readonly job: Named;
  /** One of two runs of the job; null for an event about the job itself. */
  readonly run: number | null;
  readonly query: string | null;
  readonly inputs: readonly Named[];
  readonly outputs: readonly ToldOutput[];
}

export interface ToldOutput {
  readonly dataset: Named;
  /** Sources of its column `x`, by `columnLineage`. */
  readonly columns: readonly Named[] | null;
  /** Its inputs by an explicit `lineage` facet. */
  readonly explicit: readonly Named[] | null;
  readonly symlink: (Named & { readonly type: string }) | null;
  /** What it was named before. */
  readonly former: Named | null;
  readonly isDropped: boolean;
}

export const DATASETS: readonly Named[] = [
  { namespace: 's3://lake', name: 'a' },
  { namespace: 's3a://lake', name: 'a' },
  { namespace: 's3a://lake', name: 'a/dt=1' },
  { namespace: 'db', name: 'b' },
  { namespace: 'mirror', name: 'b' },
  { namespace: 'db', name: 'c' },
];

export const JOBS: readonly Named[] = [
  { namespace: 'etl', name: 'j' },
  { namespace: 'etl', name: 'k.1' },
  { namespace: 'etl', name: 'k.2' },
  { namespace: 'trino://t:8080', name: '20260101_000000_00001_abcde' },
  { namespace: 'trino://t:8080', name: '20260101_000000_00002_abcde' },
];

const QUERIES = ['INSERT INTO b SELECT 1', 'insert into b select 2', 'INSERT INTO c SELECT 1'];

/** Rules of an installation, as `addIdentityRule` takes them. */
export const RULES: readonly Record<string, unknown>[] = [
  { kind: 'namespace', from: { namespace: 'mirror' }, to: { namespace: 'db' } },
  { kind: 'namespace', from: { namespace: 'db' }, to: { namespace: 'mirror' } },
  {
    kind: 'template',
    from: { namespace: 'db', name: '{table}' },
    to: { namespace: 'mirror', name: '{table}' },
  },
  {
    kind: 'template',
    space: 'job',
    from: { namespace: 'etl', name: 'k.{n#}' },
    to: { namespace: 'etl', name: 'k' },
  },
  { kind: 'statement', from: { namespace: 'etl', name: 'k.{n#}' } },
  { kind: 'same', from: { namespace: 'db', name: 'c' }, to: { namespace: 's3a://lake', name: 'a' } },
  { kind: 'same', from: { namespace: 'db', name: 'b' }, to: { namespace: 'db', name: 'c' } },
  { kind: 'same', from: { namespace: 's3://lake', name: 'a' }, to: { namespace: 'db', name: 'b' } },
  {
    kind: 'same',
    space: 'job',
    from: { namespace: 'etl', name: 'j' },
    to: { namespace: 'etl', name: 'k.1' },
  },
  { kind: 'apart', from: { namespace: 'db', name: 'b' }, to: { namespace: 's3://lake', name: 'a' } },
  { kind: 'apart', from: { namespace: 'mirror', name: 'b' }, to: { namespace: 'db', name: 'c' } },
  ...['schemes', 'partitions', 'symlinks', 'renames', 'trino-queries'].map((rule) => ({ kind: 'off', rule })),
];

const dataset = fc.constantFrom(...DATASETS);
/** Null so many times out of ten. */
const orNull = <T>(value: fc.Arbitrary<T>, weight: number): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 10 - weight, arbitrary: value }, { weight, arbitrary: fc.constant(null) });
const told: fc.Arbitrary<Told> = fc.record({
  job: fc.constantFrom(...JOBS),
  run: orNull(fc.nat(1), 2),
  query: orNull(fc.constantFrom(...QUERIES), 4),
  inputs: fc.uniqueArray(dataset, { maxLength: 2 }),
  outputs: fc.uniqueArray(
    fc.record({
      dataset,
      columns: orNull(fc.uniqueArray(dataset, { minLength: 1, maxLength: 2 }), 5),
      explicit: orNull(fc.uniqueArray(dataset, { maxLength: 2 }), 8),
      symlink: orNull(fc.tuple(dataset, fc.constantFrom('TABLE', 'LOCATION')), 7).map(
        (given) => given && { ...given[0], type: given[1] },
      ),
      former: orNull(dataset, 8),
      isDropped: fc.nat(9).map((n) => n === 0),
    }),
    { selector: (output) => output.dataset, maxLength: 2 },
  ),
});

/** Small histories. */
export const histories = fc.array(told, { minLength: 1, maxLength: 8 });

/** Some rules, in any order. */
export const ruleSets = fc.shuffledSubarray([...RULES], { maxLength: 5 });

const FACET = { _producer: 'https://example.com', _schemaURL: 'https://example.com/facet.json' };
const source = (named: Named) => ({ type: 'DATASET', namespace: named.namespace, name: named.name });

/**
 * The event of a history at a place in it.
 * @param nameOf gives names in the place of those of the history; what the event says of names is left out then
 */
export function eventOf(
  { job, run, query, inputs, outputs }: Told,
  at: number,
  nameOf?: (space: 'data' | 'job', named: Named) => Named,
): Record<string, unknown> {
  const spelled = (named: Named) => nameOf?.('data', named) ?? named;
  return {
    eventTime: new Date(Date.UTC(2026, 0, 1, 12, at)).toISOString(),
    producer: `https://example.com/${at}`,
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json',
    ...(run !== null && { eventType: 'RUNNING', run: { runId: runIdOf(job, run) } }),
    job: {
      ...(nameOf?.('job', job) ?? job),
      facets: { ...(query !== null && { sql: { ...FACET, query } }) },
    },
    inputs: inputs.map((input) => ({ ...spelled(input), facets: {} })),
    outputs: outputs.map((output) => ({
      ...spelled(output.dataset),
      facets: facetsOf(output, spelled, nameOf === undefined),
    })),
  };
}

function facetsOf(
  { columns, explicit, symlink, former, isDropped }: ToldOutput,
  spelled: (named: Named) => Named,
  withNames: boolean,
): Record<string, unknown> {
  const inputFields = columns?.map((from) => ({ ...source(spelled(from)), field: 'y' }));
  const { type, ...other } = symlink ?? { type: '' };
  return {
    ...(inputFields && { columnLineage: { ...FACET, fields: { x: { inputFields } } } }),
    ...(explicit && { lineage: { ...FACET, inputs: explicit.map(spelled).map(source) } }),
    ...(symlink && withNames && { symlinks: { ...FACET, identifiers: [{ ...other, type }] } }),
    ...(isDropped
      ? { lifecycleStateChange: { ...FACET, lifecycleStateChange: 'DROP' } }
      : former &&
        withNames && {
          lifecycleStateChange: { ...FACET, lifecycleStateChange: 'RENAME', previousIdentifier: former },
        }),
  };
}

function runIdOf(job: Named, run: number): string {
  return `01a20a4d-0000-7000-8000-${(JOBS.indexOf(job) * 10 + run).toString().padStart(12, '0')}`;
}
