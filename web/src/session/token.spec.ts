import { describe, expect, it } from 'vitest';
import { tokenFromHash } from './token.js';

describe('a token in the fragment', () => {
  it('is taken out, and the rest stays', () => {
    expect(tokenFromHash('#token=abc')).toEqual({ token: 'abc', rest: '' });
    expect(tokenFromHash('#a=1&token=abc')).toEqual({ token: 'abc', rest: '#a=1' });
  });

  it.each(['', '#', '#section', '#token='])('is absent in %j', (hash) => {
    expect(tokenFromHash(hash)).toEqual({ rest: hash });
  });
});
