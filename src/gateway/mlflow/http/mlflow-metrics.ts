import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Counter } from 'prom-client';
import { type Observable, tap } from 'rxjs';
import { metricsRegistry } from '../../../platform/index.js';
import { mlflowErrorOf } from './mlflow-error.js';

const requests = new Counter({
  name: 'cairn_mlflow_requests_total',
  help: 'Requests of MLflow clients whose caller is known, by what was asked and how it was answered.',
  labelNames: ['operation', 'outcome'],
  registers: [metricsRegistry],
});

/** Counts requests by handler and by MLflow's code of what went wrong. */
@Injectable()
export class MlflowMetrics implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const operation = `${context.getClass().name.replace(/Controller$/, '')}.${context.getHandler().name}`;
    return next.handle().pipe(
      tap({
        complete: () => requests.inc({ operation, outcome: 'OK' }),
        error: (error: unknown) => requests.inc({ operation, outcome: mlflowErrorOf(error).body.error_code }),
      }),
    );
  }
}
