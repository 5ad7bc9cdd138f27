import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { serviceEnvironment } from './support/services.js';

/** The explorer in Chromium, its sign-in at a real Keycloak. */
const keycloak = serviceEnvironment('keycloak');
const issuer = keycloak['OIDC_ISSUER']!;
const CLIENT = 'cairn-explorer';
/** So short that the explorer, which renews half a minute ahead, does so after seconds. */
const TOKEN_SECONDS = 34;

let cairn: TestCairn;
let browser: Browser;

/** Keycloak's administration, by the account that its script makes. */
async function administer(route: string, method: string, body?: unknown): Promise<Response> {
  const token = await fetch(
    `${issuer.replace(/\/realms\/.*/, '')}/realms/master/protocol/openid-connect/token`,
    {
      method: 'POST',
      body: new URLSearchParams({
        ...{ grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'admin' },
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

async function endSessionsOf(username: string): Promise<void> {
  const found = (await (await administer(`/users?username=${username}&exact=true`, 'GET')).json()) as {
    id: string;
  }[];
  expect((await administer(`/users/${found[0]!.id}/logout`, 'POST')).status).toBe(204);
}

beforeAll(async () => {
  // Without it the service serves no explorer.
  expect(existsSync(path.resolve('web/dist/index.html'))).toBe(true);
  cairn = await startTestCairn({
    ...{ OIDC_ISSUER: issuer, OIDC_AUDIENCE: keycloak['OIDC_AUDIENCE']!, OIDC_PUBLIC_CLIENT_ID: CLIENT },
  });
  const made = await administer('/clients', 'POST', {
    ...{ id: CLIENT, clientId: CLIENT, publicClient: true, standardFlowEnabled: true },
    ...{ redirectUris: [`${cairn.url}/`], webOrigins: [cairn.url], directAccessGrantsEnabled: false },
    attributes: {
      ...{ 'pkce.code.challenge.method': 'S256', 'post.logout.redirect.uris': '+' },
      'access.token.lifespan': String(TOKEN_SECONDS),
    },
    protocolMappers: [
      {
        ...{ name: 'audience', protocol: 'openid-connect', protocolMapper: 'oidc-audience-mapper' },
        config: { 'included.client.audience': keycloak['OIDC_AUDIENCE'], 'access.token.claim': 'true' },
      },
    ],
  });
  expect(made.status).toBe(201);
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await administer(`/clients/${CLIENT}`, 'DELETE');
  await cairn?.stop();
});

/** A tab of a session of its own, and what its console complained of. */
async function openTab(): Promise<{ page: Page; problems: string[] }> {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(15_000);
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  return { page, problems };
}

const signInButton = (page: Page) => page.getByRole('button', { name: /^Sign in at / });

/** Goes to the provider. @returns what it was asked */
async function depart(page: Page, search = ''): Promise<URLSearchParams> {
  await page.goto(`${cairn.url}/${search}`);
  await signInButton(page).click();
  await page.waitForURL((url) => url.href.startsWith(issuer));
  return new URL(page.url()).searchParams;
}

async function signIn(page: Page, username: string, search = ''): Promise<URLSearchParams> {
  const asked = await depart(page, search);
  await page.locator('#username').fill(username);
  await page.locator('#password').fill(username);
  await page.locator('#kc-login').click();
  await page.getByText(`user:${username}`).waitFor();
  return asked;
}

/** What a browser does with the login page that it was sent to. @returns where it is sent back to */
async function codeFor(address: string, username: string): Promise<URL> {
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

const tokenOf = (page: Page): Promise<string> =>
  page.evaluate('JSON.parse(sessionStorage.getItem("cairn.credentials")).token');

describe('who signs in at the identity provider by the explorer', () => {
  test('comes back to where they were, by code and PKCE, and nothing of it stays in the address', async () => {
    const { page, problems } = await openTab();
    const asked = await signIn(page, 'alice', '?page=access&list=mine');
    expect(Object.fromEntries(asked)).toMatchObject({
      ...{
        response_type: 'code',
        code_challenge_method: 'S256',
        redirect_uri: `${cairn.url}/`,
        scope: 'openid',
      },
      ...{ state: expect.stringMatching(/^.{40,}$/), nonce: expect.stringMatching(/^.{40,}$/) },
    });
    expect(page.url()).toBe(`${cairn.url}/?page=access&list=mine`);
    await page.goBack();
    expect(page.url()).not.toContain('code=');
    expect(await page.evaluate('[...Array(localStorage.length)].length')).toBe(0);
    expect(problems).toEqual([]);
  });

  test('goes on with new tokens before the old ones end', async () => {
    const { page, problems } = await openTab();
    await signIn(page, 'alice');
    const first = await tokenOf(page);
    await page.waitForTimeout(5_000);
    await page.getByRole('link', { name: 'Access' }).click();
    await page.getByText('Nothing waits for you').waitFor();
    expect(await tokenOf(page)).not.toBe(first);
    expect(problems).toEqual([]);
  });

  test('has to sign in again once the provider ended the session, and is told so', async () => {
    const { page } = await openTab();
    await signIn(page, 'bob');
    await endSessionsOf('bob');
    await page.waitForTimeout(5_000);
    await page.getByRole('link', { name: 'Access' }).click();
    await page.getByRole('alert').getByText('Your sign-in has ended. Sign in again.').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  test('signs out at the provider too', async () => {
    const { page, problems } = await openTab();
    await signIn(page, 'alice');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signInButton(page).waitFor();
    expect(new URL(page.url()).origin).toBe(cairn.url);
    await signInButton(page).click();
    await page.locator('#password').waitFor();
    expect(problems).toEqual([]);
  });
});

describe('what goes wrong at the identity provider', () => {
  test('is told in its words, as text and within bounds', async () => {
    const { page } = await openTab();
    const state = (await depart(page)).get('state')!;
    const answer = new URLSearchParams({ error: 'access_denied', state, iss: issuer });
    answer.set('error_description', `<img src=x onerror="document.title='taken'"> ${'no '.repeat(400)}`);
    await page.goto(`${cairn.url}/?${answer}`);
    const alert = page.getByRole('alert');
    await alert.getByText('<img src=x onerror=').waitFor();
    expect((await alert.textContent())!.length).toBeLessThan(350);
    expect(await alert.locator('img').count()).toBe(0);
    expect(page.url()).toBe(`${cairn.url}/`);
    await page.goto(`${cairn.url}/?${answer}`);
    await alert.getByText('belongs to no sign-in of this tab').waitFor();
  });

  test('is a code of somebody else: it signs nobody in', async () => {
    const { page } = await openTab();
    const stranger = await openTab();
    const state = (await depart(page)).get('state')!;
    await depart(stranger.page);
    const foreign = await codeFor(stranger.page.url(), 'bob');
    foreign.searchParams.set('state', state);
    await page.goto(foreign.href);
    await page.getByRole('alert').getByText('The identity provider did not sign you in.').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  test('is that it cannot be reached: the token still can be given', async () => {
    const { page } = await openTab();
    await page.route(`${issuer}/**`, (route) => route.abort());
    await page.goto(cairn.url);
    await signInButton(page).click();
    await page.getByRole('alert').getByText('cannot be reached from this page').waitFor();
    await page.getByText('With a token instead').click();
    await page.getByLabel('Token').fill(cairn.adminToken);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('user:admin').waitFor();
  });
});
