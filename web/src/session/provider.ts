import * as oauth from 'oauth4webapi';
import type { Attempt } from './attempt.js';
import type { Credentials, Provider } from './credentials.js';
import { plain, ProviderError, providerError } from './provider-words.js';

/** Where people sign in, as the service tells it. */
export interface SignInOffer extends Provider {
  readonly scopes: readonly string[];
}

const PATIENCE_MS = 15_000;
const FAREWELL_MS = 4_000;
const OPAQUE =
  'The identity provider gave an access token that is no JWT: nobody but itself can read it. An administrator registers Cairn there as an API (a resource, an audience) of its own, so that its tokens are JWTs.';

/** What the service offers; undefined when that is API tokens only. */
export async function signInOffer(): Promise<SignInOffer | undefined> {
  const response = await fetch('/api/v1/auth', { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) return undefined;
  const { oidc } = (await response.json()) as { oidc: SignInOffer | null };
  return oidc ?? undefined;
}

/**
 * Begins a sign-in: authorization code with PKCE (S256), back to the start of the explorer.
 * @param view where the reader is, to come back to
 * @returns the address to go to, and what to keep until the answer comes
 * @throws {ProviderError}
 */
export async function depart(
  offer: SignInOffer,
  view: string,
): Promise<{ readonly address: URL; readonly attempt: Attempt }> {
  if (!window.isSecureContext)
    throw new ProviderError('Signing in at the identity provider needs this page over https.', true);
  const { issuer, clientId, endpointOrigins } = offer;
  return telling(async () => {
    const server = await discover(offer);
    const attempt: Attempt = {
      ...{
        provider: { issuer, clientId, endpointOrigins },
        view,
        verifier: oauth.generateRandomCodeVerifier(),
      },
      ...{ state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce() },
    };
    if (server.authorization_endpoint === undefined)
      throw new ProviderError('The identity provider does not tell where people sign in.', true);
    const address = webAddress(server.authorization_endpoint);
    const asked = {
      ...{ response_type: 'code', client_id: clientId, redirect_uri: here(), scope: offer.scopes.join(' ') },
      ...{ state: attempt.state, nonce: attempt.nonce, code_challenge_method: 'S256' },
      code_challenge: await oauth.calculatePKCECodeChallenge(attempt.verifier),
    };
    for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
    return { address, attempt };
  });
}

/**
 * Ends a sign-in. State, issuer, nonce, audience and times of the answer are checked; the ID token came over the connection that was
 * asked, and the access token is verified by the service.
 * @throws {ProviderError}
 */
export async function arrive(
  { provider, state, nonce, verifier }: Attempt,
  answer: URLSearchParams,
): Promise<Credentials> {
  return telling(async () => {
    const server = await discover(provider);
    const client = { client_id: provider.clientId };
    const code = oauth.validateAuthResponse(server, client, answer, state);
    const response = await oauth.authorizationCodeGrantRequest(
      ...([server, client, oauth.None(), code, here(), verifier, asking(provider)] as const),
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      ...{ expectedNonce: nonce, requireIdToken: true },
    });
    return credentialsOf(provider, tokens);
  });
}

/** New credentials for those that end. @throws {ProviderError} */
export async function renew(credentials: Credentials): Promise<Credentials> {
  const { provider, refreshToken } = credentials;
  if (provider === undefined || refreshToken === undefined)
    throw new ProviderError('Your sign-in has ended.', true);
  return telling(async () => {
    const server = await discover(provider);
    const client = { client_id: provider.clientId };
    const response = await oauth.refreshTokenGrantRequest(
      ...([server, client, oauth.None(), refreshToken, asking(provider)] as const),
    );
    const tokens = await oauth.processRefreshTokenResponse(server, client, response);
    return credentialsOf(provider, tokens, credentials);
  });
}

/**
 * Ends the sign-in at the provider too, as far as it has ways for that.
 * @returns the address to go to, where the provider ends its session and sends people back
 */
export async function depose(credentials: Credentials): Promise<URL | undefined> {
  const { provider, refreshToken, idToken } = credentials;
  if (provider === undefined) return undefined;
  const options = asking(provider, FAREWELL_MS);
  try {
    const server = await discover(provider, FAREWELL_MS);
    const client = { client_id: provider.clientId };
    if (refreshToken !== undefined && server.revocation_endpoint !== undefined)
      await oauth
        .revocationRequest(server, client, oauth.None(), refreshToken, options)
        .catch(() => undefined);
    if (server.end_session_endpoint === undefined) return undefined;
    const address = webAddress(server.end_session_endpoint);
    address.searchParams.set('client_id', provider.clientId);
    address.searchParams.set('post_logout_redirect_uri', here());
    if (idToken !== undefined) address.searchParams.set('id_token_hint', idToken);
    return address;
  } catch {
    return undefined; // it is away; this tab has forgotten everything anyhow
  }
}

async function discover(provider: Provider, patienceMs = PATIENCE_MS): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(provider.issuer);
  const response = await oauth.discoveryRequest(issuer, asking(provider, patienceMs));
  const server = await oauth.processDiscoveryResponse(issuer, response);
  // The service lets this page ask these only.
  const origins = [issuer.origin, ...(provider.endpointOrigins ?? [])];
  const tokens = server.token_endpoint === undefined ? undefined : new URL(server.token_endpoint).origin;
  if (tokens !== undefined && !origins.includes(tokens))
    throw new ProviderError(
      `The identity provider gives its tokens at ${plain(tokens)}, which this page may not ask. An administrator allows it by OIDC_ENDPOINT_ORIGINS; until then sign in at a shell: cairn login --oidc.`,
      true,
    );
  return server;
}

function asking({ issuer }: Provider, patienceMs = PATIENCE_MS) {
  return {
    signal: AbortSignal.timeout(patienceMs),
    // The service takes an issuer without TLS on this machine only.
    [oauth.allowInsecureRequests]: new URL(issuer).protocol === 'http:',
  };
}

function credentialsOf(
  provider: Provider,
  tokens: oauth.TokenEndpointResponse,
  earlier?: Credentials,
): Credentials {
  const { access_token: token, expires_in: seconds, refresh_token, id_token } = tokens;
  if (!isJwt(token)) throw new ProviderError(OPAQUE, true);
  const refreshToken = refresh_token ?? earlier?.refreshToken;
  const idToken = id_token ?? earlier?.idToken;
  return {
    ...{ token, provider },
    ...(seconds !== undefined && { expiresAt: Date.now() + seconds * 1000 }),
    ...(refreshToken !== undefined && { refreshToken }),
    ...(idToken !== undefined && { idToken }),
  };
}

/** Three parts, as the service verifies them (RFC 7515, 7.1). */
function isJwt(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
}

/** An address that a page may be sent to: never one that runs something here. */
function webAddress(text: string): URL {
  const address = new URL(text);
  if (address.protocol !== 'https:' && address.protocol !== 'http:')
    throw new ProviderError('The identity provider names an address that is none of the web.', true);
  return address;
}

/** Where the provider sends people back to. */
function here(): string {
  return `${window.location.origin}/`;
}

async function telling<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    throw providerError(error);
  }
}
