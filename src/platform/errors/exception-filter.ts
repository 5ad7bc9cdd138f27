import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LOGGER, type Logger } from '../logging/logger.js';
import { typeOrmError } from '../database/errors.js';
import { problemOf } from './problem.js';

/** Answers every failed HTTP request with problem details; GraphQL failures go on to `formatGraphqlError`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType<string>() === 'graphql') throw error;
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(typeOrmError(error));
    if (problem.status >= 500) this.log.error({ err: error }, 'request failed');
    if (reply.sent) return;
    void reply.status(problem.status).type('application/problem+json').send(problem);
  }
}
