import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GROUPINGS } from '../src/lineage/graph/grouping.js';
import type { TestCairn } from './support/cairn.js';
import {
  answering,
  CALLERS,
  graphs,
  NAMES,
  START,
  startWithAssets,
  told,
  write,
} from './support/lineage-graphs.js';

const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));

let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startWithAssets();
}, 60_000);
afterAll(() => cairn.stop());

describe(`groups of lineage (TEST_SEED=${SEED})`, () => {
  test('hold what the caller may see and nothing else, each asset once; edges are those of the graph without the rest', async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs,
        fc.constantFrom(...GROUPINGS),
        fc.constantFrom('upstream' as const, 'downstream' as const, 'both' as const),
        fc.constantFrom('max' as const, 'ada' as const),
        fc.constantFrom(undefined, { kinds: ['dataset'] as const }),
        fc.infiniteStream(fc.boolean()),
        async (rows, groupBy, direction, who, filter, picks) => {
          await write(cairn, rows);
          const caller = CALLERS[who];
          const hidden = who === 'ada' ? NAMES.filter(({ isHidden }) => isHidden).map(({ id }) => id) : [];
          for (const { around, groups } of answering(cairn)) {
            const look = { direction, depth: 20 };
            const kept = filter ?? { kinds: ['dataset', 'job'] as const };
            const graph = await around.around(caller, START, { ...look, filter: kept, first: 5_000 });
            const closed = await groups.groups(caller, START, { ...look, filter, groupBy });
            const expand = closed.groups.map(({ key }) => key).filter(() => picks.next().value);
            const opened = await groups.groups(caller, START, { ...look, filter, groupBy, expand });
            const others = graph.nodes.filter(({ id }) => id !== START);
            for (const { groups: all, edges, start, isTruncated } of [closed, opened]) {
              const single = all.flatMap(({ nodes }) => nodes);
              expect(countsOf(all.flatMap(({ counts }) => counts))).toEqual(
                countsOf(others.map(({ asset }) => ({ kind: asset!.kind, count: 1 }))),
              );
              const places = new Set([start, ...single].map(({ id }) => id));
              for (const { key } of all) places.add(key);
              for (const { from, to } of edges)
                expect([places.has(from), places.has(to)]).toEqual([true, true]);
              expect(edges.reduce((sum, { count }) => sum + count, 0)).toBe(graph.edges.length);
              expect(isTruncated).toBe(false);
              for (const { isExpanded, counts, nodes, nearest, farthest } of all) {
                const size = counts.reduce((sum, { count }) => sum + count, 0);
                expect(nodes).toHaveLength(isExpanded ? size : 0);
                if (isExpanded) {
                  const distances = nodes.map(({ distance }) => distance);
                  expect([nearest, farthest]).toEqual([Math.min(...distances), Math.max(...distances)]);
                }
              }
            }
            expect(opened.groups.filter(({ isExpanded }) => isExpanded).map(({ key }) => key)).toEqual(
              expand,
            );
            expect(told([closed, opened], hidden)).toEqual([]);
            if (who === 'ada') expect(JSON.stringify([closed, opened])).not.toMatch(/secret|vault/);
          }
        },
      ),
      { numRuns: 15, seed: SEED },
    );
  }, 240_000);
});

function countsOf(counts: readonly { kind: string; count: number }[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { kind, count } of counts) sums[kind] = (sums[kind] ?? 0) + count;
  return sums;
}

describe('groups by GraphQL', () => {
  const GROUPS = `query($name: String!, $by: LineageGrouping!, $expand: [ID!], $depth: Int) {
    assetByName(kind: dataset, identityNamespace: "db", identityName: $name) {
      lineageGroups(groupBy: $by, direction: downstream, expand: $expand, depth: $depth) {
        start { asset { identityName } }
        groups { key label counts { kind count } nearest farthest isExpanded nodes { id distance asset { identityName } } }
        edges { from to count } isTruncated } } }`;
  let ada: string;
  let max: string;
  beforeAll(async () => {
    ada = await cairn.tokenFor('user:ada');
    max = await cairn.tokenFor('user:max');
    const dataset = (name: string) => ({ namespace: 'db', name });
    const facet = { _producer: 'https://example.com', _schemaURL: 'https://example.com/s.json' };
    const run = (at: number) => `01a20a4d-0000-7000-8000-0000000000${at}`;
    const event = (at: number, job: object, parent: object, inputs: object[], outputs: object[]) => ({
      ...{ eventTime: '2026-11-23T10:00:00Z', eventType: 'COMPLETE', producer: 'https://example.com' },
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
      run: { runId: run(at), facets: { parent: { ...facet, run: { runId: run(at + 50) }, job: parent } } },
      ...{ job, inputs, outputs },
    });
    const [open, vault] = [
      { namespace: 'airflow', name: 'open_dag' },
      { namespace: 'vault', name: 'secret_dag' },
    ];
    const events = [
      event(10, { namespace: 'etl', name: 'copy' }, open, [dataset('raw.a')], [dataset('mart.b')]),
      event(11, { namespace: 'etl', name: 'load' }, open, [dataset('mart.b')], [dataset('mart.c')]),
      event(
        12,
        { namespace: 'vault', name: 'hide' },
        open,
        [dataset('mart.c')],
        [{ namespace: 'vault', name: 'hidden.d' }],
      ),
      event(
        13,
        { namespace: 'etl', name: 'seek' },
        vault,
        [{ namespace: 'vault', name: 'hidden.d' }],
        [dataset('mart.e')],
      ),
    ];
    const answer = await cairn.http('/api/v1/lineage/batch', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events),
      token: max,
    });
    expect(await answer.json()).toMatchObject({ summary: { failed: 0 } });
  });

  const look = async (by: string, token: string, variables: object = {}) => {
    const { lineageGroups } = (await cairn.ask(GROUPS, { name: 'raw.a', by, ...variables }, token))
      .assetByName;
    const labels = new Map<string, string>(
      lineageGroups.groups.map((group: any) => [group.key, group.label]),
    );
    for (const { nodes } of lineageGroups.groups)
      for (const { id, asset } of nodes) labels.set(id, asset.identityName);
    return {
      text: JSON.stringify(lineageGroups),
      keys: new Map([...labels].map(([key, label]) => [label, key])),
      groups: lineageGroups.groups.map(
        ({ label, counts, nearest, farthest }: any) =>
          `${label}: ${counts.map(({ kind, count }: any) => `${count} ${kind}`).join(', ')}, ${nearest}–${farthest}`,
      ),
      edges: lineageGroups.edges
        .map(({ from, to, count }: any) => `${labels.get(from) ?? 'raw.a'} > ${labels.get(to)} ${count}`)
        .sort(),
    };
  };

  test('what may not be seen is gone through: neither it, nor its namespace, nor a parent of that kind is named', async () => {
    const seen = await look('schema', ada);
    expect(seen.groups).toEqual(['etl: 3 job, 1–7', 'mart [db]: 3 dataset, 2–8']);
    expect(seen.edges).toEqual(['etl > mart [db] 3', 'mart [db] > etl 2', 'raw.a > etl 1']);
    const whole = await look('schema', max);
    expect(whole.groups).toEqual([
      'etl: 3 job, 1–7',
      'mart [db]: 3 dataset, 2–8',
      'vault: 1 job, 5–5',
      'hidden [vault]: 1 dataset, 6–6',
    ]);
    const byParent = await look('jobParent', ada);
    expect(byParent.groups).toEqual([
      'open_dag [airflow]: 2 job, 1–3',
      'db: 3 dataset, 2–8',
      'etl: 1 job, 7–7',
    ]);
    expect((await look('jobParent', max)).groups).toContain('secret_dag [vault]: 1 job, 7–7');
    expect(seen.text + byParent.text).not.toMatch(/vault|hid|secret/);
  });

  test('an expanded group shows its nodes singly', async () => {
    const key = (await look('namespace', ada)).keys.get('db')!;
    const opened = await look('namespace', ada, { expand: [key, '0'.repeat(32)] });
    expect(opened.edges).toEqual([
      'etl > mart.b 1',
      'etl > mart.c 1',
      'etl > mart.e 1',
      'mart.b > etl 1',
      'mart.c > etl 1',
      'raw.a > etl 1',
    ]);
  });

  test.each([
    ['depth', { depth: 21 }],
    ['expand[0]', { expand: ['db'] }],
    ['expand', { expand: Array.from({ length: 501 }, () => '0'.repeat(32)) }],
  ])('refuse %s by name and rule', async (field, variables) => {
    const { errors } = await cairn.graphql(GROUPS, { name: 'raw.a', by: 'schema', ...variables }, ada);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(`${field}: must be`),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });
});
