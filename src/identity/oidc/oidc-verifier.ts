import { Inject, Injectable } from '@nestjs/common';
import { errors, jwtVerify } from 'jose';
import { CONFIG, type Config, DomainError, HealthChecks, LOGGER, type Logger } from '../../platform/index.js';
import { UnauthenticatedError } from '../access/errors.js';
import { IssuerKeys } from './issuer-keys.js';
import { type ExternalIdentity, readIdentity } from './oidc-token.js';

/** Three base64url parts, as a signed JWT has in its compact form (RFC 7515, 7.1). */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Verifies access tokens of the configured issuer. */
@Injectable()
export class OidcVerifier {
  private readonly keys: IssuerKeys | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly log: Logger,
    health: HealthChecks,
  ) {
    const { OIDC_ISSUER: issuer, OIDC_KEYS_MAX_AGE_SECONDS: maxAge } = config;
    if (issuer === undefined) return;
    const keys = new IssuerKeys(issuer, maxAge * 1000);
    this.keys = keys;
    // Callers with API tokens are served whatever the issuer does.
    health.register('identityProvider', async () => ({
      isReady: true,
      isDegraded: keys.trouble !== undefined,
      report: { issuer, ...(keys.trouble !== undefined && { reason: keys.trouble }) },
    }));
  }

  /** Whether a bearer token is to be verified here. */
  takes(token: string): boolean {
    return this.keys !== undefined && JWT.test(token);
  }

  /**
   * Signature, issuer, audience and times, by the pinned algorithms.
   * @throws {UnauthenticatedError} @throws {IdentityProviderUnavailableError}
   */
  async verify(token: string): Promise<ExternalIdentity> {
    const { payload } = await jwtVerify(token, this.keys!.keyFor, {
      issuer: this.config.OIDC_ISSUER!,
      audience: this.config.OIDC_AUDIENCE!,
      algorithms: this.config.OIDC_ALGORITHMS,
      clockTolerance: this.config.OIDC_CLOCK_SKEW_SECONDS,
      requiredClaims: ['sub', 'exp', 'iat'],
    }).catch((error: unknown) => {
      throw error instanceof DomainError ? error : new UnauthenticatedError(reasonOf(error));
    });
    const identity = readIdentity(payload, {
      name: this.config.OIDC_NAME_CLAIM,
      groups: this.config.OIDC_GROUPS_CLAIM,
    });
    if (typeof identity === 'object') return identity;
    this.log.warn({ externalSubject: payload.sub, missing: identity }, 'oidc: a token names nobody');
    throw new UnauthenticatedError('nameless token');
  }
}

/** What is told of a token depends on its being genuine: jose reads claims after it verified the signature. */
function reasonOf(error: unknown): UnauthenticatedError['reason'] {
  if (error instanceof errors.JWTExpired) return 'expired token';
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') return 'other audience';
  return 'bad token';
}
