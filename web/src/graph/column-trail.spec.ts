import { describe, expect, it } from 'vitest';
import type { ColumnEdge } from '../api/types.js';
import { columnTrail } from './column-trail.js';

const column = (from: string, to: string): ColumnEdge => {
  const [[fromAsset, fromColumn], [toAsset, toColumn]] = [from.split('.'), to.split('.')] as [
    [string, string],
    [string, string],
  ];
  const isOpaque = false;
  return {
    fromAsset: { id: fromAsset, isOpaque },
    fromColumn,
    toAsset: { id: toAsset, isOpaque },
    toColumn,
    transformation: 'direct',
  };
};
const graph = [
  { from: 'raw', to: 'load' },
  { from: 'load', to: 'table' },
  { from: 'other', to: 'load' },
  { from: 'table', to: 'report' },
];

describe('the trail of a column', () => {
  it('runs over the job between two datasets, and leaves the rest of the graph out', () => {
    const trail = columnTrail({ asset: 'table', column: 'mail' }, [column('raw.email', 'table.mail')], graph);
    expect([...trail.edges]).toEqual(['raw→load', 'load→table']);
    expect([...trail.nodes].sort()).toEqual(['load', 'raw', 'table']);
    expect(trail.columnsOf.get('raw')).toEqual(['email']);
  });

  it('holds the picked column even when nothing is known of where it came from', () => {
    const trail = columnTrail({ asset: 'table', column: 'mail' }, [], graph);
    expect([...trail.nodes]).toEqual(['table']);
    expect(trail.columnsOf.get('table')).toEqual(['mail']);
    expect(trail.edges.size).toBe(0);
  });

  it('runs through hidden datasets without a column name, and names no column where all of a dataset is influenced', () => {
    const hidden = { ...column('raw.x7f', 'table.*'), fromAsset: { id: 'raw', isOpaque: true } };
    const trail = columnTrail({ asset: 'other', column: 'a' }, [hidden], graph);
    expect([...trail.edges]).toEqual(['raw→load', 'load→table']);
    expect([...trail.columnsOf.keys()]).toEqual(['other']);
  });

  it('follows an edge without a job between', () => {
    const trail = columnTrail({ asset: 'table', column: 'a' }, [column('table.a', 'report.b')], graph);
    expect([...trail.edges]).toEqual(['table→report']);
  });
});
