import { describe, expect, it } from '@jest/globals';
import type { Asset } from '../../catalog/index.js';
import { grouped, groupNames, schemaOf } from './grouping.js';

const asset = (id: string, identityName: string, kind: Asset['kind'] = 'dataset', identityNamespace = 'db') =>
  ({ id, kind, identityNamespace, identityName, space: kind === 'job' ? 'job' : 'data' }) as Asset;
const node = (of: Asset, distance: number) => ({ id: of.id, asset: of, distance, isOpaque: false });

describe('a schema', () => {
  it.each([
    ['shop.public.orders', 'shop.public'],
    ['orders', ''],
    ['/data/raw/day=1.5/part.parquet', '/data/raw/day=1.5'],
    ['/file', ''],
    ['bucket/key', 'bucket'],
    ['dag.task', 'dag'],
  ])('of %s is %j', (name, schema) => {
    expect(schemaOf(name)).toBe(schema);
  });
});

describe('groups', () => {
  const start = node(asset('start', 'a.start'), 0);
  const [x, y, z] = [asset('x', 'a.x'), asset('y', 'b.y'), asset('z', 'a.z', 'job')] as const;
  const others = [node(x, 1), node(z, 2), node(y, 3)];
  const edges = [
    { sourceId: 'start', targetId: 'x' },
    { sourceId: 'x', targetId: 'z' },
    { sourceId: 'z', targetId: 'y' },
    { sourceId: 'x', targetId: 'y' },
  ];
  const keyed = (labels: readonly string[], maxNodes = 10) => {
    const names = groupNames('schema');
    const keys = new Map(others.map((one) => [names(one.asset).key, names(one.asset).label]));
    const expanded = [...keys].filter(([, label]) => labels.includes(label)).map(([key]) => key);
    const found = grouped(start, others, edges, names, new Set(expanded), maxNodes);
    const named = (id: string) => keys.get(id) ?? id;
    return {
      groups: found.groups.map(({ label, counts, nearest, farthest, nodes }) => [
        label,
        counts.map(({ kind, count }) => `${count} ${kind}`).join(', '),
        `${nearest}–${farthest}`,
        nodes.map(({ id }) => id).join(),
      ]),
      edges: found.edges.map(({ from, to, count }) => `${named(from)} > ${named(to)} ${count}`).sort(),
    };
  };

  it('count their nodes and the edges between them', () => {
    expect(keyed([])).toEqual({
      groups: [
        ['a [db]', '1 dataset, 1 job', '1–2', ''],
        ['b [db]', '1 dataset', '3–3', ''],
      ],
      edges: ['a [db] > a [db] 1', 'a [db] > b [db] 2', 'start > a [db] 1'],
    });
  });

  it('that are expanded show their nodes singly, up to a bound; the rest stays in the group', () => {
    expect(keyed(['a [db]'])).toEqual({
      groups: [
        ['a [db]', '1 dataset, 1 job', '1–2', 'x,z'],
        ['b [db]', '1 dataset', '3–3', ''],
      ],
      edges: ['start > x 1', 'x > b [db] 1', 'x > z 1', 'z > b [db] 1'],
    });
    expect(keyed(['a [db]'], 1).edges).toEqual([
      'a [db] > b [db] 1',
      'start > x 1',
      'x > a [db] 1',
      'x > b [db] 1',
    ]);
  });

  it('of jobs are those of their parents; what has none is by namespace', () => {
    const dag = asset('dag', 'dag', 'job', 'airflow');
    const task = asset('task', 'dag.task', 'job', 'airflow');
    const lone = asset('lone', 'lone', 'job', 'airflow');
    const names = groupNames('jobParent', new Map([['task', dag]]));
    expect([task, dag, lone, x].map((one) => names(one).label)).toEqual([
      'dag [airflow]',
      'dag [airflow]',
      'airflow',
      'db',
    ]);
  });
});
