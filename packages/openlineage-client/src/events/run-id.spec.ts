import { expect, test } from '@jest/globals';
import { newRunId } from './run-id.js';

test('a run id is a UUID of version 7 and of the RFC variant', () => {
  for (let i = 0; i < 100; i++) {
    expect(newRunId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});

test('a run id begins with its millisecond, as in the example of RFC 9562', () => {
  expect(newRunId(new Date('2022-02-22T19:22:22.000Z'))).toMatch(/^017f22e2-79b0-7/);
});

test('run ids of later milliseconds sort after those of earlier ones', () => {
  const ids = [5, 3, 70_000, 4, 1].map((ms) => newRunId(new Date(1_700_000_000_000 + ms)));
  expect([...ids].sort()).toEqual([ids[4], ids[1], ids[3], ids[0], ids[2]]);
});

test('no two of ten thousand run ids are the same', () => {
  const at = new Date();
  expect(new Set(Array.from({ length: 10_000 }, () => newRunId(at))).size).toBe(10_000);
});
