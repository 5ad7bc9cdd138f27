import { describe, expect, it } from '@jest/globals';
import { bindFilter } from './bind-filter.js';
import { parseFilter } from './parse-filter.js';

const now = new Date('2026-05-01T00:00:00Z');

function root(source: string) {
  const parsed = parseFilter(source);
  if (typeof parsed === 'string') throw new TypeError(parsed);
  return parsed.root;
}

describe('a row filter', () => {
  it('is read with && before ||, and brackets before both', () => {
    const compare = (column: string, value: unknown, type = 'number', operator = '==') => ({
      ...{ kind: 'compare', column, type, operator },
      operands: [{ value }],
    });
    expect(root('a == 1 || b == 2 && c == x')).toEqual({
      kind: 'or',
      parts: [compare('a', 1), { kind: 'and', parts: [compare('b', 2), compare('c', 'x', 'text')] }],
    });
    expect(root('(a == 1 || b == true) && `c d` >= 2026-01-31')).toEqual({
      kind: 'and',
      parts: [
        { kind: 'or', parts: [compare('a', 1), compare('b', true, 'boolean')] },
        compare('c d', Date.UTC(2026, 0, 31), 'time', '>='),
      ],
    });
    expect(root('a is not null')).toEqual({ kind: 'null', column: 'a', isNull: false });
  });

  it.each([
    ['', 'expects a column, and found the end'],
    ['a', 'expects is, == != <= >= < > in after a, and found the end'],
    ['a == ', 'expects a value, and found the end'],
    ['a < x', 'compares a as a text, which has no <'],
    ['a in [1 x]', 'compares a with values of different types'],
    ['a in []', 'expects a value, and found "]"'],
    ['a in [true false]', 'compares a as a boolean, which has no in'],
    ['a == 1 b', 'expects &&, || or the end, and found "b"'],
    ['(a == 1', 'expects ), and found the end'],
    ['a == $now', 'is not known; there are $subject, $purpose'],
    ['a == $constructor', '"$constructor" is not known'],
    ['a == 1234567890123456', 'a number has at most 15 digits'],
    ['a == 2026-02-30', 'is no such date'],
    ['a == 1; drop', 'does not understand "; drop"'],
    ['$region == a', 'expects a column'],
    ['a is nul', 'expects null after is'],
    [`${'('.repeat(9)}a == 1${')'.repeat(9)}`, 'has more than 8 brackets'],
    [`a == "${'x'.repeat(1024)}"`, 'a filter has at most 1024 characters'],
  ])('%j is refused: %s', (source, reason) => {
    expect(parseFilter(source)).toContain(reason);
  });

  it.each([
    ['a==1&&(b  in [x "y z" "true"])', 'a == 1 && b in [x "y z" "true"]'],
    [
      '((a == 1) || b is  not null) && `c d` != 2026-01-31T00:00:00Z',
      '(a == 1 || b is not null) && `c d` != 2026-01-31',
    ],
    ['a < 2026-01-31T12:30:00.5+02:00 || `b` == "eu"', 'a < 2026-01-31T10:30:00.500Z || b == eu'],
    ['p.age >= -1.50 && c == $clearance && d == false', 'p.age >= -1.5 && c == $clearance && d == false'],
  ])('%s has one spelling', (source, spelling) => {
    expect(parseFilter(source)).toMatchObject({ source: spelling });
    expect(root(spelling)).toEqual(root(source));
    expect(parseFilter(spelling)).toMatchObject({ source: spelling });
  });

  it('compares with what is known of the request, and with nothing where that is not known', () => {
    const context = { now, region: 'eu', clearance: 3 };
    const bound = bindFilter(root('r in [$region $purpose us] && c <= $clearance && o == $subject'), {
      subject: 'user:ana',
      context,
    });
    expect(bound).toMatchObject({
      parts: [{ operands: ['eu', 'us'] }, { operands: [3] }, { operands: ['user:ana'] }],
    });
    expect(bindFilter(root('r == $region'), { subject: 'user:ana', context: { now } })).toMatchObject({
      operands: [],
    });
  });
});
