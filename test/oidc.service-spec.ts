import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { run } from '../cli/run.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.js';
import { freePort } from './support/free-port.js';
import { killService, runService, serviceEnvironment } from './support/services.js';

const keycloak = serviceEnvironment('keycloak');
const issuer = keycloak['OIDC_ISSUER']!;
const policies = mkdtempSync(path.join(os.tmpdir(), 'cairn-oidc-'));
let cairn: TestCairn;

beforeAll(async () => {
  cpSync('policies', policies, { recursive: true });
  writeFileSync(
    path.join(policies, 'groups.csv'),
    ['g2, platform, *', 'g, group:data-platform, role:editor, platform, -, -', ''].join('\n'),
  );
  cairn = await startTestCairn({
    ...{ OIDC_ISSUER: issuer, OIDC_AUDIENCE: keycloak['OIDC_AUDIENCE']!, CAIRN_POLICY_DIR: policies },
    ...{ OIDC_GROUPS_CLAIM: 'groups,realm_access.roles', OIDC_PUBLIC_CLIENT_ID: 'cairn-ui' },
  });
}, 60_000);
afterAll(async () => {
  await cairn.stop();
  rmSync(policies, { recursive: true });
});

/** A token by a grant of the confidential client. */
async function grant(form: Record<string, string>): Promise<string> {
  const response = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ client_id: keycloak['OIDC_CLIENT_ID']!, client_secret: keycloak['OIDC_CLIENT_SECRET']! },
      ...form,
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  expect(token).toBeDefined();
  return token!;
}
const tokenOf = (username: string) =>
  grant({ grant_type: 'password', username, password: username, scope: 'openid' });

const ME = '{ me { id subject groups } }';
const CREATE = 'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { name } }';
const repository = (name: string) => ({ i: { name, kind: 'dataset', namespace: 'platform' } });

describe('who comes by the identity provider', () => {
  test('is a principal from the first time on, with its groups and realm roles', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => (await cairn.ask(ME, {}, await tokenOf('alice'))).me),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers[0]).toMatchObject({ subject: 'user:alice' });
    expect(answers[0].groups).toEqual(expect.arrayContaining(['admin', 'data-platform']));
  });

  test('may do what policy says of its groups, and nothing else', async () => {
    expect(await cairn.ask(CREATE, repository('by-group'), await tokenOf('alice'))).toEqual({
      createRepository: { name: 'by-group' },
    });
    const refused = await cairn.graphql(CREATE, repository('by-nobody'), await tokenOf('bob'));
    expect(refused.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });

  test('keeps its groups for API tokens that it issues itself', async () => {
    const { issueToken } = await cairn.ask(
      'mutation { issueToken(input: {subject: "user:alice", label: "notebook"}) { secret } }',
      {},
      await tokenOf('alice'),
    );
    expect(await cairn.ask(CREATE, repository('by-api-token'), issueToken.secret)).toBeDefined();
  });

  test('is explained with the group that lets it in', async () => {
    const { assetByName } = await cairn.ask(
      '{ assetByName(kind: dataset, identityNamespace: "cairn", identityName: "by-group") { id } }',
    );
    const { explainAccess } = await cairn.ask(
      'query($id: ID!) { explainAccess(subject: "user:alice", action: "write", assetId: $id) { allowed matched { rolePath } } }',
      { id: assetByName.id },
    );
    expect(explainAccess).toEqual({
      allowed: true,
      matched: [{ rolePath: ['user:alice', 'group:data-platform', 'role:editor'] }],
    });
  });

  test('as a client acting for itself is a service', async () => {
    const token = await grant({ grant_type: 'client_credentials' });
    expect((await cairn.ask(ME, {}, token)).me.subject).toBe('service:cairn-api');
  });

  test('cannot take the name of a principal that exists, until an administrator links them', async () => {
    const taken = await startTestCairn({
      ...{ OIDC_ISSUER: issuer, OIDC_AUDIENCE: keycloak['OIDC_AUDIENCE']!, CAIRN_POLICY_DIR: policies },
    });
    try {
      await taken.tokenFor('user:bob');
      const token = await tokenOf('bob');
      const refused = await taken.graphql(ME, {}, token);
      expect(refused.errors?.[0]?.message).toMatch(/user:bob exists already .*cairn principal link/);
      const { externalSubject } = refused.errors![0]!.extensions;
      await taken.ask('mutation($i: LinkIdentityInput!) { linkIdentity(input: $i) { id } }', {
        i: { subject: 'user:bob', issuer, externalSubject },
      });
      expect((await taken.ask(ME, {}, token)).me.subject).toBe('user:bob');
      const byItself = await taken.graphql(
        'mutation($i: LinkIdentityInput!) { linkIdentity(input: $i) { id } }',
        { i: { subject: 'user:bob', issuer, externalSubject: 'other' } },
        token,
      );
      expect(byItself.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    } finally {
      await taken.stop();
    }
  });

  test('is shut out at once when disabled here, whatever its token says', async () => {
    const token = await grant({ grant_type: 'client_credentials' });
    await cairn.ask('mutation { disablePrincipal(subject: "service:cairn-api") { id } }');
    expect((await cairn.graphql(ME, {}, token)).errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
  });

  test('with a token whose last byte is changed is refused', async () => {
    const [header, payload, signature] = (await tokenOf('alice')).split('.') as [string, string, string];
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    const response = await cairn.http('/v2/models/none/ready', { token: `${header}.${payload}.${flipped}` });
    expect(response.status).toBe(401);
  });
});

describe('a person at a shell', () => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'cairn-home-'));
  const file = path.join(home, 'cairn', 'credentials.json');
  const stored = () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, any>;
  afterAll(() => rmSync(home, { recursive: true }));

  /** Runs a command. @param onAddress gets the address that it asks to open */
  async function shell(argv: string[], onAddress?: (address: URL) => Promise<void>) {
    const told = { stdout: '', stderr: '' };
    let browsing: Promise<void> | undefined;
    const code = await run(argv, {
      env: { XDG_CONFIG_HOME: home },
      stdin: undefined,
      stdout: { write: (text: string) => (told.stdout += text) },
      stderr: {
        write: (text: string) => {
          told.stderr += text;
          const address = /https?:\S+auth\?\S+/.exec(told.stderr)?.[0];
          if (address !== undefined) browsing ??= onAddress?.(new URL(address));
        },
      },
    } as never);
    await browsing;
    return { code, ...told };
  }

  /** What a browser does with the provider's login page. @returns where it is sent back to */
  async function browse(address: URL, username: string): Promise<URL> {
    const page = await fetch(address, { redirect: 'manual' });
    const cookie = page.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    const form = /action="([^"]+)"/.exec(await page.text())![1]!.replaceAll('&amp;', '&');
    const answer = await fetch(form, {
      ...{ method: 'POST', redirect: 'manual', headers: { cookie } },
      body: new URLSearchParams({ username, password: username }),
    });
    return new URL(answer.headers.get('location')!);
  }

  test('signs in by code and PKCE, whatever else comes to the port, and goes on with new tokens', async () => {
    let address: URL | undefined;
    const login = await shell(['login', cairn.url, '--oidc'], async (asked) => {
      address = asked;
      const back = await browse(asked, 'alice');
      const forged = new URL(back);
      forged.searchParams.set('state', 'of-somebody-else');
      expect((await fetch(forged)).status).toBe(404);
      expect((await fetch(back)).status).toBe(200);
    });
    expect(login).toMatchObject({ code: 0, stdout: expect.stringContaining('as user:alice') });
    expect(address!.searchParams.get('code_challenge_method')).toBe('S256');
    expect(address!.searchParams.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const first = stored();
    writeFileSync(file, JSON.stringify({ ...first, expiresAt: new Date(0).toISOString() }));
    expect(await shell(['whoami'])).toMatchObject({ code: 0, stdout: expect.stringContaining('user:alice') });
    expect(stored()['token']).not.toBe(first['token']);
    expect(Date.parse(stored()['expiresAt'])).toBeGreaterThan(Date.now());
  }, 60_000);

  test('has to sign in again when the provider takes the session back', async () => {
    writeFileSync(
      file,
      JSON.stringify({
        ...stored(),
        expiresAt: new Date(0).toISOString(),
        renewal: { ...stored()['renewal'], refreshToken: 'gone' },
      }),
    );
    const ended = await shell(['whoami']);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain('Your sign-in has ended. Run `cairn login URL --oidc` again.');
  });

  test('is not signed in when a code of another sign-in is brought', async () => {
    const other = await shell(['login', cairn.url, '--oidc'], async (asked) => {
      const back = await browse(asked, 'bob');
      // The same person's browser, but a code that belongs to another verifier.
      const foreign = new URL(asked);
      foreign.searchParams.set('code_challenge', 'A'.repeat(43));
      back.searchParams.set('code', (await browse(foreign, 'bob')).searchParams.get('code')!);
      await fetch(back);
    });
    expect(other.code).not.toBe(0);
    expect(other.stderr).toContain('did not sign you in');
  }, 60_000);
});

test('anybody is told where people sign in, and nothing else', async () => {
  const answer = await cairn.http('/api/v1/auth', { token: '' });
  expect(await answer.json()).toEqual({
    oidc: { issuer, clientId: 'cairn-ui', scopes: ['openid'], endpointOrigins: [] },
  });
});

describe('the identity provider', () => {
  /** Its administration, by the account that its script makes. */
  async function administer(route: string, method: string, body?: unknown): Promise<Response> {
    const token = await fetch(
      `${issuer.replace(/\/realms\/.*/, '')}/realms/master/protocol/openid-connect/token`,
      {
        method: 'POST',
        body: new URLSearchParams({
          ...{ grant_type: 'password', client_id: 'admin-cli' },
          ...{
            username: keycloak['KEYCLOAK_ADMIN'] ?? 'admin',
            password: keycloak['KEYCLOAK_ADMIN_PASSWORD'] ?? 'admin',
          },
        }),
      },
    );
    const { access_token: admin } = (await token.json()) as { access_token: string };
    return fetch(`${keycloak['KEYCLOAK_ADMIN_URL']}${route}`, {
      method,
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }
  const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid;

  test('rotates its keys, and tokens by the new one and the old one are taken', async () => {
    const before = await tokenOf('alice');
    await cairn.ask(ME, {}, before);
    const made = await administer('/components', 'POST', {
      ...{ name: 'rotated', providerId: 'rsa-generated', providerType: 'org.keycloak.keys.KeyProvider' },
      config: { priority: [String(Date.now() % 1_000_000_000)], algorithm: ['RS256'] },
    });
    expect(made.status).toBe(201);
    try {
      const after = await tokenOf('alice');
      expect(kidOf(after)).not.toBe(kidOf(before));
      // Keys are fetched again at most every five seconds.
      let answer = await cairn.graphql(ME, {}, after);
      for (let tries = 0; answer.errors && tries < 20; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        answer = await cairn.graphql(ME, {}, after);
      }
      expect(answer.errors).toBeUndefined();
      expect((await cairn.ask(ME, {}, before)).me.subject).toBe('user:alice');
    } finally {
      await administer(`/components/${made.headers.get('location')!.split('/').at(-1)}`, 'DELETE');
    }
  });

  test('may be away: known keys go on, a fresh service refuses by name and recovers, API tokens do not care', async () => {
    const token = await tokenOf('alice');
    await cairn.ask(ME, {}, token);
    const fresh = await startTestCairn({
      ...{ OIDC_ISSUER: issuer, OIDC_AUDIENCE: keycloak['OIDC_AUDIENCE']!, CAIRN_POLICY_DIR: policies },
    });
    try {
      await runService('keycloak', 'stop');
      expect((await cairn.ask(ME, {}, token)).me.subject).toBe('user:alice');
      expect((await fresh.graphql(ME, {}, token)).errors?.[0]?.extensions['code']).toBe('UNAVAILABLE');
      expect((await fresh.ask(ME)).me.subject).toBe('user:admin');
      const health: any = await (await fresh.http('/health/ready')).json();
      expect(JSON.stringify(health)).toContain('it cannot be reached');
    } finally {
      await runService('keycloak', 'start');
    }
    let answer = await fresh.graphql(ME, {}, token);
    for (let tries = 0; answer.errors && tries < 40; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      answer = await fresh.graphql(ME, {}, token);
    }
    expect(answer.data?.me.subject).toBe('user:alice');
    await fresh.stop();
  }, 120_000);
});

describe('an identity provider with faults', () => {
  // One of its own, which names itself by the address of the wire.
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-keycloak-'));
  let server: Record<string, string>;
  let proxy: FaultProxy;
  let behind: TestCairn;
  let wired: string;

  const open = () =>
    startTestCairn({
      ...{ OIDC_ISSUER: wired, OIDC_AUDIENCE: keycloak['OIDC_AUDIENCE']!, CAIRN_POLICY_DIR: policies },
      OIDC_KEYS_MAX_AGE_SECONDS: '30',
    });
  const token = async (): Promise<string> => {
    const response = await fetch(`${wired}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ client_id: keycloak['OIDC_CLIENT_ID']!, client_secret: keycloak['OIDC_CLIENT_SECRET']! },
        ...{ grant_type: 'password', username: 'alice', password: 'alice', scope: 'openid' },
      }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const codeOf = async (of: TestCairn, bearer: string) =>
    (await of.graphql(ME, {}, bearer)).errors?.[0]?.extensions['code'];

  beforeAll(async () => {
    const port = await freePort();
    proxy = await startFaultProxy({ port });
    server = {
      ...{ SERVICES_DATA: folder, KEYCLOAK_PORT: String(port) },
      KEYCLOAK_HOSTNAME_PORT: String(proxy.port),
    };
    await runService('keycloak', 'start', server);
    wired = `http://127.0.0.1:${proxy.port}/realms/cairn`;
    behind = await open();
  }, 240_000);
  afterAll(async () => {
    await behind?.stop();
    await proxy.close();
    await runService('keycloak', 'stop', server);
    rmSync(folder, { recursive: true });
  });

  test('is waited for while it is slow, and refused by name, within seconds, while it says nothing', async () => {
    const bearer = await token();
    proxy.slow(200);
    expect((await behind.ask(ME, {}, bearer)).me.subject).toBe('user:alice');
    proxy.heal();
    const fresh = await open();
    proxy.stall();
    expect(await codeOf(fresh, bearer)).toBe('UNAVAILABLE');
    expect((await behind.ask(ME, {}, bearer)).me.subject).toBe('user:alice');
    const health: any = await (await fresh.http('/health/ready')).json();
    expect(health.parts.identityProvider).toMatchObject({ isReady: true, isDegraded: true });
    proxy.heal();
    for (let tries = 0; tries < 40 && (await codeOf(fresh, bearer)) !== undefined; tries++)
      await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await fresh.ask(ME, {}, bearer)).me.subject).toBe('user:alice');
    await fresh.stop();
  });

  test('may be killed: who was let in stays, and new tokens are taken once it is back', async () => {
    const bearer = await token();
    expect(await codeOf(behind, bearer)).toBeUndefined();
    await killService('keycloak', server);
    expect((await behind.ask(ME, {}, bearer)).me.subject).toBe('user:alice');
    expect((await behind.ask(ME)).me.subject).toBe('user:admin');
    await runService('keycloak', 'start', server);
    const later = await token();
    for (let tries = 0; tries < 40 && (await codeOf(behind, later)) !== undefined; tries++)
      await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await behind.ask(ME, {}, later)).me.subject).toBe('user:alice');
  }, 240_000);
});
