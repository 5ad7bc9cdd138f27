import { Global, Injectable, Module } from '@nestjs/common';
import { ACCESS_DECIDER, type AccessDecider, CHANGES, type Principal } from '../identity/index.js';
import { CONFIG } from '../platform/index.js';
import { AuditLog } from './audit/audit-log.js';
import { ChangeRepository } from './audit/change.repository.js';
import { RootRepository } from './audit/roots/root.repository.js';
import { SigningKey } from './audit/roots/signing-key.js';
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
import { PolicyInspectionResolver } from './inspection/policy-inspection.resolver.js';
import { PolicyInspection } from './inspection/policy-inspection.service.js';
import { LivePolicy } from './live-policy.js';
import { Policy } from './policy.service.js';
import { AuditedDecisions } from './simulation/audited-decisions.js';
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
    SigningKey,
    ChangeRepository,
    AuditLog,
    RootRepository,
    { provide: CHANGES, useExisting: AuditLog },
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
    { provide: LOGGED_DECISIONS, useClass: AuditedDecisions },
    { provide: BUNDLE_SOURCE, inject: [CONFIG], useFactory: sourceOf },
    PolicyInspection,
    PolicyInspectionResolver,
    { provide: ACCESS_DECIDER, useClass: PrincipalAdministration },
  ],
  exports: [
    Policy,
    LivePolicy,
    PolicyMover,
    AuditLog,
    ChangeRepository,
    RootRepository,
    SigningKey,
    CHANGES,
    ACCESS_DECIDER,
  ],
})
export class PolicyModule {}
