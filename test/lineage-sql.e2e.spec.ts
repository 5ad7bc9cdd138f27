import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { LineageSql1795392000068 } from '../migrations/1795392000068-lineage-sql.js';
import { Projector } from '../src/lineage/index.js';
import { DERIVED_TABLES } from '../src/lineage/projection/graph-hash.js';
import { Database } from '../src/platform/index.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { recordedEvents } from './support/recorded-events.js';

const PG = 'postgres://db:5432';
const FACET = { _producer: 'https://example.com', _schemaURL: 'https://example.com/facet.json' };
const hour = (at: number) => `2026-01-01T${String(at).padStart(2, '0')}:00:00Z`;
const RUN = (at: number) => `01a20a4d-0000-7000-8000-${String(at).padStart(12, '0')}`;

let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startTestCairn();
}, 60_000);
afterAll(() => cairn.stop());

async function send(event: object): Promise<{ warnings: { path: string; rule: string }[] }> {
  const response = await cairn.http('/api/v1/lineage', {
    method: 'POST',
    body: JSON.stringify(event),
    headers: { 'content-type': 'application/json' },
  });
  expect(response.status).toBe(201);
  return (await response.json()) as { warnings: { path: string; rule: string }[] };
}

async function clear(): Promise<void> {
  const database = cairn.app.get(Database);
  await database.query(`TRUNCATE lineage_event, ${DERIVED_TABLES.join(', ')}`);
  await database.query('UPDATE lineage_graph SET epoch = epoch + 1');
}

/** What flows into a dataset, and into its columns. */
async function into(identityName: string, asOf?: string, identityNamespace = PG) {
  const { assetByName } = await cairn.ask(
    `query($ns: String!, $n: String!, $asOf: DateTime) { assetByName(kind: dataset, identityNamespace: $ns, identityName: $n) {
      lineage(direction: upstream, depth: 2, asOf: $asOf) { nodes { distance asset { identityName } } }
      columnLineage(direction: upstream, depth: 1, asOf: $asOf) {
        edges { fromAsset { asset { identityName } } fromColumn toColumn transformation } } } }`,
    { ns: identityNamespace, n: identityName, asOf },
  );
  const columns = assetByName.columnLineage.edges.map(
    ({ fromAsset, fromColumn, toColumn, transformation }: any) =>
      `${toColumn} from ${fromAsset.asset.identityName}.${fromColumn} ${transformation}`,
  );
  const inputs = assetByName.lineage.nodes
    .filter(({ distance }: any) => distance === 2)
    .map(({ asset }: any) => asset.identityName);
  return { inputs: inputs.sort(), columns: columns.sort() };
}

const eventAt = (at: number, query: string, outputs: object[], inputs = ['s.a', 's.b']) => ({
  eventType: 'COMPLETE',
  eventTime: hour(at),
  producer: 'https://example.com',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json',
  run: { runId: RUN(at) },
  job: { namespace: 'etl', name: 'load', facets: { sql: { ...FACET, query } } },
  inputs: inputs.map((name) => ({ namespace: PG, name: `db.${name}` })),
  outputs,
});
const output = (name: string, facets: object = {}) => ({ namespace: PG, name: `db.s.${name}`, facets });
const columnsFrom = (name: string) => ({
  columnLineage: {
    ...FACET,
    fields: { x: { inputFields: [{ namespace: PG, name: `db.s.${name}`, field: 'k' }] } },
  },
});

describe('columns out of SQL', () => {
  const query = 'INSERT INTO s.o (x) SELECT y FROM s.a; INSERT INTO p (x) SELECT a.y + b.y FROM s.a, s.b';
  const history = [
    eventAt(1, query, [output('o'), output('p')]),
    eventAt(2, query, [output('o', columnsFrom('b')), output('p')]),
    eventAt(3, query, [output('o'), output('p')]),
    eventAt(4, query, [output('o', { columnLineage: { ...FACET, _deleted: true } }), output('p')]),
  ];

  test('count from when to when no columnLineage does, whatever the order of the events', async () => {
    await clear();
    for (const event of history) await send(event);
    const bySql = { inputs: ['db.s.a'], columns: ['x from db.s.a.y direct'] };
    const byFacet = { inputs: ['db.s.b'], columns: ['x from db.s.b.k direct'] };
    expect(await into('db.s.o', hour(1))).toEqual(bySql);
    expect(await into('db.s.o', hour(2))).toEqual(byFacet);
    // A run that tells of columns by its SQL only does not take back what a facet said.
    expect(await into('db.s.o', hour(3))).toEqual(byFacet);
    expect(await into('db.s.o')).toEqual(bySql);
    expect(await into('db.s.p')).toEqual({
      inputs: ['db.s.a', 'db.s.b'],
      columns: ['x from db.s.a.y direct', 'x from db.s.b.y direct'],
    });

    const projector = cairn.app.get(Projector);
    const hash = await projector.graphHash();
    await projector.rebuild();
    expect(await projector.graphHash()).toBe(hash);
    await clear();
    for (const event of [...history, history[0]!].reverse()) await send(event);
    expect(await projector.graphHash()).toBe(hash);
  });

  test('are there after an upgrade from a version that did not read them', async () => {
    const projector = cairn.app.get(Projector);
    const hash = await projector.graphHash();
    const runner = cairn.app.get(DataSource).createQueryRunner();
    const migration = new LineageSql1795392000068();
    await migration.down(runner);
    await migration.up(runner);
    await runner.release();
    expect(await projector.graphHash()).not.toBe(hash);
    expect(await projector.rebuild(true)).toEqual({ events: history.length, failed: 0 });
    expect(await projector.graphHash()).toBe(hash);
  });

  test('that cannot be read are a note on the run, and the edges of the event are there', async () => {
    await clear();
    const { warnings } = await send(eventAt(5, "COPY nonsense '***", [output('o')]));
    expect(warnings.map(({ path }) => path)).toContain('job.facets.sql.query');
    const { lineageRun } = await cairn.ask(
      `query($id: ID!) { lineageRun(id: $id) { warnings { path rule } } }`,
      {
        id: RUN(5),
      },
    );
    expect(lineageRun.warnings).toContainEqual({
      path: 'job.facets.sql.query',
      rule: expect.stringMatching(/^what it says of columns is not all told: line 1: .*\(syntax\)$/),
    });
    expect(await into('db.s.o')).toEqual({ inputs: ['db.s.a', 'db.s.b'], columns: [] });
  });

  test('of events without inputs or outputs make no edge', async () => {
    await clear();
    await send(eventAt(6, query, [], []));
    await send(eventAt(7, query, [output('o')], []));
    expect(await into('db.s.o')).toEqual({ inputs: [], columns: [] });
  });

  test("are Airflow's own, where its facet calls them _0", async () => {
    await clear();
    for (const event of recordedEvents('airflow')) await send(event);
    const { columns } = await into('shop.af.customer_features', undefined, 'postgres://localhost:5455');
    expect(columns.filter((column: string) => !column.startsWith('*'))).toEqual([
      'country from shop.af.raw_customers.country direct',
      'customer_id from shop.af.raw_customers.customer_id direct',
      'items from shop.af.order_totals.items direct',
      'orders from shop.af.order_totals.order_id direct',
      'returned from shop.af.order_totals.status indirect',
      'spend from shop.af.order_totals.paid_total direct',
    ]);
  });
});
