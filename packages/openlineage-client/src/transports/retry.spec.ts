import { expect, test } from '@jest/globals';
import { isRetryableStatus, pauseBeforeRetry, retryAfterMs } from './retry.js';

const policy = { maxAttempts: 5, baseDelayMs: 100, maxDelayMs: 250, maxRetryAfterMs: 1_000 };
const NOW = Date.parse('2026-01-02T03:04:05Z');

test.each([
  [200, false],
  [302, false],
  [400, false],
  [404, false],
  [422, false],
  [429, true],
  [500, true],
  [503, true],
  [599, true],
])('whether status %i may be accepted later is %s', (status, expected) => {
  expect(isRetryableStatus(status)).toBe(expected);
});

test.each([
  [null, undefined],
  ['2', 2_000],
  ['0', 0],
  ['Fri, 02 Jan 2026 03:04:15 GMT', 10_000],
  ['Fri, 02 Jan 2026 03:04:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
])('Retry-After %j means %j ms', (header, expected) => {
  expect(retryAfterMs(header, NOW)).toBe(expected);
});

test('the bound of the pause doubles up to its limit, and the pause is a random part of it', () => {
  const longest = [1, 2, 3, 4].map((attempt) => pauseBeforeRetry(policy, attempt, undefined, () => 1));
  expect(longest).toEqual([100, 200, 250, 250]);
  expect(pauseBeforeRetry(policy, 2, undefined, () => 0.5)).toBe(100);
  expect(pauseBeforeRetry(policy, 2, undefined, () => 0)).toBe(0);
});

test('the pause is never shorter than the server asks for', () => {
  expect(pauseBeforeRetry(policy, 1, 900, () => 1)).toBe(900);
});

test('there is no further try when they are used up, or when the server asks for too long a wait', () => {
  expect(pauseBeforeRetry(policy, 5, undefined)).toBeUndefined();
  expect(pauseBeforeRetry(policy, 1, 1_001)).toBeUndefined();
});
