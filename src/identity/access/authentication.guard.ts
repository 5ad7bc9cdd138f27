import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { TokenService } from '../tokens/token.service.js';
import { ACCESS_METADATA, type AccessLevel, rememberCaller, requestOf } from './access.js';
import { UnauthenticatedError } from './errors.js';

const BEARER = /^Bearer ([\x21-\x7e]{1,4096})$/i;

/** Lets a request in with a valid token, or without one where the route says `public`. What it may do, policy decides later. */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const level = this.reflector.getAllAndOverride<AccessLevel | undefined>(ACCESS_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    const request = requestOf(context);
    const header = request.headers.authorization;
    if (level === 'public' && header === undefined) return true;
    if (header === undefined) throw new UnauthenticatedError('no token');
    const token = BEARER.exec(header)?.[1];
    const caller = token === undefined ? undefined : await this.tokens.authenticate(token);
    if (!caller) throw new UnauthenticatedError('bad token');
    rememberCaller(request, caller);
    return true;
  }
}
