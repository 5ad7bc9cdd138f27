import { describe, expect, it } from 'vitest';
import { keepCredentials, keptCredentials, tokenFromHash } from './credentials.js';
import { memoryStore } from './memory-store.js';

describe('a token in the fragment', () => {
  it('is taken out, and the rest stays', () => {
    expect(tokenFromHash('#token=abc')).toEqual({ token: 'abc', rest: '' });
    expect(tokenFromHash('#a=1&token=abc')).toEqual({ token: 'abc', rest: '#a=1' });
  });

  it.each(['', '#', '#section', '#token='])('is absent in %j', (hash) => {
    expect(tokenFromHash(hash)).toEqual({ rest: hash });
  });
});

describe('kept credentials', () => {
  it('come back as they were, and are forgotten', () => {
    const store = memoryStore();
    const credentials = { token: 'a', expiresAt: 5, provider: { issuer: 'https://i', clientId: 'c' } };
    keepCredentials(store, credentials);
    expect(keptCredentials(store)).toEqual(credentials);
    keepCredentials(store, undefined);
    expect(keptCredentials(store)).toBeUndefined();
  });

  it.each(['', 'a token', 'null', '[]', '{}', '{"token":7}', '{"token":""}'])(
    'are none where something else was kept: %j',
    (kept) => {
      const store = { ...memoryStore(), getItem: () => kept };
      expect(keptCredentials(store)).toBeUndefined();
    },
  );
});
