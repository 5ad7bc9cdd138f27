import { describe, expect, it } from '@jest/globals';
import { parseMetrics } from './run-metrics.js';

describe('metrics of a run', () => {
  it('are an object of numbers', () => {
    expect(parseMetrics('{"accuracy": 0.98, "rows": 342}')).toEqual({ accuracy: 0.98, rows: 342 });
    expect(parseMetrics('{}')).toEqual({});
  });

  it.each([
    '',
    '{',
    '[]',
    'null',
    '3',
    '{"a": "0.98"}',
    '{"a": {"b": 1}}',
    '{"a": null}',
    '{"a": 1e999}',
    '{"": 1}',
  ])('%j is refused', (text) => expect(() => parseMetrics(text)).toThrow(/outputs\/metrics\.json/));

  it('too many of them are refused', () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`m${i}`, i]));
    expect(() => parseMetrics(JSON.stringify(many))).toThrow('at most 200');
  });
});
