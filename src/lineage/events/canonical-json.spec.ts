import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, inOrder } from './canonical-json.js';

const parsed = (text: string): unknown => JSON.parse(text);

/** JSON texts with keys in any order, among them those that an object puts in an order of its own. */
const { text: TEXTS } = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4 },
    fc
      .oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean(), fc.constant(null))
      .map((value) => JSON.stringify(value)),
    fc.array(tie('text'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .uniqueArray(
        fc.tuple(
          fc.oneof(
            fc.constantFrom('10', '9', '0', '01', 'a', 'B', 'é', '__proto__', 'toString'),
            fc.string(),
          ),
          tie('text'),
        ),
        { maxLength: 5, selector: ([key]) => key },
      )
      .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
  ),
}));

/** The definition, member by member. */
function defined(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(defined).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${defined(Object.entries(value).find(([name]) => name === key)![1])}`).join(',')}}`;
}

describe('canonical JSON', () => {
  test.each([
    ['{"b":[{"d":1,"c":"\\u00e9"}],"a":null}', '{"a":null,"b":[{"c":"é","d":1}]}'],
    ['{"b":1,"9":3,"10":2,"__proto__":{"z":1,"y":2}}', '{"10":2,"9":3,"__proto__":{"y":2,"z":1},"b":1}'],
    ['{"a":{"2":1,"1":2},"__proto__":1}', '{"__proto__":1,"a":{"1":2,"2":1}}'],
    ['["\\ud800\\n\\"", 1.50, -0, 1e21]', '["\\ud800\\n\\"",1.5,0,1e+21]'],
  ])('of %s', (text, canonical) => {
    expect(canonicalJson(parsed(text))).toBe(canonical);
  });

  test('leaves absent members out', () => {
    expect(canonicalJson({ b: undefined, a: { 10: undefined, 9: 1 } })).toBe('{"a":{"9":1}}');
    expect(canonicalJson(undefined)).toBe('null');
  });

  test('is as it is defined, and the same of what was put in order, which changes nothing', () => {
    fc.assert(
      fc.property(TEXTS, (text) => {
        const value = parsed(text);
        const before = JSON.stringify(value);
        const canonical = canonicalJson(value);
        expect(canonical).toBe(defined(value));
        const { value: ordered, json } = inOrder(value);
        expect(json).toBe(canonical);
        expect(canonicalJson(ordered)).toBe(canonical);
        expect(canonicalJson(parsed(canonical))).toBe(canonical);
        expect(ordered).toEqual(value);
        expect(JSON.stringify(value)).toBe(before);
      }),
      { numRuns: 2_000 },
    );
  });
});
