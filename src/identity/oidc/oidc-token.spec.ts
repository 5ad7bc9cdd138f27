import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readIdentity } from './oidc-token.js';

const names = { name: 'preferred_username', groups: ['groups', 'realm_access.roles'] };
const person = { iss: 'https://id.example.org', sub: 'f2a7', preferred_username: 'Ana.Analyst', azp: 'web' };

describe('who a token names', () => {
  test('is a person, by the claim that is configured, in lower case', () => {
    expect(readIdentity({ ...person, name: ' Ana A. ' }, names)).toEqual({
      ...{ issuer: person.iss, externalSubject: 'f2a7', kind: 'user', name: 'ana.analyst' },
      ...{ displayName: 'Ana A.', groups: [] },
    });
    expect(readIdentity({ ...person, email: 'ana@example.org' }, { ...names, name: 'email' })).toMatchObject({
      ...{ name: 'ana@example.org', displayName: 'ana@example.org' },
    });
  });

  test.each([
    ['RFC 9068', { iss: person.iss, sub: 'etl', client_id: 'etl' }],
    ['Keycloak', { iss: person.iss, sub: 'a1', azp: 'etl', preferred_username: 'service-account-etl' }],
  ])('is a client that acts for itself, as %s says it', (_, payload) => {
    expect(readIdentity(payload, names)).toMatchObject({ kind: 'service', name: 'etl' });
  });

  test.each([
    ['claim preferred_username', { ...person, preferred_username: '../admin' }],
    ['claim preferred_username', { ...person, preferred_username: undefined }],
    ['claim preferred_username', { ...person, preferred_username: 7 }],
    ['claim sub', { ...person, sub: '' }],
    ['claim amr.0', { ...person, amr: [1] }],
  ])('is nobody for want of the %s', (missing, payload) => {
    expect(readIdentity(payload as never, names)).toMatch(missing);
  });

  test('is a member of groups from every claim that is configured, but for names that no policy file could hold', () => {
    const groups = ['/data-platform', 'finance', 'with space', '', 7, 'finance', '*', 'role:admin,x'];
    const payload = { ...person, groups, realm_access: { roles: ['viewer'] } };
    expect(readIdentity(payload, names)).toMatchObject({ groups: ['data-platform', 'finance', 'viewer'] });
  });

  test('is read from claims whose names are URLs', () => {
    const at = (name: string) => `https://cairn.example.org/${name}`;
    const payload = { iss: person.iss, sub: 'x', [at('name')]: 'ana', [at('groups')]: ['finance'] };
    expect(readIdentity(payload, { name: at('name'), groups: [at('groups')] })).toMatchObject({
      ...{ name: 'ana', groups: ['finance'] },
    });
  });

  test('proved a second factor or did not, or nothing is known of it', () => {
    const mfaOf = (amr?: string[]) => readIdentity({ ...person, ...(amr && { amr }) }, names);
    expect(mfaOf(['pwd', 'mfa'])).toMatchObject({ mfa: true });
    expect(mfaOf(['pwd'])).toMatchObject({ mfa: false });
    expect(mfaOf()).not.toHaveProperty('mfa');
  });

  test('is read from any JSON without a crash, and never under a name or group that means something else', () => {
    const claim = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('ana', 'service-account-web', ['a/b'], '__proto__'),
    );
    fc.assert(
      fc.property(
        fc.record({
          iss: claim,
          sub: claim,
          azp: claim,
          preferred_username: claim,
          groups: claim,
          amr: claim,
        }),
        (payload) => {
          const identity = readIdentity(payload as never, names);
          if (typeof identity === 'string') return identity.startsWith('claim ');
          return (
            /^[a-z0-9._@+-]+$/.test(identity.name) && identity.groups.every((g) => /^\w[^\s:,*]*$/.test(g))
          );
        },
      ),
      { numRuns: 2000 },
    );
  });
});
