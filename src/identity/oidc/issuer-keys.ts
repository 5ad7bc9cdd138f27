import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { IdentityProviderUnavailableError } from './errors.js';

const FETCH_TIMEOUT_MS = 5_000;
/** Least time between two fetches: a token with a key that is not known asks for a fetch. */
const COOLDOWN_MS = 5_000;

/**
 * The public keys of an issuer, found by its discovery document and fetched again when a token names a key that is not known.
 * Source: OpenID Connect Discovery 1.0, RFC 7517.
 */
export class IssuerKeys {
  private keys: Promise<JWTVerifyGetKey> | undefined;
  private retryAt = 0;
  /** What the last fetch failed with; undefined after one that succeeded. */
  trouble: string | undefined;

  /** @param maxAgeMs how long fetched keys are believed, also while the issuer is away */
  constructor(
    private readonly issuer: string,
    private readonly maxAgeMs: number,
  ) {}

  /** The key for a token, as jose asks for it. @throws {IdentityProviderUnavailableError} */
  readonly keyFor: JWTVerifyGetKey = async (header, token) => {
    this.keys ??= this.discover();
    const keys = await this.keys.catch((error: unknown) => {
      this.keys = undefined;
      throw error;
    });
    return keys(header, token);
  };

  private async discover(): Promise<JWTVerifyGetKey> {
    if (Date.now() < this.retryAt)
      throw new IdentityProviderUnavailableError(this.issuer, this.trouble ?? '');
    const url = new URL(`${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const response = await this.fetch(url);
    const found = DISCOVERY.safeParse(await response.json().catch(() => undefined));
    if (!found.success) throw this.away('its discovery document has no issuer and jwks_uri');
    if (found.data.issuer !== this.issuer) {
      throw this.away(`its discovery document says that it is ${found.data.issuer}; set OIDC_ISSUER to that`);
    }
    return createRemoteJWKSet(new URL(found.data.jwks_uri), {
      ...{ timeoutDuration: FETCH_TIMEOUT_MS, cooldownDuration: COOLDOWN_MS, cacheMaxAge: this.maxAgeMs },
      [customFetch]: (address) => this.fetch(new URL(address)),
    });
  }

  private async fetch(url: URL): Promise<Response> {
    const response = await fetch(url, {
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    }).catch((error: Error) => {
      throw this.away(error.name === 'TimeoutError' ? 'no answer within 5 s' : 'it cannot be reached');
    });
    if (!response.ok) throw this.away(`it answers ${response.status} for ${url.pathname}`);
    this.trouble = undefined;
    return response;
  }

  private away(trouble: string): IdentityProviderUnavailableError {
    this.trouble = trouble;
    this.retryAt = Date.now() + COOLDOWN_MS;
    return new IdentityProviderUnavailableError(this.issuer, trouble);
  }
}

const DISCOVERY = z.object({ issuer: z.string(), jwks_uri: z.url() });
