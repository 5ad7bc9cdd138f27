import { Controller, Get, Header } from '@nestjs/common';
import { Access } from './identity/index.js';
import { DeadLetters, metricsRegistry, outboxDepth, outboxLag } from './platform/index.js';

@Controller('metrics')
export class MetricsController {
  constructor(private readonly deadLetters: DeadLetters) {}

  /** Prometheus text. Names and numbers of the process only, so no token is asked. */
  @Access('public')
  @Get()
  @Header('content-type', metricsRegistry.contentType)
  async metrics(): Promise<string> {
    const { waiting, dead, oldestAgeSeconds } = await this.deadLetters.depth();
    outboxDepth.set({ state: 'waiting' }, waiting);
    outboxDepth.set({ state: 'dead' }, dead);
    outboxLag.set(oldestAgeSeconds);
    return metricsRegistry.metrics();
  }
}
