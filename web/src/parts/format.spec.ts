import { describe, expect, it } from 'vitest';
import { ago, duration, rowChange, shortId } from './format.js';

describe('formatting', () => {
  const now = Date.parse('2026-03-10T12:00:00Z');
  it.each([
    ['2026-03-10T11:59:40Z', 'just now'],
    ['2026-03-10T11:58:00Z', '2 minutes ago'],
    ['2026-03-09T12:00:00Z', 'yesterday'],
    ['2025-03-10T12:00:00Z', 'last year'],
  ])('tells %s as %s', (instant, expected) => expect(ago(instant, now)).toBe(expected));

  it.each([
    [12, '12 ms'],
    [1600, '2 s'],
    [184_000, '3 min 4 s'],
  ])('tells %d ms as %s', (milliseconds, expected) => expect(duration(milliseconds)).toBe(expected));

  it.each([
    [300, 344, '344 (+44)'],
    [1344, 1300, '1,300 (−44)'],
    [null, 10, '10'],
    [10, null, '10 → –'],
    [null, null, '–'],
  ])('tells a change of rows from %s to %s as %s', (before, after, expected) =>
    expect(rowChange(before, after)).toBe(expected),
  );

  it('shortens a commit id to ten digits', () => expect(shortId('0123456789abcdef')).toBe('0123456789'));
});
