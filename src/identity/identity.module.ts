import { Global, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { AccessKeyRepository } from './access-keys/access-key.repository.js';
import { AccessKeyResolver } from './access-keys/access-key.resolver.js';
import { AccessKeyService } from './access-keys/access-key.service.js';
import { SecretBox } from './access-keys/secret-box.js';
import { AccessCheck } from './access/access-check.js';
import { AuthenticationGuard } from './access/authentication.guard.js';
import { Administrator } from './administrator.js';
import { ServiceAccountVerifier } from './kubernetes/service-account-verifier.js';
import { ExternalIdentityRepository } from './oidc/external-identity.repository.js';
import { ExternalIdentityResolver } from './oidc/external-identity.resolver.js';
import { ExternalIdentityService } from './oidc/external-identity.service.js';
import { OidcVerifier } from './oidc/oidc-verifier.js';
import { SignInController } from './oidc/sign-in.controller.js';
import { PrincipalRepository } from './principals/principal.repository.js';
import { PrincipalResolver } from './principals/principal.resolver.js';
import { PrincipalService } from './principals/principal.service.js';
import { ServiceAccount } from './service-account.js';
import { TokenRepository } from './tokens/token.repository.js';
import { TokenResolver } from './tokens/token.resolver.js';
import { TokenService } from './tokens/token.service.js';

@Global()
@Module({
  imports: [DiscoveryModule],
  controllers: [SignInController],
  providers: [
    PrincipalRepository,
    PrincipalService,
    PrincipalResolver,
    TokenRepository,
    TokenService,
    TokenResolver,
    SecretBox,
    AccessKeyRepository,
    AccessKeyService,
    AccessKeyResolver,
    OidcVerifier,
    ServiceAccountVerifier,
    ExternalIdentityRepository,
    ExternalIdentityService,
    ExternalIdentityResolver,
    Administrator,
    ServiceAccount,
    AccessCheck,
    { provide: APP_GUARD, useClass: AuthenticationGuard },
  ],
  exports: [
    PrincipalService,
    TokenService,
    AccessKeyService,
    Administrator,
    ServiceAccount,
    AccessCheck,
    SecretBox,
  ],
})
export class IdentityModule {}
