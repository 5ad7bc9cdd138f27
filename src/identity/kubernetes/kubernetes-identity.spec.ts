import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import pino from 'pino';
import { HealthChecks, InvalidConfigurationError, loadConfig } from '../../platform/index.js';
import { clusterOf } from '../../platform/kubernetes/index.js';
import { ServiceAccountVerifier } from './service-account-verifier.js';
import { readReview, reviewOf } from './token-review.js';
import { unverifiedClaims } from './unverified-claims.js';
import { VerdictCache } from './verdict-cache.js';

const ISSUER = 'https://kubernetes.default.svc';
const review = (status: unknown) => readReview({ status }, ISSUER, 'cairn');
const user = (username: string, groups: string[] = []) => ({
  authenticated: true,
  audiences: ['cairn'],
  user: { username, groups },
});

describe('a review', () => {
  test('names a service by namespace and account, with groups that policy files can have', () => {
    const groups = ['system:serviceaccounts', 'system:serviceaccounts:team-a', 'a b', 'system:authenticated'];
    expect(review(user('system:serviceaccount:team-a:train.er', groups))).toEqual({
      ...{ issuer: ISSUER, externalSubject: 'system:serviceaccount:team-a:train.er' },
      ...{ kind: 'service', name: 'k8s.team-a.train.er', displayName: 'train.er in team-a' },
      groups: ['system/authenticated', 'system/serviceaccounts', 'system/serviceaccounts/team-a'],
    });
  });

  test.each([
    ['refused', { authenticated: false }],
    ['refused', {}],
    ['refused', { ...user('system:serviceaccount:a:b'), audiences: ['https://kubernetes'] }],
    ['refused', { ...user('system:serviceaccount:a:b'), audiences: undefined }],
    ['refused', { ...user('system:serviceaccount:a:b'), authenticated: false }],
    ['nameless', user('system:node:node-0')],
    ['nameless', user('system:serviceaccount:a')],
    ['nameless', user('system:serviceaccount:a:b:c')],
    ['nameless', user('system:serviceaccount:a.b:c')],
    ['nameless', user(`system:serviceaccount:a:${'b'.repeat(130)}`)],
    ['nameless', { authenticated: true, audiences: ['cairn'] }],
    ['unreadable', { authenticated: 'yes' }],
    ['unreadable', undefined],
  ])('is %s for %j', (verdict, status) => expect(review(status)).toBe(verdict));

  test('asks for one audience', () => {
    expect(reviewOf('t', 'cairn')).toMatchObject({
      kind: 'TokenReview',
      spec: { token: 't', audiences: ['cairn'] },
    });
  });
});

describe('what a token says of itself', () => {
  const exp = 2_000_000_000;
  test('is read without a key', () => {
    const token = new UnsecuredJWT({ iss: ISSUER, aud: 'cairn', exp }).encode();
    expect(unverifiedClaims(token)).toEqual({ issuer: ISSUER, audiences: ['cairn'], expiresAt: exp * 1000 });
  });

  test.each(['', 'a.b.c', 'cairn_abc', '..', `${'e'.repeat(100)}.e30.x`, 'eyJ.bnVsbA.x'])(
    'is nothing in %j',
    (token) => expect(unverifiedClaims(token)).toBeUndefined(),
  );

  test.each([
    { iss: ISSUER, exp },
    { iss: ISSUER, aud: 7, exp },
    { aud: 'cairn', exp },
    { iss: ISSUER, aud: 'cairn' },
  ])('is nothing with %j', (claims) =>
    expect(unverifiedClaims(new UnsecuredJWT(claims as never).encode())).toBeUndefined(),
  );
});

describe('what was said of a token', () => {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  test('is asked once by many, believed for its time, and not kept after a failure', async () => {
    const cache = new VerdictCache<string>(10);
    let asked = 0;
    const ask = (verdict: string, forMs: number) => async () => {
      asked += 1;
      await pause(5);
      return { verdict, forMs };
    };
    const many = await Promise.all(Array.from({ length: 20 }, () => cache.of('t', ask('a', 60))));
    expect([new Set(many).size, asked]).toEqual([1, 1]);
    expect(await cache.of('t', ask('b', 60))).toBe('a');
    expect(await cache.of('other', ask('b', 0))).toBe('b');
    expect(await cache.of('other', ask('c', 0))).toBe('c');
    await pause(70);
    expect(await cache.of('t', ask('b', 60))).toBe('b');
    const fails = cache.of('f', () => Promise.reject(new Error('away')));
    const shares = cache.of('f', ask('b', 60));
    await expect(Promise.all([fails, shares])).rejects.toThrow('away');
    expect(await cache.of('f', ask('d', 60))).toBe('d');
  });
});

describe('the settings', () => {
  const of = async (env: Record<string, string>) => {
    const config = loadConfig(env);
    const logger = pino({ level: 'silent' });
    return new ServiceAccountVerifier(config, logger, await clusterOf(config), new HealthChecks());
  };
  const token = (iss: string) => new UnsecuredJWT({ iss, aud: 'cairn', exp: 2_000_000_000 }).encode();

  test('take nothing unless there is an audience', async () =>
    expect((await of({})).takes(token(ISSUER))).toBe(false));

  test('leave the tokens of the identity provider to it', async () => {
    const KUBECONFIG = path.join(mkdtempSync(path.join(os.tmpdir(), 'cairn-kubeconfig-')), 'config');
    const server = { name: 'c', cluster: { server: 'https://127.0.0.1:1' } };
    const parts = { clusters: [server], users: [{ name: 'u', user: {} }], 'current-context': 'x' };
    const contexts = [{ name: 'x', context: { cluster: 'c', user: 'u' } }];
    writeFileSync(KUBECONFIG, JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...parts, contexts }));
    const provider = { OIDC_ISSUER: 'https://id.example.org', OIDC_AUDIENCE: 'cairn' };
    const by = await of({ KUBERNETES_TOKEN_AUDIENCE: 'cairn', KUBECONFIG, ...provider });
    const tokens = [token(ISSUER), token('https://id.example.org'), 'cairn_x', 'a.b.c'];
    expect(tokens.map((each) => by.takes(each))).toEqual([true, false, false, false]);
  });

  test('need a cluster', async () => {
    await expect(of({ KUBERNETES_TOKEN_AUDIENCE: 'cairn', KUBECONFIG: '/nowhere' })).rejects.toThrow(
      InvalidConfigurationError,
    );
    expect(() => loadConfig({ KUBERNETES_TOKEN_AUDIENCE: 'two words' })).toThrow(
      'KUBERNETES_TOKEN_AUDIENCE: must be',
    );
  });
});
