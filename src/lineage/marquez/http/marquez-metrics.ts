import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Counter } from 'prom-client';
import { type Observable, tap } from 'rxjs';
import { metricsRegistry } from '../../../platform/index.js';
import { marquezErrorOf } from './marquez-error.js';

const requests = new Counter({
  name: 'cairn_marquez_requests_total',
  help: 'Requests of Marquez clients whose caller is known, by what was asked and the status of the answer.',
  labelNames: ['operation', 'status'],
  registers: [metricsRegistry],
});

/** Counts requests by handler and status. */
@Injectable()
export class MarquezMetrics implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const operation = `${context.getClass().name.replace(/^Marquez|Controller$/g, '')}.${context.getHandler().name}`;
    const count = (status: number) => requests.inc({ operation, status: String(status) });
    return next
      .handle()
      .pipe(
        tap({ complete: () => count(200), error: (error: unknown) => count(marquezErrorOf(error).code) }),
      );
  }
}
