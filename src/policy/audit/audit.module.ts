import { Module } from '@nestjs/common';
import { AuditController } from './reading/audit.controller.js';
import { EvidenceRepository } from './reading/evidence.repository.js';
import { EvidenceService } from './reading/evidence.service.js';
import { RootMaker } from './roots/root-maker.js';
import { RootSchedule } from './roots/root-schedule.js';

/** What reads the audit log. What writes it is part of policy itself: nothing is decided without it. */
@Module({
  controllers: [AuditController],
  providers: [RootMaker, RootSchedule, EvidenceRepository, EvidenceService],
  exports: [RootMaker],
})
export class AuditModule {}
