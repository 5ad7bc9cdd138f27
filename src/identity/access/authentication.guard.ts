import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ServiceAccountVerifier } from '../kubernetes/service-account-verifier.js';
import { ExternalIdentityService } from '../oidc/external-identity.service.js';
import { OidcVerifier } from '../oidc/oidc-verifier.js';
import type { Principal } from '../principals/principal.js';
import { TokenService } from '../tokens/token.service.js';
import { ACCESS_METADATA, type AccessLevel, BASIC_METADATA, rememberCaller, requestOf } from './access.js';
import { UnauthenticatedError } from './errors.js';

const TOKEN = /^[\x21-\x7e]{1,16384}$/;
const BEARER = /^Bearer ([\x21-\x7e]{1,16384})$/i;
const BASIC = /^Basic ([A-Za-z0-9+/]{1,24000}={0,2})$/i;

/**
 * Lets a request in with a valid token, or without one where the route says `public` or `ticket`. What it may do, policy decides later,
 * or the service that gave out the ticket.
 */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenService,
    private readonly oidc: OidcVerifier,
    private readonly accounts: ServiceAccountVerifier,
    private readonly identities: ExternalIdentityService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const level = this.reflector.getAllAndOverride<AccessLevel | undefined>(ACCESS_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    const request = requestOf(context);
    const header = request.headers.authorization;
    // Also with a token: whether the process lives is told while the database is away.
    if (level === 'public' || level === 'ticket') return true;
    if (header === undefined) throw new UnauthenticatedError('no token');
    const acceptsBasic = this.reflector.getAllAndOverride<boolean | undefined>(BASIC_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    const token = BEARER.exec(header)?.[1] ?? (acceptsBasic === true ? passwordOf(header) : undefined);
    const caller = token === undefined ? undefined : await this.callerOf(token);
    if (!caller) throw new UnauthenticatedError('bad token');
    rememberCaller(request, caller);
    return true;
  }

  private async callerOf(token: string): Promise<Principal | undefined> {
    if (this.accounts.takes(token)) return this.identities.principalOf(await this.accounts.verify(token));
    if (!this.oidc.takes(token)) return this.tokens.authenticate(token);
    return this.identities.principalOf(await this.oidc.verify(token));
  }
}

/** The password of HTTP Basic, if it can be a token. */
function passwordOf(header: string): string | undefined {
  const pair = Buffer.from(BASIC.exec(header)?.[1] ?? '', 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  const password = pair.slice(colon + 1);
  return colon >= 0 && TOKEN.test(password) ? password : undefined;
}
