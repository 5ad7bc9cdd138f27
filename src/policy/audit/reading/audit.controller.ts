import { Controller, Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access, Caller, type Principal } from '../../../identity/index.js';
import { jsonLines, sendLines } from '../../../platform/index.js';
import { EvidenceService } from './evidence.service.js';
import { RecordService } from './record.service.js';

/** The audit log as long as it is, as JSON lines. For those who administer `system/audit`. */
@Controller('api/v1/audit')
export class AuditController {
  constructor(
    private readonly evidence: EvidenceService,
    private readonly records: RecordService,
  ) {}

  /**
   * Records, the oldest first. `format`: `json`, or `ocsf` for the Open Cybersecurity Schema Framework 1.3. Filters: `from`, `to` (excluded),
   * `subject`, `asset` (KIND/NAME), `namespace`, `action`, `kind`, `deniedOnly`.
   */
  @Access('governed')
  @Get('export')
  async export(
    @Caller() caller: Principal,
    @Query() query: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendLines(reply, jsonLines(await this.records.export(caller, query)));
  }

  /** All that is needed to verify the log: roots as the object store has them, each followed by the records that it covers. */
  @Access('governed')
  @Get('evidence')
  async verify(@Caller() caller: Principal, @Res() reply: FastifyReply): Promise<void> {
    await sendLines(reply, jsonLines(await this.evidence.open(caller)));
  }
}
