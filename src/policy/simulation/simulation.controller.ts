import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Body, Controller, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { SimulationService, type SimulationStep } from './simulation.service.js';

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
    void reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'application/x-ndjson; charset=utf-8',
      ...{ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
    });
    await pipeline(Readable.from(lines(steps)), reply.raw).catch(() => reply.raw.destroy());
  }
}

async function* lines(steps: AsyncGenerator<SimulationStep>): AsyncGenerator<string> {
  for await (const step of steps) yield `${JSON.stringify(step)}\n`;
}
