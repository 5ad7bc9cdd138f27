import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LOGGER, type Logger } from '../../../platform/index.js';
import { marquezErrorOf } from './marquez-error.js';

/** A browser asks its user for a token as the password, so that Marquez's web UI works, which sends none by itself. */
const CHALLENGE = 'Basic realm="Cairn: any name, and a token as the password"';

/** Answers every failed request of a Marquez client in Marquez's own shape. */
@Catch()
export class MarquezErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const answer = marquezErrorOf(error);
    if (answer.code >= 500) this.log.error({ err: error }, 'marquez: request failed');
    if (reply.sent) return;
    if (answer.code === 401) void reply.header('www-authenticate', CHALLENGE);
    if (answer.code === 405) void reply.header('allow', 'GET');
    void reply.status(answer.code).type('application/json').send(answer);
  }
}
