import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LOGGER, type Logger, problemOf } from '../../../platform/index.js';

/** Failures as the protocol tells them: `{"error": "…"}`, with the facts of Cairn's own problem details beside it. */
@Catch()
export class InferenceErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { detail, ...problem } = problemOf(error);
    if (problem.status >= 500) this.log.error({ err: error }, 'inference request failed');
    if (reply.sent) return;
    void reply
      .status(problem.status)
      .type('application/json')
      .send({ error: detail, ...problem });
  }
}
