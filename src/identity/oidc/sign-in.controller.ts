import { Controller, Get, Header, Inject } from '@nestjs/common';
import { CONFIG, type Config } from '../../platform/index.js';
import { Access } from '../access/access.js';

/** How people sign in who have no API token. */
export interface SignIn {
  /** Null where there is no identity provider, or it has no client for that. */
  readonly oidc: {
    readonly issuer: string;
    readonly clientId: string;
    readonly scopes: readonly string[];
    /** Where a page of this service may ask the issuer for tokens, beside its own origin. */
    readonly endpointOrigins: readonly string[];
  } | null;
}

/** Tells clients where people sign in. */
@Controller('api/v1/auth')
export class SignInController {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  @Access('public')
  @Get()
  @Header('cache-control', 'no-store')
  signIn(): SignIn {
    const { OIDC_ISSUER: issuer, OIDC_PUBLIC_CLIENT_ID: clientId, OIDC_SCOPES: scopes } = this.config;
    if (issuer === undefined || clientId === undefined) return { oidc: null };
    return {
      oidc: {
        ...{ issuer, clientId, scopes: scopes.split(' ').filter((scope) => scope !== '') },
        endpointOrigins: this.config.OIDC_ENDPOINT_ORIGINS ?? [],
      },
    };
  }
}
