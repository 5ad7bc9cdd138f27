import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LOGGER, type Logger } from '../../../platform/index.js';
import { mlflowErrorOf } from './mlflow-error.js';

/** Answers every failed request of an MLflow client in MLflow's own shape. */
@Catch()
export class MlflowErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status, body } = mlflowErrorOf(error);
    if (status >= 500) this.log.error({ err: error }, 'mlflow: request failed');
    if (reply.sent) return;
    void reply.status(status).type('application/json').send(body);
  }
}
