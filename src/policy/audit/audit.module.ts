import { Module } from '@nestjs/common';
import { AuditController } from './reading/audit.controller.js';
import { EvidenceRepository } from './reading/evidence.repository.js';
import { EvidenceService } from './reading/evidence.service.js';
import { RecordRepository } from './reading/record.repository.js';
import { AuditRecordResolver } from './reading/record.resolver.js';
import { RecordService } from './reading/record.service.js';
import { HoldRepository } from './retention/hold.repository.js';
import { AuditHoldResolver } from './retention/hold.resolver.js';
import { HoldService } from './retention/hold.service.js';
import { AuditRetention } from './retention/retention.js';
import { RetentionRepository } from './retention/retention.repository.js';
import { RootMaker } from './roots/root-maker.js';
import { RootSchedule } from './roots/root-schedule.js';

/** What reads the audit log. What writes it is part of policy itself: nothing is decided without it. */
@Module({
  controllers: [AuditController],
  providers: [
    HoldRepository,
    HoldService,
    AuditHoldResolver,
    RetentionRepository,
    AuditRetention,
    RootMaker,
    RootSchedule,
    EvidenceRepository,
    EvidenceService,
    RecordRepository,
    RecordService,
    AuditRecordResolver,
  ],
  exports: [RootMaker, AuditRetention],
})
export class AuditModule {}
