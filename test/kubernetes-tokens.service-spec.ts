import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { changedKubeconfig, TestCluster, tokenKubeconfig } from './support/cluster.js';
import { eventually } from './support/eventually.js';
import { startFaultProxy } from './support/fault-proxy.js';
import { runService, serviceEnvironment } from './support/services.js';

const NAMESPACE = `tokens-${randomBytes(4).toString('hex')}`;
const AUDIENCE = 'cairn.example.org';
const cluster = new TestCluster();
const ADMIN = cluster.kubeconfig;
const endpoint = serviceEnvironment('kubernetes')['KUBERNETES_ENDPOINT']!;
const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-tokens-'));
let cairn: TestCairn;

const account = (name: string) => ({
  ...{ apiVersion: 'v1', kind: 'ServiceAccount' },
  metadata: { name, namespace: NAMESPACE },
});
const tokenOf = (name: string, audience = AUDIENCE, settings: object = {}) =>
  cluster.token(NAMESPACE, name, { audiences: [audience], ...settings });
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
const settings = (kubeconfig = ADMIN) => ({
  ...{ KUBERNETES_TOKEN_AUDIENCE: AUDIENCE, KUBECONFIG: kubeconfig },
  CAIRN_POLICY_DIR: path.join(folder, 'policies'),
});

beforeAll(async () => {
  await cluster.create(namespace);
  for (const name of ['trainer', 'leaver', 'other']) await cluster.create(account(name));
  cpSync('policies', path.join(folder, 'policies'), { recursive: true });
  writeFileSync(
    path.join(folder, 'policies/accounts.csv'),
    ['g2, platform, *', `g, group:system/serviceaccounts/${NAMESPACE}, role:editor, platform, -, -`, ''].join(
      '\n',
    ),
  );
  cairn = await startTestCairn(settings());
}, 60_000);
afterAll(async () => {
  await cairn?.stop();
  await cluster.remove(namespace);
  rmSync(folder, { recursive: true, force: true });
});

const ME = '{ me { subject groups } }';
const codeOf = async (token: string, by = cairn) =>
  (await by.graphql(ME, {}, token)).errors?.[0]?.extensions['code'];
const reviews = async (outcome: string, by = cairn) => {
  const text = await (await by.http('/metrics')).text();
  return Number(new RegExp(`cairn_token_reviews_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)![1]);
};

describe('a token of a service account', () => {
  test('is a service of the account and namespace, with its groups, which policy files may name', async () => {
    const token = await tokenOf('trainer');
    const { me } = await cairn.ask(ME, {}, token);
    expect(me.subject).toBe(`service:k8s.${NAMESPACE}.trainer`);
    expect(me.groups).toContain(`system/serviceaccounts/${NAMESPACE}`);
    const made = await cairn.ask(
      'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { name } }',
      { i: { name: 'by-account', kind: 'dataset', namespace: 'platform' } },
      token,
    );
    expect(made.createRepository.name).toBe('by-account');
  });

  test('is reviewed once for many requests', async () => {
    const before = await reviews('taken');
    const token = await tokenOf('other');
    await Promise.all(Array.from({ length: 30 }, () => cairn.ask(ME, {}, token)));
    expect((await reviews('taken')) - before).toBe(1);
  });

  test('for another audience, for the API server, expired, changed, or of nobody is refused', async () => {
    const [header, payload, signature] = (await tokenOf('trainer')).split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const claiming = (change: object) =>
      `${header}.${Buffer.from(JSON.stringify({ ...claims, ...change })).toString('base64url')}.${signature}`;
    const tokens = [
      await tokenOf('trainer', 'other.example.org'),
      await tokenOf('trainer', endpoint),
      claiming({ exp: 1 }),
      claiming({ sub: `system:serviceaccount:${NAMESPACE}:other` }),
      `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      `${header}.${payload}.`,
      'a.b.c',
    ];
    expect(await Promise.all(tokens.map((token) => codeOf(token)))).toEqual(
      tokens.map(() => 'UNAUTHENTICATED'),
    );
  });

  test('of an account that was deleted is refused when what is remembered has passed', async () => {
    const forgetful = await startTestCairn({ ...settings(), KUBERNETES_TOKEN_MAX_AGE_SECONDS: '5' });
    const token = await tokenOf('leaver');
    for (const by of [cairn, forgetful]) expect(await codeOf(token, by)).toBeUndefined();
    await cluster.remove(account('leaver'));
    const isTold = (code: unknown) => code !== undefined;
    expect(await eventually(() => codeOf(token, forgetful), isTold)).toBe('UNAUTHENTICATED');
    // The other one believes its review for a minute.
    expect(await codeOf(token)).toBeUndefined();
    await forgetful.stop();
    // A new account of that name is the same principal: the cluster, too, gives rights by name.
    await cluster.create(account('leaver'));
    const again = await tokenOf('leaver');
    expect((await cairn.ask(ME, {}, again)).me.subject).toBe(`service:k8s.${NAMESPACE}.leaver`);
  });

  test('is let in as long as it lasts, and API tokens are what they were', async () => {
    expect((await cairn.ask(ME)).me.subject).toBe('user:admin');
    expect(await codeOf('cairn_nothing')).toBe('UNAUTHENTICATED');
    await cairn.ask(`mutation { disablePrincipal(subject: "service:k8s.${NAMESPACE}.other") { id } }`);
    expect(await codeOf(await tokenOf('other'))).toBe('UNAUTHENTICATED');
  });
});

describe('the API server', () => {
  test('that is away lets nobody in who is not remembered, and all others', async () => {
    const remembered = await tokenOf('trainer');
    const unknown = await tokenOf('trainer', AUDIENCE, { expirationSeconds: 7_200 });
    await cairn.ask(ME, {}, remembered);
    await runService('kubernetes', 'stop');
    try {
      expect(await codeOf(unknown)).toBe('UNAVAILABLE');
      expect(await codeOf(remembered)).toBeUndefined();
      expect((await cairn.ask(ME)).me.subject).toBe('user:admin');
      const health: any = await (await cairn.http('/health/ready')).json();
      expect(health.parts.tokenReviews).toMatchObject({ isReady: true, isDegraded: true });
    } finally {
      await runService('kubernetes', 'start');
    }
    expect(await codeOf(unknown)).toBeUndefined();
  });

  test('that does not answer, or does not let us ask, is no reason to let anybody in', async () => {
    const proxy = await startFaultProxy({ port: Number(new URL(endpoint).port) });
    const proxied = changedKubeconfig(ADMIN, path.join(folder, 'proxied'), (text) =>
      text.replace(endpoint, `https://127.0.0.1:${proxy.port}`),
    );
    const rightless = tokenKubeconfig(
      ADMIN,
      path.join(folder, 'rightless'),
      await cluster.token(NAMESPACE, 'trainer'),
    );
    const [behind, without] = await Promise.all([
      startTestCairn(settings(proxied)),
      startTestCairn(settings(rightless)),
    ]);
    try {
      proxy.stall();
      const token = await tokenOf('trainer');
      expect(await codeOf(token, behind)).toBe('UNAVAILABLE');
      proxy.heal();
      proxy.slow(200);
      expect(await codeOf(token, behind)).toBeUndefined();
      const refused = await without.graphql(ME, {}, token);
      expect(refused.errors?.[0]?.extensions['code']).toBe('UNAVAILABLE');
      expect(JSON.stringify(refused)).not.toMatch(/forbidden|tokenreviews/);
      const health: any = await (await without.http('/health/ready')).json();
      expect(health.parts.tokenReviews.report.reason).toMatch(/tokenreviews.*is forbidden/);
    } finally {
      await Promise.all([behind.stop(), without.stop()]);
      await proxy.close();
    }
  });
});
