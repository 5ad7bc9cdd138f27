import { Global, Injectable, Module } from '@nestjs/common';
import { ACCESS_DECIDER, type AccessDecider, type Principal } from '../identity/index.js';
import { CONFIG } from '../platform/index.js';
import { DecisionLog } from './decision-log.js';
import { AttemptRepository } from './delivery/attempt.repository.js';
import { BUNDLE_SOURCE } from './delivery/bundle-source.js';
import { DeliveryLoop } from './delivery/delivery-loop.js';
import { DeliveryService } from './delivery/delivery.service.js';
import { PolicyBoot } from './delivery/policy-boot.js';
import { PolicyAdminService } from './delivery/policy-admin.service.js';
import { PolicyStatusService } from './delivery/policy-status.service.js';
import { PolicyResolver } from './delivery/policy.resolver.js';
import { RollbackService } from './delivery/rollback.service.js';
import { sourceOf } from './delivery/source-of.js';
import { LivePolicy } from './live-policy.js';
import { Policy } from './policy.service.js';
import { DecisionTable } from './simulation/decision-table.js';
import { LOGGED_DECISIONS } from './simulation/logged-decisions.js';
import { SimulationController } from './simulation/simulation.controller.js';
import { SimulationResolver } from './simulation/simulation.resolver.js';
import { SimulationService } from './simulation/simulation.service.js';
import { PolicyFollower } from './versions/policy-follower.js';
import { PolicyMover } from './versions/policy-mover.js';
import { VersionRepository } from './versions/version.repository.js';
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
  controllers: [SimulationController],
  providers: [
    DecisionLog,
    LivePolicy,
    Policy,
    VersionRepository,
    PolicyMover,
    PolicyFollower,
    AttemptRepository,
    DeliveryService,
    DeliveryLoop,
    RollbackService,
    PolicyBoot,
    PolicyStatusService,
    PolicyAdminService,
    PolicyResolver,
    SimulationService,
    SimulationResolver,
    { provide: LOGGED_DECISIONS, useClass: DecisionTable },
    { provide: BUNDLE_SOURCE, inject: [CONFIG], useFactory: sourceOf },
    { provide: ACCESS_DECIDER, useClass: PrincipalAdministration },
  ],
  exports: [Policy, LivePolicy, PolicyMover, ACCESS_DECIDER],
})
export class PolicyModule {}
