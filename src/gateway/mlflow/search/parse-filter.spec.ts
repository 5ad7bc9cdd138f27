import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidInputError } from '../../../platform/errors/index.js';
import { offsetOf, pageFrom } from './page-token.js';
import { parseFilter, parseOrderBy } from './parse-filter.js';

test.each([
  ["name LIKE 'x%'", [{ kind: 'attribute', key: 'name', operator: 'LIKE', value: 'x%' }]],
  ["tags.k = 'v'", [{ kind: 'tag', key: 'k', operator: '=', value: 'v' }]],
  [
    "tag.`mlflow.prompt.is_prompt` != 'true'",
    [{ kind: 'tag', key: 'mlflow.prompt.is_prompt', operator: '!=', value: 'true' }],
  ],
  ["tags.mlflow.source.type='x'", [{ kind: 'tag', key: 'mlflow.source.type', operator: '=', value: 'x' }]],
  ['metrics."my f1" >= -1.5e-3', [{ kind: 'metric', key: 'my f1', operator: '>=', value: -0.0015 }]],
  [
    `name='it''s' and run_id in ('a', "b")`,
    [
      { kind: 'attribute', key: 'name', operator: '=', value: "it's" },
      { kind: 'attribute', key: 'run_id', operator: 'IN', value: ['a', 'b'] },
    ],
  ],
  ["run_id NOT IN ('a')", [{ kind: 'attribute', key: 'run_id', operator: 'NOT IN', value: ['a'] }]],
  ['tags.k IS NULL', [{ kind: 'tag', key: 'k', operator: 'IS NULL', value: '' }]],
  [
    "params.k is not null and datasets.name = 'iris'",
    [
      { kind: 'param', key: 'k', operator: 'IS NOT NULL', value: '' },
      { kind: 'dataset', key: 'name', operator: '=', value: 'iris' },
    ],
  ],
  ['  ', []],
])('%s is read', (filter, expected) => {
  expect(parseFilter(filter)).toEqual(expected);
});

test.each([
  ...[
    'name',
    'name =',
    "name = 'x' OR name = 'y'",
    "name = 'x'; DROP TABLE asset",
    "= 'x'",
    'name = x',
    "name IN 'x'",
  ],
  ...[
    "name IN ('x'",
    "things.k = 'v'",
    "name = 'x' AND",
    "'name' = 'x'",
    "__proto__.k = 'v'",
    'tags.k IS',
    'tags.k IS NOT',
    "tags.k IS 'v'",
    "name = 'a\0b'",
    `name = '${'x'.repeat(7000)}'`,
  ],
  ...[new Array(51).fill("name = 'x'").join(' AND ')],
])('%s is refused, naming the field', (filter) => {
  expect(() => parseFilter(filter)).toThrow(expect.objectContaining({ field: 'filter' }));
});

test('whatever the text, it is read or refused as bad input', () => {
  const pieces = fc.constantFrom(
    'name',
    ' ',
    "'",
    '"',
    '`',
    '.',
    '(',
    ')',
    ',',
    '=',
    '!=',
    'AND',
    'IN',
    '1',
    'é',
    '\\',
    '%',
    'tags',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((all) => all.join('')),
      ),
      (text) => {
        try {
          parseFilter(text);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
        }
      },
    ),
  );
});

test('an order is a key and a direction', () => {
  expect(parseOrderBy(['name', 'metrics.`a b` DESC', 'start_time asc'])).toEqual([
    { kind: 'attribute', key: 'name', isDescending: false },
    { kind: 'metric', key: 'a b', isDescending: true },
    { kind: 'attribute', key: 'start_time', isDescending: false },
  ]);
  for (const order of ['name UP', 'name ASC DESC', '', "'name'"])
    expect(() => parseOrderBy([order])).toThrow(expect.objectContaining({ field: 'order_by' }));
});

test('a page ends in the token of the next, and the last in none', () => {
  const { page, next } = pageFrom(['a', 'b', 'c'], 10, 2);
  expect(page).toEqual(['a', 'b']);
  expect(offsetOf(next.next_page_token)).toBe(12);
  expect(pageFrom(['a'], 0, 2).next).toEqual({});
  const last = pageFrom(['a', 'b'], 1_000_000, 1).next.next_page_token;
  expect(() => offsetOf(last)).toThrow('must not lead behind 1000000 items');
  for (const token of ['x', Buffer.from('offset:-1').toString('base64url'), 'b2Zmc2V0OjEwMDAwMDAw'])
    expect(() => offsetOf(token)).toThrow(expect.objectContaining({ field: 'page_token' }));
});
