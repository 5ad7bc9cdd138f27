import { AsyncLocalStorage } from 'node:async_hooks';
import type { LoggerService } from '@nestjs/common';
import { pino, type Logger as PinoLogger } from 'pino';
import type { Config } from '../config/config.js';
import { traceIds } from '../tracing/index.js';

/** Structured JSON log, one object a line on standard error. */
export type Logger = PinoLogger;

/** Injection token of {@link Logger}. */
export const LOGGER = Symbol('Logger');

const requestIds = new AsyncLocalStorage<string>();

/** Runs `work` with a request id that every log line within carries. */
export function withRequestId<T>(requestId: string, work: () => T): T {
  return requestIds.run(requestId, work);
}

/** The id of the request under way. */
export function currentRequestId(): string | undefined {
  return requestIds.getStore();
}

export function createLogger(config: Pick<Config, 'CAIRN_LOG_LEVEL'>): Logger {
  return pino(
    {
      level: config.CAIRN_LOG_LEVEL,
      redact: ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.token'],
      mixin: () => {
        const requestId = currentRequestId();
        return { ...(requestId !== undefined && { requestId }), ...traceIds() };
      },
    },
    pino.destination({ fd: 2, sync: false }),
  );
}

/** Hands Nest's own messages to the log: its chatter at `debug`, the rest as it is. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...context: unknown[]): void {
    this.logger.debug({ context }, String(message));
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, ...context: unknown[]): void {
    this.logger.error({ context }, String(message));
  }
}
