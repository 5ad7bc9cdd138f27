import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access } from './identity/index.js';
import { HealthChecks } from './platform/index.js';

@Controller('health')
export class HealthController {
  constructor(private readonly checks: HealthChecks) {}

  /** 200 as long as the process answers. */
  @Access('public')
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** 200 when every part is ready, else 503; each part's report is in the body. */
  @Access('public')
  @Get(['', 'ready'])
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const { isReady, parts } = await this.checks.run();
    void reply.status(isReady ? 200 : 503);
    return { status: isReady ? 'ready' : 'not ready', parts };
  }
}
