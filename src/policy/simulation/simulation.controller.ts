import { Body, Controller, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { jsonLines, sendLines } from '../../platform/index.js';
import { SimulationService } from './simulation.service.js';

/** Simulations that tell how far they are. */
@Controller('api/v1/policy/simulations')
export class SimulationController {
  constructor(private readonly simulations: SimulationService) {}

  /**
   * The body as `simulatePolicy` takes it: `files`, `from`, `to`. Answers with JSON lines: `{"progress": {"looked", "total"}}` each, and at
   * last `{"result": …}`. A client that goes away ends it.
   */
  @Access('governed')
  @Post()
  async simulate(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const steps = await this.simulations.open(caller, body);
    await sendLines(reply, jsonLines(steps), { isAtOnce: true });
  }
}
