import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { diffText } from './diff-text.js';
import type { TextFormat } from './merge-text.js';
import type { RowDiff } from './row-diff.js';

function diff(format: TextFormat, before: string, after: string, key?: readonly string[]): RowDiff {
  const outcome = diffText(format, { before: Buffer.from(before), after: Buffer.from(after) }, key);
  if (outcome.kind === 'unfit') throw new TypeError(outcome.reason);
  return outcome.diff;
}

describe('comparing rows', () => {
  it('by key: counts, and samples with what differs', () => {
    expect(
      diff('csv', 'id,a,b\n1,x,y\n2,x,y\n3,x,y\n', 'b,id,a,c\ny,3,"x",1\ny,1,ü,1\nn,4,n,1\n', ['id']),
    ).toEqual({
      ...{ key: ['id'], added: 1, removed: 1, changed: 1 },
      samples: [
        { kind: 'changed', columns: ['a'], before: { id: '1', a: 'x' }, after: { id: '1', a: 'ü' } },
        { kind: 'removed', columns: [], before: { id: '2', a: 'x', b: 'y' } },
        { kind: 'added', columns: [], after: { id: '4', a: 'n', b: 'n' } },
      ],
    });
  });

  it('without a key: as wholes, as often as they are', () => {
    expect(diff('jsonl', '{"a":1}\n{"a":1}\n{"b":[1, 2]}\n', '{"b":[1,2]}\n{"a":1}\n{"a":2}')).toEqual({
      ...{ added: 1, removed: 1, changed: 0 },
      samples: [
        { kind: 'removed', columns: [], before: { a: '1' } },
        { kind: 'added', columns: [], after: { a: '2' } },
      ],
    });
  });

  it('a key that does not tell rows apart is named, and rows are compared as wholes', () => {
    expect(diff('csv', 'id\n1\n1\n', 'id\n1\n', ['id'])).toMatchObject({
      keyProblem: 'before has one key twice, in rows 1 and 2',
      removed: 1,
    });
    expect(diff('csv', 'id\n1\n', 'id\n1\n', ['z']).keyProblem).toBe(
      'not both versions have the key\'s column "z"',
    );
  });

  it('files without rows say so', () => {
    const files = { before: Buffer.from('[1]'), after: Buffer.from('[]') };
    expect(diffText('json', files, undefined)).toEqual({
      kind: 'unfit',
      reason: 'before has a row that is no object, row 1',
    });
  });

  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.constantFrom('x', 'y', '')), {
    maxLength: 12,
  });
  const csv = (list: readonly (readonly [number, string])[]): string =>
    `id,a\n${list.map(([id, a]) => `${id},${a}\n`).join('')}`;

  it('counts are those of plain maps and bags', () => {
    fc.assert(
      fc.property(rows, rows, (before, after) => {
        const found = diff('csv', csv(before), csv(after));
        const bag = before.map(String);
        const added = after.filter((row) => {
          const at = bag.indexOf(String(row));
          if (at >= 0) bag.splice(at, 1);
          return at < 0;
        });
        expect([found.added, found.removed]).toEqual([added.length, bag.length]);

        const [old, now] = [new Map(before), new Map(after)];
        const keyed = diff('csv', csv([...old]), csv([...now]), ['id']);
        expect(keyed).toMatchObject({
          added: [...now.keys()].filter((id) => !old.has(id)).length,
          removed: [...old.keys()].filter((id) => !now.has(id)).length,
          changed: [...now].filter(([id, a]) => old.has(id) && old.get(id) !== a).length,
        });
        expect(keyed.samples).toHaveLength(keyed.added + keyed.removed + keyed.changed);
      }),
      { numRuns: 500 },
    );
  });
});
