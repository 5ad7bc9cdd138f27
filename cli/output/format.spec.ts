import { describe, expect, it } from '@jest/globals';
import { formatDiff, type RowChanges } from '../history/format-diff.js';
import { describeNode, formatTree } from '../lineage/tree.js';
import { formatFields, formatInstant, formatSize, formatTable } from './format.js';

describe('formatting', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [1024 ** 2, '1 MiB'],
    [340 * 1024 ** 2, '340 MiB'],
    [5 * 1024 ** 5, '5120 TiB'],
  ])('%d bytes are %s', (bytes, expected) => expect(formatSize(bytes)).toBe(expected));

  it('aligns a table and leaves an empty one out', () => {
    expect(
      formatTable(
        ['a', 'name'],
        [
          ['1', 'x'],
          ['22', ''],
        ],
      ),
    ).toBe('A   NAME\n1   x\n22');
    expect(formatTable(['a'], [])).toBe('');
  });

  it('shows absent fields and instants as dashes', () => {
    expect(formatFields({ url: null, reason: '', code: 0 })).toBe('url     -\nreason  -\ncode    0');
    expect(formatInstant(null)).toBe('-');
    expect(formatInstant('2026-03-01T12:30:05.123Z')).toBe('2026-03-01 12:30:05Z');
  });
});

describe('a diff', () => {
  it('tells paths, rows and columns, and counts them', () => {
    const profileChange = {
      addedColumns: ['year'],
      removedColumns: ['note'],
      changedColumns: [{ name: 'mass', before: 'string', after: 'float' }],
      rowCountBefore: 344,
      rowCountAfter: 333,
      isBreaking: true,
      reasons: ['column "year" is gone'],
      statistics: [
        {
          name: 'mass',
          before: { nullCount: 0, min: '1', max: '9', distinctEstimate: 5 },
          after: { nullCount: 2, min: '1', max: '9', distinctEstimate: 7 },
        },
      ],
    };
    const text = formatDiff([
      {
        path: 'a.csv',
        type: 'modified',
        before: { sizeBytes: 2048 },
        after: { sizeBytes: 1024 },
        profileChange,
      },
      { path: 'b.txt', type: 'added', before: null, after: { sizeBytes: 3 }, profileChange: null },
    ]);
    expect(text.split('\n')).toEqual([
      '~ a.csv  2 KiB → 1 KiB',
      '    rows 344 → 333 (-11)',
      '    + column year',
      '    - column note',
      '    ~ column mass: string → float',
      '    ~ values of mass: empty 0 → 2, distinct 5 → 7',
      '    ! column "year" is gone',
      '+ b.txt  3 B',
      '1 added, 1 modified',
    ]);
  });

  it('shows some of the rows, and says how many are left', () => {
    const rowChanges: RowChanges = {
      ...{ key: ['id'], problem: null, added: 40, removed: 1, changed: 1 },
      samples: [
        { kind: 'changed', columns: ['n'], before: { id: '1', n: 'a' }, after: { id: '1' } },
        { kind: 'removed', columns: [], before: { id: '2', n: 'b' }, after: null },
        { kind: 'added', columns: [], before: null, after: { id: '3', n: 'c' } },
      ],
    };
    const sides = { before: { sizeBytes: 1 }, after: { sizeBytes: 1 }, profileChange: null };
    const text = formatDiff([{ path: 'a.csv', type: 'modified', ...sides, rowChanges }]);
    expect(text.split('\n').slice(1)).toEqual([
      '    rows by id: 40 added, 1 removed, 1 changed',
      '      ~ id="1": n "a" → null',
      '      - id="2" n="b"',
      '      + id="3" n="c"',
      '      and 39 more',
      '1 modified',
    ]);
  });

  it('says so when nothing differs', () => expect(formatDiff([])).toBe('Nothing differs.'));
});

describe('a lineage tree', () => {
  const node = (id: string) => ({
    id,
    asset: { kind: 'dataset', identityNamespace: 'cairn', identityName: id },
  });
  const edges = [
    { from: 'raw', to: 'job' },
    { from: 'job', to: 'clean' },
    { from: 'hmac', to: 'clean' },
  ];
  const nodes = [node('raw'), node('job'), node('clean'), { id: 'hmac', asset: null }];

  it('leads from the root to what fed it, with hidden places where the caller may not look', () => {
    expect(formatTree({ nodes, edges }, 'clean', 'upstream', describeNode).split('\n')).toEqual([
      'dataset clean',
      '├─ (hidden)',
      '└─ dataset job',
      '   └─ dataset raw',
    ]);
  });

  it('ends on a cycle, and marks what it told already', () => {
    const cycle = { nodes, edges: [...edges, { from: 'clean', to: 'raw' }], isTruncated: false };
    expect(formatTree(cycle, 'raw', 'downstream', describeNode).split('\n').at(-1)).toBe(
      '      └─ dataset raw (above)',
    );
  });
});
