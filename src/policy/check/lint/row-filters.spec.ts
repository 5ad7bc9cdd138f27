import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BoundFilter, RowFilter } from '../../filter/filter.js';
import { bindFilter } from '../../filter/bind-filter.js';
import { parseFilter } from '../../filter/parse-filter.js';
import { impassableColumn, passesOnly } from './row-filters.js';

const comparison = fc.oneof(
  fc
    .tuple(fc.constantFrom('==', '!=', '<', '<=', '>', '>='), fc.constantFrom(1, 2))
    .map(([op, n]) => `n ${op} ${n}`),
  fc.constantFrom('N in [1 2]', 'n is null', 'n is not null', 't is null', 't is not null'),
  fc.constantFrom('t == a', 't != a', 't in [a b]', 'T in [b c]', 't in [c]'),
  fc.constantFrom('f == true', 'f == false', 'f != true', 'f is null'),
);
const { filter: text } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    fc.array(tie('filter'), { minLength: 2, maxLength: 3 }).map((parts) => `(${parts.join(' && ')})`),
    fc.array(tie('filter'), { minLength: 2, maxLength: 3 }).map((parts) => `(${parts.join(' || ')})`),
  ),
}));
const parsed = text
  .map((source) => parseFilter(source))
  .filter((each) => typeof each !== 'string') as fc.Arbitrary<RowFilter>;

const ROWS = [undefined, 0, 1, 1.5, 2, 3].flatMap((n) =>
  [undefined, 'a', 'b', 'c', 'd'].flatMap((t) => [undefined, true, false].map((f) => ({ n, t, f }))),
);
type Row = (typeof ROWS)[number];

function passes(node: BoundFilter, row: Row): boolean {
  if ('parts' in node)
    return node.kind === 'and'
      ? node.parts.every((part) => passes(part, row))
      : node.parts.some((part) => passes(part, row));
  const value = row[node.column.toLowerCase() as keyof Row];
  if (node.kind === 'null') return (value === undefined) === node.isNull;
  const { operator, operands } = node;
  const [first] = operands;
  if (value === undefined || first === undefined) return false;
  const held = { '==': value === first, '!=': value !== first, in: operands.includes(value) };
  const ordered = { '<': value < first, '<=': value <= first, '>': value > first, '>=': value >= first };
  return { ...held, ...ordered }[operator];
}

const lets = ({ root }: RowFilter, row: Row): boolean =>
  passes(bindFilter(root, { subject: '', context: { now: new Date(0) } }), row);

it('what is said to let no row through lets none through, and nothing else does whose parts are joined by && alone', () => {
  let found = 0;
  fc.assert(
    fc.property(parsed, (filter) => {
      const { source, root } = filter;
      const isPassable = ROWS.some((row) => lets(filter, row));
      if (impassableColumn(root) !== undefined) {
        found += 1;
        expect([source, isPassable]).toEqual([source, false]);
      } else if (!source.includes('||')) expect([source, isPassable]).toEqual([source, true]);
    }),
    { numRuns: 2_000 },
  );
  expect(found).toBeGreaterThan(100);
});

it('what is said to be as strict lets no other row through', () => {
  let found = 0;
  fc.assert(
    fc.property(parsed, parsed, (strict, mild) => {
      if (!passesOnly(strict.root, mild.root)) return;
      found += 1;
      const rows = ROWS.filter((row) => lets(strict, row) && !lets(mild, row));
      expect([strict.source, mild.source, rows]).toEqual([strict.source, mild.source, []]);
    }),
    { numRuns: 5_000 },
  );
  expect(found).toBeGreaterThan(100);
});
