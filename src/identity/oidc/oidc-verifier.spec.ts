import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type GenerateKeyPairResult,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import pino from 'pino';
import { HealthChecks, loadConfig } from '../../platform/index.js';
import { OidcVerifier } from './oidc-verifier.js';

type Keys = GenerateKeyPairResult & { kid: string; alg: string };

let server: Server;
let issuer: string;
let published: Keys[];
let status = 200;
let asked = 0;
let first: Keys;
let second: Keys;

async function keys(kid: string, alg: string): Promise<Keys> {
  return { ...(await generateKeyPair(alg, { extractable: true })), kid, alg };
}

async function jwks(): Promise<object> {
  const keys = published.map(async ({ publicKey, kid, alg }) => ({
    ...(await exportJWK(publicKey)),
    kid,
    alg,
  }));
  return { keys: await Promise.all(keys) };
}

beforeAll(async () => {
  first = await keys('first', 'RS256');
  second = await keys('second', 'ES256');
  published = [first];
  server = createServer((request, response) => {
    asked += 1;
    response.statusCode = status;
    const document =
      request.url === '/keys' ? jwks() : Promise.resolve({ issuer, jwks_uri: `${issuer}/keys` });
    void document.then((body) => response.end(JSON.stringify(body)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function verifier(env: Record<string, string> = {}): OidcVerifier {
  const config = loadConfig({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'cairn', ...env });
  return new OidcVerifier(config, pino({ level: 'silent' }), new HealthChecks());
}

const now = () => Math.floor(Date.now() / 1000);
function token(
  claims: Record<string, unknown> = {},
  { kid, alg, privateKey }: Keys = first,
): Promise<string> {
  return new SignJWT({
    ...{ iss: issuer, aud: 'cairn', sub: 's1', preferred_username: 'ana', iat: now(), exp: now() + 60 },
    ...claims,
  })
    .setProtectedHeader({ alg, kid })
    .sign(privateKey);
}

async function reasonFor(text: string, by = verifier()): Promise<unknown> {
  return by.verify(text).then(
    ({ name }) => name,
    (error: { details?: { reason?: string }; name: string }) => error.details?.reason ?? error.name,
  );
}

describe('a token', () => {
  test('of the issuer for this service is taken', async () => {
    expect(await reasonFor(await token())).toBe('ana');
    expect(await reasonFor(await token({ aud: ['other', 'cairn'] }))).toBe('ana');
  });

  test.each([
    ['expired token', { exp: now() - 31 }],
    ['ana', { exp: now() - 20 }],
    ['bad token', { nbf: now() + 45 }],
    ['ana', { nbf: now() + 20 }],
    ['bad token', { iss: 'https://elsewhere.example.org' }],
    ['other audience', { aud: 'billing' }],
    ['other audience', { aud: undefined }],
    ['bad token', { exp: undefined }],
    ['bad token', { iat: undefined }],
    ['bad token', { exp: 'tomorrow' }],
    ['nameless token', { preferred_username: undefined }],
  ])('counts as %s with %j', async (reason, claims) => {
    expect(await reasonFor(await token(claims))).toBe(reason);
  });

  test('that is unsigned, signed with the public key as a secret, or changed is refused', async () => {
    const claims = {
      iss: issuer,
      aud: 'cairn',
      sub: 's1',
      preferred_username: 'ana',
      iat: now(),
      exp: now() + 60,
    };
    const unsigned = new UnsecuredJWT(claims).encode();
    const secret = new TextEncoder().encode(await exportSPKI(first.publicKey));
    const confused = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'first' })
      .sign(secret);
    const [header, , signature] = (await token()).split('.');
    const changed = `${header}.${Buffer.from(JSON.stringify({ ...claims, sub: 'root' })).toString('base64url')}.${signature}`;
    expect(verifier().takes(unsigned)).toBe(false);
    expect(await Promise.all([reasonFor(confused), reasonFor(changed)])).toEqual(['bad token', 'bad token']);
  });

  test('by an algorithm that is not pinned is refused, whatever key the issuer publishes', async () => {
    published = [first, second];
    const signed = await token({}, second);
    expect(await reasonFor(signed, verifier({ OIDC_ALGORITHMS: 'RS256' }))).toBe('bad token');
    expect(await reasonFor(signed, verifier({ OIDC_ALGORITHMS: 'RS256, ES256' }))).toBe('ana');
    published = [first];
  });
});

describe('keys', () => {
  test('are fetched once for many tokens', async () => {
    const by = verifier();
    const before = asked;
    await Promise.all(Array.from({ length: 20 }, async () => by.verify(await token())));
    expect(asked - before).toBe(2);
  });

  test('that are known go on while the issuer is away; without them nothing is decided', async () => {
    const known = verifier();
    await known.verify(await token());
    status = 503;
    expect(await reasonFor(await token(), known)).toBe('ana');
    const fresh = verifier();
    expect(await reasonFor(await token(), fresh)).toBe('IdentityProviderUnavailableError');
    status = 200;
  });

  test('of an issuer that says it is another are not taken', async () => {
    const by = verifier({ OIDC_ISSUER: `${issuer}/` });
    await expect(by.verify(await token({ iss: `${issuer}/` }))).rejects.toThrow(`set OIDC_ISSUER to that`);
  });
});

describe('the settings', () => {
  test.each([
    [{ OIDC_ISSUER: 'http://id.example.org', OIDC_AUDIENCE: 'cairn' }, 'OIDC_ISSUER: must be https:'],
    [{ OIDC_ISSUER: 'id.example.org', OIDC_AUDIENCE: 'cairn' }, 'OIDC_ISSUER: must be a URL'],
    [{ OIDC_ISSUER: 'https://id.example.org' }, 'OIDC_AUDIENCE: is needed'],
    [{ OIDC_ENDPOINT_ORIGINS: 'https://id.example.org/token' }, 'OIDC_ENDPOINT_ORIGINS.0: must be an origin'],
    [{ OIDC_ENDPOINT_ORIGINS: "https://a.example.org,* 'unsafe-eval'" }, 'OIDC_ENDPOINT_ORIGINS.1'],
    [{ OIDC_ENDPOINT_ORIGINS: 'http://id.example.org' }, 'OIDC_ENDPOINT_ORIGINS.0: must be https:'],
    [{ OIDC_ALGORITHMS: 'RS256,none' }, 'OIDC_ALGORITHMS'],
    [{ OIDC_ALGORITHMS: 'HS256' }, 'OIDC_ALGORITHMS'],
    [{ OIDC_CLOCK_SKEW_SECONDS: '301' }, 'OIDC_CLOCK_SKEW_SECONDS'],
  ])('%j are refused', (env, message) => {
    expect(() => loadConfig(env)).toThrow(message);
  });
});
