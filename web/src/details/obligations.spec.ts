import { describe, expect, it } from 'vitest';
import { maskWords, masksByColumn } from './obligations.js';

describe('a mask', () => {
  it.each([
    ['redact', 'shown as REDACTED'],
    ['constant:a:b', 'shown as “a:b”'],
    ['partial:4', 'starred, but for the last 4 characters'],
    ['date:year', 'cut to the year'],
    ['newer', 'newer'],
  ])('%s is told as: %s', (mask, words) => expect(maskWords(mask)).toBe(words));

  it('is over its column whatever the case, and over the fields in it', () => {
    const maskOf = masksByColumn([
      { column: 'Person', mask: 'null', rules: ['A'] },
      { column: 'home.street', mask: 'redact', rules: ['B'] },
    ]);
    expect(maskOf('person')?.mask).toBe('null');
    expect(maskOf('PERSON.age')?.mask).toBe('null');
    expect(maskOf('home.street')?.mask).toBe('redact');
    expect(maskOf('home')).toBeUndefined();
    expect(maskOf('personal')).toBeUndefined();
  });
});
