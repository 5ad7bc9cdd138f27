import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonText } from './json-text.js';

/** By UTF-16 units, half of pairs among them. */
const text = fc.string({
  unit: fc.constantFrom('a', '\0', '\u0001', '\\', 'u0000', 'ud83d', '"', '\ud83d', '\ude00', '😀'),
  maxLength: 8,
});
const stored = (one: string) => one.replace(/[\0\p{Surrogate}]/gu, '\ufffd');

test('what jsonb cannot hold is replaced in keys and values, and nothing else is', () => {
  fc.assert(
    fc.property(text, text, (key, value) => {
      const found = JSON.parse(jsonText({ list: [{ [`k${key}`]: value }] })) as object;
      expect(found).toEqual({ list: [{ [stored(`k${key}`)]: stored(value) }] });
    }),
    { numRuns: 2000 },
  );
});
