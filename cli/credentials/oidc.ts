import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as client from 'openid-client';
import { UsageError } from '../exit-codes.js';
import type { Issued } from './credentials.js';

/** Where people sign in, as the service tells it. */
export interface SignIn {
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
}

const CALLBACK = '/callback';
const PATIENCE_MS = 300_000;

/**
 * Signs a person in at the identity provider: authorization code with PKCE, back to a port of this machine (RFC 8252). State, nonce, issuer,
 * signature and audience of what comes back are checked.
 * @param show gets the address to open in a browser
 * @throws {UsageError}
 */
export async function signIn(to: SignIn, show: (address: URL) => void): Promise<Issued> {
  const provider = await configurationOf(to);
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const callback = await listen(state);
  try {
    show(
      client.buildAuthorizationUrl(provider, {
        ...{ redirect_uri: callback.address, scope: to.scopes.join(' '), state, nonce },
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }),
    );
    const tokens = await client
      .authorizationCodeGrant(provider, await callback.called, {
        ...{ pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
      })
      .catch((error: Error) => {
        throw new UsageError(`The identity provider did not sign you in: ${error.message}`);
      });
    return issued(to, tokens);
  } finally {
    callback.close();
  }
}

/** A new access token for one that has ended. @throws {UsageError} the person has to sign in again */
export async function renew({
  issuer,
  clientId,
  refreshToken,
}: Required<Issued>['renewal']): Promise<Issued> {
  const to = { issuer, clientId, scopes: [] };
  const provider = await configurationOf(to);
  const tokens = await client.refreshTokenGrant(provider, refreshToken).catch(() => {
    throw new UsageError('Your sign-in has ended. Run `cairn login URL --oidc` again.');
  });
  return issued(to, tokens, refreshToken);
}

async function configurationOf({ issuer, clientId }: SignIn): Promise<client.Configuration> {
  const url = new URL(issuer);
  // The service takes an issuer without TLS on this machine only; so does who asks it.
  const isLocal = url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  return client
    .discovery(url, clientId, undefined, client.None(), {
      ...(isLocal && { execute: [client.allowInsecureRequests] }),
    })
    .catch((error: Error) => {
      throw new UsageError(`The identity provider ${issuer} cannot be asked: ${error.message}`);
    });
}

function issued(
  { issuer, clientId }: SignIn,
  tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers,
  earlier?: string,
): Issued {
  // RFC 7515, 7.1
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(tokens.access_token))
    throw new UsageError(
      'The identity provider gave an access token that is no JWT: nobody but itself can read it. Cairn must be registered there as an API (a resource, an audience) of its own, so that its tokens are JWTs.',
    );
  const refreshToken = tokens.refresh_token ?? earlier;
  const seconds = tokens.expiresIn();
  return {
    token: tokens.access_token,
    ...(refreshToken !== undefined && { renewal: { issuer, clientId, refreshToken } }),
    ...(seconds !== undefined && { expiresAt: new Date(Date.now() + seconds * 1000).toISOString() }),
  };
}

/** Waits on a free port of this machine for the browser to come back, once; whoever comes with another state is not it. */
async function listen(state: string): Promise<{ address: string; called: Promise<URL>; close: () => void }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let timer: NodeJS.Timeout | undefined;
  const called = new Promise<URL>((resolve, reject) => {
    timer = setTimeout(
      () => reject(new UsageError('Nobody signed in within five minutes. Run the command again.')),
      PATIENCE_MS,
    );
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', origin);
      const isCallback =
        request.method === 'GET' && url.pathname === CALLBACK && url.searchParams.get('state') === state;
      response.writeHead(isCallback ? 200 : 404, {
        ...{ 'content-type': 'text/plain; charset=utf-8', connection: 'close', 'cache-control': 'no-store' },
        'referrer-policy': 'no-referrer',
      });
      response.end(
        isCallback ? 'You can close this window and go back to the shell.\n' : 'Nothing is here.\n',
      );
      if (isCallback) resolve(url);
    });
  });
  called.catch(() => undefined);
  return {
    ...{ address: `${origin}${CALLBACK}`, called },
    close: () => {
      clearTimeout(timer);
      server.close();
    },
  };
}
