import { expect, test } from '@jest/globals';
import { readVerdict, splitBatch } from './batch.js';

const failed = (index: unknown, rest = {}) => ({ index, reason: 'no', retriable: false, ...rest });

test('a batch is cut by count and by bytes, in order, and an event too large goes alone', () => {
  const jsons = ['{}', '{}', '{}', `"${'é'.repeat(20)}"`, '{}'];
  const indexes = (maxEvents: number, maxBytes: number) =>
    splitBatch(jsons, maxEvents, maxBytes).map((part) => part.map(({ index }) => index));
  expect(indexes(2, 1_000)).toEqual([[0, 1], [2, 3], [4]]);
  expect(indexes(10, 9)).toEqual([[0, 1], [2], [3], [4]]);
  expect(indexes(10, 40)).toEqual([[0, 1, 2], [3], [4]]);
  expect(splitBatch([], 10, 10)).toEqual([]);
});

test.each<[string, string, number[], number]>([
  ['no body', '', [], 0],
  ['a text', 'OK', [], 0],
  ['null', 'null', [], 0],
  ['success', '{"status":"success","summary":{"received":3,"successful":3,"failed":0}}', [], 0],
  [
    'named failures, once each',
    JSON.stringify({ failed_events: [failed(2), failed(0), failed(2)] }),
    [0, 2],
    1,
  ],
  ['a count without names', '{"status":"partial_success","summary":{"failed":2}}', [], 2],
  ['a status without a count', '{"status":"partial_success"}', [], 1],
  [
    'places outside the batch',
    JSON.stringify({ failed_events: [failed(3), failed(-1), failed('0')] }),
    [],
    3,
  ],
])('%s: the failed events are read, and none is overlooked', (_, body, indexes, unnamed) => {
  const verdict = readVerdict(body, 3);
  expect(verdict.failures.map(({ index }) => index)).toEqual(indexes);
  expect(verdict.unnamed).toBe(unnamed);
});

test('a failure keeps its reason, and may be repeated only when the server says so', () => {
  const body = JSON.stringify({ failed_events: [failed(0, { retriable: true }), { index: 1 }] });
  expect(readVerdict(body, 2).failures).toEqual([
    { index: 0, reason: 'no', retryable: true },
    { index: 1, reason: 'the server gave no reason', retryable: false },
  ]);
});
