import { Global, Module } from '@nestjs/common';
import { ACCESS_DECIDER, CHANGES } from '../identity/index.js';
import { CONFIG } from '../platform/index.js';
import { AuditLog } from './audit/audit-log.js';
import { ChangeRepository } from './audit/change.repository.js';
import { RootRepository } from './audit/roots/root.repository.js';
import { SigningKey } from './audit/roots/signing-key.js';
import { ConfirmationController } from './confirmation/confirmation.controller.js';
import { ConfirmationService } from './confirmation/confirmation.service.js';
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
import { IdentityAccess } from './identity-access.js';
import { PolicyInspectionResolver } from './inspection/policy-inspection.resolver.js';
import { PolicyInspection } from './inspection/policy-inspection.service.js';
import { LivePolicy } from './live-policy.js';
import { EmergencyAlert } from './emergencies/alert.js';
import { EmergencyRepository } from './emergencies/emergency.repository.js';
import { EmergencyService } from './emergencies/emergency.service.js';
import { BundleChecks } from './check/aside/bundle-checks.js';
import { OverlayFollower } from './overlay/overlay-follower.js';
import { OverlayRepository } from './overlay/overlay.repository.js';
import { PeopleRecord } from './overlay/people-record.js';
import { Reviewers } from './overlay/reviewers.js';
import { Policy } from './policy.service.js';
import { AccessRequestRepository } from './requests/access-request.repository.js';
import { AccessRequestService } from './requests/access-request.service.js';
import { AuditedDecisions } from './simulation/audited-decisions.js';
import { LOGGED_DECISIONS } from './simulation/logged-decisions.js';
import { ReplaySlot } from './simulation/replay-slot.js';
import { SimulationController } from './simulation/simulation.controller.js';
import { SimulationResolver } from './simulation/simulation.resolver.js';
import { SimulationService } from './simulation/simulation.service.js';
import { PolicyFollower } from './versions/policy-follower.js';
import { PolicyMover } from './versions/policy-mover.js';
import { VersionRepository } from './versions/version.repository.js';

@Global()
@Module({
  controllers: [SimulationController, ConfirmationController],
  providers: [
    SigningKey,
    ChangeRepository,
    AuditLog,
    RootRepository,
    { provide: CHANGES, useExisting: AuditLog },
    LivePolicy,
    BundleChecks,
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
    OverlayRepository,
    OverlayFollower,
    PeopleRecord,
    Reviewers,
    AccessRequestRepository,
    AccessRequestService,
    EmergencyRepository,
    EmergencyAlert,
    EmergencyService,
    ReplaySlot,
    SimulationService,
    ConfirmationService,
    SimulationResolver,
    { provide: LOGGED_DECISIONS, useClass: AuditedDecisions },
    { provide: BUNDLE_SOURCE, inject: [CONFIG], useFactory: sourceOf },
    PolicyInspection,
    PolicyInspectionResolver,
    { provide: ACCESS_DECIDER, useClass: IdentityAccess },
  ],
  exports: [
    Policy,
    LivePolicy,
    PolicyMover,
    AccessRequestService,
    EmergencyService,
    AuditLog,
    ChangeRepository,
    RootRepository,
    SigningKey,
    CHANGES,
    ACCESS_DECIDER,
  ],
})
export class PolicyModule {}
