import { describe, expect, it } from '@jest/globals';
import type { PolicyContext } from './attributes.js';
import type { Condition } from './condition.js';
import { evaluateCondition } from './evaluate-condition.js';
import { parseInstant } from './instant.js';
import { parseCondition } from './parse-condition.js';

const now = new Date('2026-06-01T12:00:00Z');

function condition(source: string): Condition {
  const parsed = parseCondition(source);
  if (typeof parsed === 'string') throw new TypeError(parsed);
  return parsed;
}

describe('a condition', () => {
  const cases: readonly (readonly [string, Omit<PolicyContext, 'now'>, string])[] = [
    ['-', {}, 'true'],
    ['branch == main', { branch: 'main' }, 'true'],
    ['branch == main', { branch: 'dev' }, 'false'],
    ['branch == main', {}, 'unknown'],
    ['branch != main', {}, 'unknown'],
    ['purpose in [fraud audit]', { purpose: 'audit' }, 'true'],
    ['purpose in [fraud audit]', { purpose: 'sales' }, 'false'],
    ['purpose in [fraud "credit risk"]', { purpose: 'credit risk' }, 'true'],
    ['clearance < 3', { clearance: 2.5 }, 'true'],
    ['clearance < 3', { clearance: Number.NaN }, 'unknown'],
    ['clearance >= -1', { clearance: -1 }, 'true'],
    ['clearance in [1 2]', { clearance: 2 }, 'true'],
    ['mfa == true', { mfa: true }, 'true'],
    ['mfa != true', { mfa: true }, 'false'],
    ['now < 2026-12-31T00:00:00Z', {}, 'true'],
    ['now < 2026-06-01T12:00:00+02:00', {}, 'false'],
    ['branch == main && approvals < 2', { branch: 'dev' }, 'false'],
    ['branch == main && approvals < 2', { branch: 'main' }, 'unknown'],
    ['approvals < 2 && branch == main', { branch: 'dev' }, 'false'],
    ['branch==main&&approvals<2', { branch: 'main', approvals: 1 }, 'true'],
  ];
  it.each(cases)('%j under %j is %s', (source, context, expected) => {
    expect(evaluateCondition(condition(source), { now, ...context })).toBe(expected);
  });

  it('counts a value of the wrong type as unknown', () => {
    const context: unknown = { now, clearance: '5', mfa: 'true', branch: 7 };
    for (const source of ['clearance > 3', 'mfa == true', 'branch == main']) {
      expect(evaluateCondition(condition(source), context as PolicyContext)).toBe('unknown');
    }
  });

  it.each([
    ['', 'when there is none'],
    ['brnch == main', '"brnch" is not an attribute'],
    ['constructor == main', 'is not an attribute'],
    ['branch = main', 'does not understand'],
    ['branch main', 'expects one of'],
    ['branch ==', 'expects a value of type string'],
    ['branch < main', 'has only == != in'],
    ['branch == true', 'is of type string'],
    ['branch == 7', 'is of type string'],
    ['mfa == yes', 'is of type boolean'],
    ['mfa < true', 'has only'],
    ['clearance < high', 'is of type number'],
    ['clearance < 3x', 'does not understand'],
    ['now < 2026-12-31', 'does not understand'],
    ['now < 2026-02-30T00:00:00Z', 'is of type instant'],
    ['now < tomorrow', 'is of type instant'],
    ['purpose in fraud', 'expects ['],
    ['purpose in [fraud', 'expects ]'],
    ['purpose in []', 'expects a value of type string'],
    ['branch == main || mfa == true', 'does not understand'],
    ['branch == main &&', 'expects an attribute, and found the end'],
    ['branch == main mfa == true', 'expects && or the end'],
    ['branch == process.exit()', 'does not understand'],
    ['mfa == true && '.repeat(60) + 'mfa == true', 'at most 512'],
  ])('%j is refused: %s', (source, message) => {
    expect(parseCondition(source)).toContain(message);
  });
});

describe('an instant', () => {
  it.each(['2026-02-28T23:59:59Z', '2024-02-29T00:00:00.123Z', '2026-01-01T00:00:00-05:30'])(
    '%s is one',
    (text) => {
      expect(parseInstant(text)).toBe(Date.parse(text));
    },
  );
  it.each([
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01',
  ])('%s is none', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});
