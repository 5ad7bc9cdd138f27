import { setTimeout as pause } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CAIRN_ITSELF, type Principal, PrincipalService, subjectOf } from '../../identity/index.js';
import {
  ControlLoop,
  DatabaseUnavailableError,
  DomainError,
  LOGGER,
  type Logger,
} from '../../platform/index.js';
import { operationDuration, operationsRunning } from './metrics.js';
import {
  type Operation,
  OperationExhaustedError,
  type OperationKind,
  type OperationProblem,
  type OperationProgress,
  OperationStoppedError,
  RequesterDisabledError,
} from './operation.js';
import { OperationRepository } from './operation.repository.js';

/** What a handler works with. */
export interface OperationContext {
  readonly operation: Operation;
  /** Whose rights count: authorize again, they may have changed since the request. */
  readonly caller: Principal;
  /** Aborted when the operation is cancelled, taken over or the service stops; `signal.reason` says which. */
  readonly signal: AbortSignal;
  /** Tells how far it is; cheap, written every second or so. */
  progress(progress: OperationProgress): void;
  /**
   * Ends the operation in the transaction that makes its outcome true, so that it happens once.
   * @throws {OperationStoppedError} it was cancelled or taken over; the transaction must not commit
   */
  succeed(result: object): Promise<void>;
}

/** Does an operation, from its start again after a crash. It ends by `succeed`; throwing is failing. */
export type OperationHandler = (context: OperationContext) => Promise<void>;

/** One that is not heard of for so long is taken up by another process. */
const ALIVE_MS = 15_000;
const HEARTBEAT_MS = 1_000;
const POLL_MS = 1_000;
const AT_ONCE = 3;
const MAX_ATTEMPTS = 5;
const KEPT_DAYS = 90;
const SWEEP_MS = 3_600_000;

/** Takes up operations and sees them to their end. Replicas share the work. */
@Injectable()
export class OperationRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly handlers = new Map<OperationKind, OperationHandler>();
  private readonly running = new Map<string, { abort: AbortController; done: Promise<void> }>();
  private sweptAt = 0;
  private readonly loop = new ControlLoop(
    () => this.look(),
    (error) => {
      this.log.warn({ err: error }, 'operations: could not look for work');
      return POLL_MS;
    },
    'operations',
  );

  constructor(
    private readonly operations: OperationRepository,
    private readonly principals: PrincipalService,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Registers the one handler of a kind, at construction of what owns it. */
  handle(kind: OperationKind, handler: OperationHandler): void {
    if (this.handlers.has(kind)) throw new TypeError(`operation kind ${kind} has two handlers`);
    this.handlers.set(kind, handler);
  }

  /** Looks for work now. */
  readonly wake = (): void => this.loop.wake();

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    for (const [id, { abort }] of this.running) abort.abort(new OperationStoppedError(id, 'shutting down'));
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  private async look(): Promise<number> {
    if (Date.now() - this.sweptAt > SWEEP_MS) {
      this.sweptAt = Date.now();
      await this.operations.sweep(KEPT_DAYS);
    }
    while (this.running.size < AT_ONCE) {
      const operation = await this.operations.claim([...this.handlers.keys()], ALIVE_MS);
      if (operation === undefined) break;
      this.start(operation);
    }
    return POLL_MS;
  }

  private start(operation: Operation): void {
    const abort = new AbortController();
    const done = this.run(operation, abort)
      .catch((error: unknown) =>
        this.log.warn({ err: error, operation: operation.id }, 'operations: outcome not written'),
      )
      .finally(() => {
        this.running.delete(operation.id);
        operationsRunning.set(this.running.size);
        this.loop.wake();
      });
    this.running.set(operation.id, { abort, done });
    operationsRunning.set(this.running.size);
  }

  private async run(operation: Operation, abort: AbortController): Promise<void> {
    const { id, kind } = operation;
    let progress = operation.progress;
    let isOver = false;
    const stop = operationDuration.startTimer({ kind });
    const beat = this.heartbeat(operation, abort, () => progress);
    try {
      if (operation.attempts > MAX_ATTEMPTS) throw new OperationExhaustedError(id, MAX_ATTEMPTS);
      const caller = await this.callerOf(operation);
      await this.handlers.get(kind)!({
        ...{ operation, caller, signal: abort.signal },
        progress: (next) => {
          progress = next;
        },
        succeed: async (result) => {
          if (!(await this.operations.succeed(operation, progress, result)))
            throw new OperationStoppedError(id, 'cancelled');
          isOver = true;
        },
      });
      if (!isOver) throw new TypeError(`the handler of ${kind} ended without an outcome`);
      stop({ outcome: 'succeeded' });
    } catch (error) {
      stop({ outcome: await this.end(operation, abort.signal, error) });
    } finally {
      clearInterval(beat);
    }
  }

  /** Who asked for it, as they are now, within what the credential was for that they asked by. */
  private async callerOf({ requestedBy, scope }: Operation): Promise<Principal> {
    if (requestedBy === subjectOf(CAIRN_ITSELF)) return CAIRN_ITSELF;
    const principal = await this.principals.bySubject(CAIRN_ITSELF, requestedBy);
    if (principal.disabledAt !== null) throw new RequesterDisabledError(requestedBy);
    return { ...principal, scope };
  }

  /** @returns the outcome for metrics */
  private async end(operation: Operation, signal: AbortSignal, error: unknown): Promise<string> {
    const reason = signal.aborted ? (signal.reason as OperationStoppedError).details['reason'] : undefined;
    const isCancelled =
      reason === 'cancelled' ||
      (error instanceof OperationStoppedError && error.details['reason'] === 'cancelled');
    if (reason === 'taken over') return 'taken over';
    if (isCancelled) {
      await this.persist(signal, () => this.operations.fail(operation, 'cancelled', undefined));
      return 'cancelled';
    }
    // What passes by itself is tried again, by this process or another.
    if (reason === 'shutting down' || error instanceof DatabaseUnavailableError) {
      await this.persist(signal, () => this.operations.release(operation));
      return 'released';
    }
    if (!(error instanceof DomainError))
      this.log.error({ err: error, operation: operation.id, kind: operation.kind }, 'operations: failed');
    await this.persist(signal, () => this.operations.fail(operation, 'failed', problemOf(operation, error)));
    return 'failed';
  }

  /** Writes an outcome, through an outage of the database as long as nobody else can have taken the operation up. */
  private async persist(signal: AbortSignal, write: () => Promise<void>): Promise<void> {
    for (const until = Date.now() + ALIVE_MS; ;) {
      try {
        return await write();
      } catch (error) {
        if (!(error instanceof DatabaseUnavailableError) || signal.aborted || Date.now() > until) throw error;
        await pause(POLL_MS);
      }
    }
  }

  private heartbeat(
    operation: Operation,
    abort: AbortController,
    progress: () => OperationProgress,
  ): NodeJS.Timeout {
    let heardAt = Date.now();
    const beat = async (): Promise<void> => {
      try {
        const kept = await this.operations.keepAlive(operation, progress(), ALIVE_MS);
        heardAt = Date.now();
        if (kept === undefined) abort.abort(new OperationStoppedError(operation.id, 'taken over'));
        else if (kept.isCancelled) abort.abort(new OperationStoppedError(operation.id, 'cancelled'));
      } catch (error) {
        this.log.warn({ err: error, operation: operation.id }, 'operations: no sign of life could be given');
        if (Date.now() - heardAt > ALIVE_MS)
          abort.abort(new OperationStoppedError(operation.id, 'taken over'));
      }
    };
    return setInterval(() => void beat(), HEARTBEAT_MS);
  }
}

function problemOf({ id }: Operation, error: unknown): OperationProblem {
  if (error instanceof DomainError)
    return { code: error.code, message: error.message, details: error.details };
  return {
    ...{ code: 'Internal', details: {} },
    message: `Something went wrong in the service. Its log has the reason under operation ${id}.`,
  };
}
