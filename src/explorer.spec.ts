import { describe, expect, test } from '@jest/globals';
import { contentSecurityPolicy } from './explorer.js';

const connects = (issuer?: string, clientId?: string, origins?: string[]) =>
  /connect-src ([^;]*);/.exec(
    contentSecurityPolicy({
      ...{ OIDC_ISSUER: issuer, OIDC_PUBLIC_CLIENT_ID: clientId, OIDC_ENDPOINT_ORIGINS: origins },
    }),
  )?.[1];

describe('what the explorer may connect to', () => {
  test('is the service alone where nobody signs in at an identity provider by it', () => {
    expect(connects()).toBe("'self'");
    expect(connects('https://id.example.org/realms/main')).toBe("'self'");
    expect(connects(undefined, 'cairn-ui')).toBe("'self'");
  });

  test('is beside it the host of the issuer, and nothing more of what it is called', () => {
    expect(connects("https://id.example.org:8443/realms/a;script-src *?x='", 'cairn-ui')).toBe(
      "'self' https://id.example.org:8443",
    );
  });

  test('is where the issuer has its token endpoint as well, when it is told', () => {
    expect(connects('https://id.example.org', 'cairn-ui', ['https://auth.example.org'])).toBe(
      "'self' https://id.example.org https://auth.example.org",
    );
    expect(connects('https://id.example.org', undefined, ['https://auth.example.org'])).toBe("'self'");
  });
});
