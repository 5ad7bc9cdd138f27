import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DERIVED_TABLES } from '../src/lineage/projection/graph-hash.js';
import { Projector } from '../src/lineage/index.js';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));
const NAMES = ['a', 'b', 'c'];
const JOBS = ['j', 'k'];
const MINUTES = 5;
const minute = (at: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, at * 60)).toISOString();
const runOf = (job: string, run: number): string =>
  `01a20a4d-0000-7000-8000-${(JOBS.indexOf(job) * 10 + run).toString().padStart(12, '0')}`;

let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startTestCairn();
}, 60_000);
afterAll(() => cairn.stop());

/** What an event of the histories below says of one output. */
interface Output {
  readonly name: string;
  /** Sources of its column `x`, by `columnLineage`. */
  readonly columns?: readonly string[] | undefined;
  /** Its inputs by an explicit `lineage` facet. */
  readonly explicit?: readonly string[] | undefined;
  /** Sources of its column `x` by the event's SQL, where they are inputs. */
  readonly sql?: readonly string[] | undefined;
  readonly isDropped: boolean;
}

interface Told {
  readonly job: string;
  readonly run: number;
  readonly at: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly Output[];
}

const some = fc.subarray(NAMES);
const told: fc.Arbitrary<Told> = fc.record({
  job: fc.constantFrom(...JOBS),
  run: fc.nat(2),
  at: fc.nat(MINUTES - 1),
  inputs: some,
  outputs: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...NAMES),
      columns: fc.option(fc.subarray(NAMES, { minLength: 1 }), { nil: undefined }),
      explicit: fc.option(some, { nil: undefined, freq: 2 }),
      sql: fc.option(some, { nil: undefined }),
      isDropped: fc.nat(9).map((n) => n === 0),
    }),
    { selector: ({ name }) => name, maxLength: 2 },
  ),
});

const FACET = { _producer: 'https://example.com', _schemaURL: 'https://example.com/facet.json' };
const dataset = (name: string, facets: object = {}) => ({ namespace: 'db', name, facets });
const source = (name: string) => ({ type: 'DATASET', namespace: 'db', name });

/** What SQL tells of an output: nothing, where a facet does. */
function sqlOf({ inputs }: Pick<Told, 'inputs'>, { columns, explicit, sql }: Output): string[] | undefined {
  const sources = sql?.filter((name) => inputs.includes(name)) ?? [];
  return sources.length === 0 || columns !== undefined || explicit !== undefined ? undefined : sources;
}

function queryOf(told: Pick<Told, 'inputs' | 'outputs'>): string {
  return told.outputs
    .map((output) => [output.name, sqlOf(told, output)] as const)
    .map(([name, sources]) =>
      sources === undefined
        ? `TRUNCATE ${name}`
        : `INSERT INTO ${name} (x) SELECT ${sources.map((from) => `${from}.y`).join(' || ')} FROM ${sources.join(', ')}`,
    )
    .join('; ');
}

function eventOf({ job, run, at, inputs, outputs }: Told, number: number): Record<string, any> {
  return {
    eventType: 'RUNNING',
    eventTime: minute(at),
    producer: `https://example.com/${number}`,
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json',
    run: { runId: runOf(job, run) },
    job: {
      ...{ namespace: 'etl', name: job },
      facets: { sql: { ...FACET, query: queryOf({ inputs, outputs }), dialect: 'postgresql' } },
    },
    inputs: inputs.map((name) => dataset(name)),
    outputs: outputs.map(({ name, columns, explicit, isDropped }) =>
      dataset(name, {
        ...(columns && {
          columnLineage: {
            ...FACET,
            fields: { x: { inputFields: columns.map((from) => ({ ...source(from), field: 'y' })) } },
          },
        }),
        ...(explicit && { lineage: { ...FACET, inputs: explicit.map(source) } }),
        ...(isDropped && { lifecycleStateChange: { ...FACET, lifecycleStateChange: 'DROP' } }),
      }),
    ),
  };
}

/** What the history says holds at an instant, worked out plainly from all of it. */
function truth(history: readonly (Told & { readonly id: string })[], at: number) {
  const uses = history.flatMap((event) => {
    const isTold = event.outputs.length > 0 && event.outputs.every(({ explicit }) => explicit !== undefined);
    const read = [
      ...(isTold ? [] : event.inputs),
      ...event.outputs.flatMap(({ columns, explicit }) => [...(columns ?? []), ...(explicit ?? [])]),
    ];
    const written = event.outputs.filter(({ explicit }) => explicit?.length !== 0);
    return [
      ...read.map((name) => ({ ...event, name, direction: 'input' })),
      ...written.map(({ name }) => ({ ...event, name, direction: 'output' })),
    ];
  });
  const drops = history.flatMap((event) =>
    event.outputs.filter(({ isDropped }) => isDropped).map(({ name }) => ({ name, at: event.at })),
  );
  const edges = new Set<string>();
  for (const use of uses) {
    const same = uses.filter((other) =>
      ['job', 'run', 'name', 'direction'].every((key) => (other as any)[key] === (use as any)[key]),
    );
    const first = Math.min(...same.map((other) => other.at));
    const last = Math.max(...same.map((other) => other.at));
    const end = Math.min(
      ...drops.filter((drop) => drop.name === use.name && drop.at >= last).map((drop) => drop.at),
    );
    if (first <= at && at < end)
      edges.add(use.direction === 'input' ? `${use.name} > ${use.job}` : `${use.job} > ${use.name}`);
  }
  const latest = (job: string, name: string, kind: 'columns' | 'explicit' | 'sql') =>
    history
      .filter((event) => event.job === job && event.at <= at)
      .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
      .flatMap((event) =>
        event.outputs.map((output) => (kind === 'sql' ? { ...output, sql: sqlOf(event, output) } : output)),
      )
      .filter((output) => output.name === name && output[kind])
      .at(-1)?.[kind];
  const byColumnsOf = (job: string, name: string) => latest(job, name, 'columns') ?? latest(job, name, 'sql');
  const columns = new Set<string>();
  const flows = new Set<string>();
  for (const job of JOBS) {
    const named = new Set(NAMES.flatMap((name) => byColumnsOf(job, name) ?? []));
    for (const name of NAMES) {
      const explicit = latest(job, name, 'explicit');
      const byColumns = byColumnsOf(job, name);
      if (explicit === undefined) for (const from of byColumns ?? []) columns.add(`${from} > ${name}`);
      for (const input of NAMES) {
        if (!edges.has(`${input} > ${job}`) || !edges.has(`${job} > ${name}`)) continue;
        const isFlow =
          explicit?.includes(input) ??
          (byColumns === undefined || byColumns.includes(input) || !named.has(input));
        if (isFlow) flows.add(`${input} > ${name}`);
      }
    }
  }
  return { edges: [...edges].sort(), columns: [...columns].sort(), flows: [...flows].sort() };
}

const LOOK = `query($name: String!, $asOf: DateTime) { assetByName(kind: dataset, identityNamespace: "db", identityName: $name) {
  lineage(direction: downstream, depth: 2, asOf: $asOf) { nodes { id distance asset { identityName } } edges { from to } }
  columnLineage(direction: downstream, depth: 1, asOf: $asOf) { edges { fromAsset { asset { identityName } } toAsset { asset { identityName } } } } } }`;

/** The same as {@link truth}, as it is answered. */
async function answered(asOf: string | null) {
  const edges = new Set<string>();
  const columns = new Set<string>();
  const flows = new Set<string>();
  for (const name of NAMES) {
    const { data, errors } = await cairn.graphql(LOOK, { name, asOf });
    if (errors && errors[0]!.extensions['code'] !== 'NOT_FOUND') throw new Error(JSON.stringify(errors));
    const asset = data?.assetByName;
    if (!asset) continue;
    const named = new Map(asset.lineage.nodes.map((node: any) => [node.id, node.asset.identityName]));
    for (const { from, to } of asset.lineage.edges) edges.add(`${named.get(from)} > ${named.get(to)}`);
    for (const edge of asset.columnLineage.edges)
      columns.add(`${edge.fromAsset.asset.identityName} > ${edge.toAsset.asset.identityName}`);
    for (const { from, to } of asset.lineage.edges)
      if (NAMES.includes(named.get(to) as string) && JOBS.includes(named.get(from) as string))
        flows.add(`${name} > ${named.get(to)}`);
  }
  return { edges, columns: [...columns].sort(), flows: [...flows].sort() };
}

describe(`the graph at any instant (TEST_SEED=${SEED})`, () => {
  test('is what the events say, whatever their order, and what a rebuild gives', async () => {
    const database = cairn.app.get(Database);
    const projector = cairn.app.get(Projector);
    const clear = async () => {
      await database.query(`TRUNCATE lineage_event, ${DERIVED_TABLES.join(', ')}`);
      await database.query('UPDATE lineage_graph SET epoch = epoch + 1');
    };
    const send = async (event: object): Promise<string> => {
      const sent = await cairn.http('/api/v1/lineage', {
        method: 'POST',
        body: JSON.stringify(event),
        headers: { 'content-type': 'application/json' },
      });
      expect(sent.status).toBe(201);
      return ((await sent.json()) as { id: string }).id;
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(told, { minLength: 1, maxLength: 9 }).chain((events) =>
          fc.record({
            events: fc.constant(events),
            order: fc.shuffledSubarray([...events.keys()], { minLength: events.length }),
          }),
        ),
        async ({ events, order }) => {
          await clear();
          const ids = await Promise.all(events.map((event, i) => send(eventOf(event, i))));
          const hash = await projector.graphHash();
          const history = events.map((event, i) => ({ ...event, id: ids[i]! }));
          for (let at = 0; at <= MINUTES; at++) {
            const expected = truth(history, at);
            const found = await answered(at === MINUTES ? null : minute(at));
            expect({ at, columns: found.columns, flows: found.flows }).toEqual({
              ...{ at, columns: expected.columns, flows: expected.flows },
            });
            for (const edge of found.edges) expect(expected.edges).toContain(edge);
          }
          await clear();
          for (const i of [...order, ...order.slice(0, 3)]) await send(eventOf(events[i]!, i));
          expect(await projector.graphHash()).toBe(hash);
          await projector.rebuild();
          expect(await projector.graphHash()).toBe(hash);
        },
      ),
      { numRuns: 6, seed: SEED },
    );
  }, 240_000);
});
