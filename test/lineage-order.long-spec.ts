import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Projector } from '../src/lineage/index.js';
import { OutboxWorker } from '../src/platform/index.js';
import { dataset, event, startTestLineage } from './support/lineage.js';
import { expectedLineage, RECORDINGS, recordedEvents } from './support/recorded-events.js';

const { cairn, max, stored, postAll, query, countOf } = await startTestLineage();
// The graph alone is looked at: search need not follow it.
await cairn.app.get(OutboxWorker).beforeApplicationShutdown();
afterAll(() => cairn.stop());

describe('recordings of real producers', () => {
  const clear = async () => {
    await query('DELETE FROM lineage_event');
    await query('DELETE FROM outbox_message');
    // What else there is follows from the log.
    await cairn.app.get(Projector).rebuild();
  };
  const hash = () => cairn.app.get(Projector).graphHash();

  test('dbt: every dataset edge and all direct columns that its events hold', async () => {
    await clear();
    await postAll(recordedEvents('dbt-duckdb'));
    const expected = expectedLineage('dbt-duckdb');
    const rows =
      await query(`SELECT s.identity_namespace || ' ' || s.identity_name || ' > ' || t.identity_namespace || ' ' || t.identity_name AS edge
      FROM lineage_edge e JOIN asset s ON s.id = e.source_id JOIN asset t ON t.id = e.target_id`);
    const found = new Set(rows.map(({ edge }) => edge));
    const namesOf = new Map<string, string[]>(
      expected['jobs'].map((job: any) => [job.name, [job.name, ...(job.otherNames ?? [])]]),
    );
    const full = (key: string) => `${expected['datasets'][key].namespace} ${expected['datasets'][key].name}`;
    const missing = expected['edges'].filter(
      ([data, job, verb]: [string, string, string]) =>
        !namesOf
          .get(job)!
          .some((name) =>
            found.has(
              verb === 'reads' ? `${full(data)} > shop-dbt ${name}` : `shop-dbt ${name} > ${full(data)}`,
            ),
          ),
    );
    expect(missing).toEqual([]);
    const columns =
      await query(`SELECT s.identity_name || '.' || e.source_column || ' > ' || t.identity_name || '.' || e.target_column AS edge
      FROM lineage_column_edge e JOIN asset s ON s.id = e.source_id JOIN asset t ON t.id = e.target_id WHERE e.transformation = 'direct'`);
    const foundColumns = new Set(columns.map(({ edge }) => edge));
    const direct = Object.entries<Record<string, [string, string, string, string][]>>(
      expected['columns'],
    ).flatMap(([target, fields]) =>
      Object.entries(fields).flatMap(([column, sources]) =>
        sources.map(
          ([source, from]) =>
            `${expected['datasets'][source].name}.${from} > ${expected['datasets'][target].name}.${column}`,
        ),
      ),
    );
    // The one model never ran, of the other the producer leaves the key of its snapshot out.
    expect(direct.filter((edge) => !foundColumns.has(edge))).toEqual([
      'shop.raw.customers.customer_id > shop.history.customers_snapshot.dbt_scd_id',
      'shop.main_marts.broken_margin.margin > shop.main_marts.margin_report.margin',
    ]);
  });

  test('any order with repeats gives one graph: permutations through the door', async () => {
    const all = ['airflow', 'flink', 'dagster', 'openlineage-python'].flatMap(recordedEvents);
    await clear();
    await postAll(all);
    const inOrder = await hash();
    const order = fc.tuple(
      fc.shuffledSubarray(all, { minLength: all.length }),
      fc.array(fc.constantFrom(...all), { maxLength: 30 }),
      fc.array(fc.nat(all.length), { maxLength: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(order, async ([shuffled, repeats, cuts]) => {
        await clear();
        const events = [...repeats, ...shuffled, ...repeats];
        const ends = [...new Set([...cuts, events.length])].sort((a, b) => a - b);
        const batches = ends.map((end, i) => events.slice(ends[i - 1] ?? 0, end));
        for (let i = 0; i < batches.length; i += 2)
          await Promise.all(batches.slice(i, i + 2).map((batch) => postAll(batch)));
        expect(await hash()).toBe(inOrder);
      }),
      { numRuns: 6 },
    );
  }, 240_000);

  test('all recordings in three orders and after a rebuild give one graph', async () => {
    const all = RECORDINGS.flatMap(recordedEvents);
    const hashes = new Set<string>();
    for (const order of [
      all,
      [...all].reverse(),
      fc.sample(fc.shuffledSubarray(all, { minLength: all.length }), { numRuns: 1, seed: 46 })[0]!,
    ]) {
      await clear();
      await postAll(order);
      hashes.add(await hash());
    }
    const refused = await cairn.graphql('mutation { rebuildLineage { events failed } }', {}, max);
    expect(refused.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    const { events, failed } = (await cairn.ask('mutation { rebuildLineage { events failed } }'))
      .rebuildLineage;
    expect([events, failed]).toEqual([await countOf('lineage_event'), 0]);
    hashes.add(await hash());
    expect(hashes.size).toBe(1);
  }, 120_000);

  test('the hash tells graphs apart', async () => {
    const before = await hash();
    await stored(event({ inputs: [dataset('one more')] }));
    expect(await hash()).not.toBe(before);
  });
});
