import { Global, Injectable, Module } from '@nestjs/common';
import { ACCESS_DECIDER, type AccessDecider, type Principal } from '../identity/index.js';
import { DecisionLog } from './decision-log.js';
import { PolicyInspectionResolver } from './inspection/policy-inspection.resolver.js';
import { PolicyInspection } from './inspection/policy-inspection.service.js';
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
    DecisionLog,
    LivePolicy,
    Policy,
    PolicyInspection,
    PolicyInspectionResolver,
    { provide: ACCESS_DECIDER, useClass: PrincipalAdministration },
  ],
  exports: [Policy, ACCESS_DECIDER],
})
export class PolicyModule {}
