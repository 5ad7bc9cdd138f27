import fc from 'fast-check';
import { AuthorizationResponseError } from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { plain, ProviderError, providerError } from './provider-words.js';

const refusal = (error: string, description?: string) =>
  new AuthorizationResponseError('refused', {
    cause: new URLSearchParams({
      error,
      ...(description !== undefined && { error_description: description }),
    }),
  });

describe('what an identity provider says', () => {
  it('is one bounded line without characters that move or hide others, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3000, unit: 'binary' }), (text) => {
        const line = plain(text);
        expect(line.length).toBeLessThanOrEqual(200);
        expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('keeps its words', () => {
    expect(plain('  Account\tis\r\nlocked \u202Enow ')).toBe('Account is locked now');
    expect(plain(`${'a'.repeat(300)}`)).toBe(`${'a'.repeat(199)}…`);
  });

  it('is told with its code', () => {
    expect(providerError(refusal('access_denied', '<b>No</b>')).message).toBe(
      'The identity provider did not sign you in. It says: <b>No</b> (access_denied)',
    );
    expect(providerError(refusal('login_required')).message).toMatch(/It says: login_required$/);
  });

  it('is no refusal when it cannot be asked', () => {
    for (const error of [new TypeError('Failed to fetch'), new DOMException('late', 'TimeoutError')])
      expect(providerError(error).isRefusal).toBe(false);
    expect(providerError(refusal('invalid_grant')).isRefusal).toBe(true);
    expect(providerError(new Error('unexpected "nonce"'))).toMatchObject({
      ...{ isRefusal: true, message: expect.stringContaining('unexpected "nonce"') },
    });
    const own = new ProviderError('ours', false);
    expect(providerError(own)).toBe(own);
  });
});
