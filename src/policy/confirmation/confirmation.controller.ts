import { Controller, Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { jsonLines, sendLines } from '../../platform/index.js';
import { ConfirmationService } from './confirmation.service.js';

/** Whether each answer in the audit log follows from the policy and the input that it names. */
@Controller('api/v1/audit/replay')
export class ConfirmationController {
  constructor(private readonly confirmations: ConfirmationService) {}

  /**
   * Answers with JSON lines: `{"progress": {"looked", "total"}}` each, and at last `{"result": …}`. A client that goes away ends it.
   * @param query `from`, `to`
   */
  @Access('governed')
  @Get()
  async replay(
    @Caller() caller: Principal,
    @Query() query: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendLines(reply, jsonLines(await this.confirmations.open(caller, query)), { isAtOnce: true });
  }
}
