import { Global, Injectable, Module } from '@nestjs/common';
import { ACCESS_DECIDER, type AccessDecider, CHANGES, type Principal } from '../identity/index.js';
import { AuditLog } from './audit/audit-log.js';
import { ChangeRepository } from './audit/change.repository.js';
import { RootRepository } from './audit/roots/root.repository.js';
import { SigningKey } from './audit/roots/signing-key.js';
import { LivePolicy } from './live-policy.js';
import { Policy } from './policy.service.js';
import { systemResource } from './vocabulary.js';

/** Answers the identity room's one question. */
@Injectable()
class PrincipalAdministration implements AccessDecider {
  constructor(private readonly policy: Policy) {}

  authorizeAdministration(caller: Principal): Promise<void> {
    return this.policy.authorize(caller, 'administer', systemResource('principals'));
  }
}

@Global()
@Module({
  providers: [
    SigningKey,
    ChangeRepository,
    AuditLog,
    RootRepository,
    { provide: CHANGES, useExisting: AuditLog },
    LivePolicy,
    Policy,
    { provide: ACCESS_DECIDER, useClass: PrincipalAdministration },
  ],
  exports: [Policy, AuditLog, ChangeRepository, RootRepository, SigningKey, CHANGES, ACCESS_DECIDER],
})
export class PolicyModule {}
