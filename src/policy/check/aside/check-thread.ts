import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { builtProgram } from '../../../platform/index.js';
import type { CheckAnswers, CheckTask } from './check-task.js';

const PROGRAM = builtProgram(import.meta.url, 'check-worker.js');
const LIMITS = { maxOldGenerationSizeMb: 1_024 } as const;
/** A thread that has nothing to do this long is let go. */
const IDLE_MS = 30_000;

/** The thread gave no answer. */
export class CheckLostError extends Error {}

/**
 * Checks policy files in a thread of its own, one task after the other, so that decisions go on meanwhile. A task that takes too long, or
 * needs too much memory, costs the thread; the next one gets another.
 */
export class CheckThread {
  private readonly turns = pLimit(1);
  private worker: Worker | undefined;
  private idle: NodeJS.Timeout | undefined;
  private isClosed = false;

  /** @param timeoutMs for one task */
  constructor(private readonly timeoutMs: number) {}

  /** @throws {CheckLostError} saying why there is no answer */
  run<Kind extends keyof CheckAnswers>(
    task: CheckTask & { readonly kind: Kind },
  ): Promise<CheckAnswers[Kind]> {
    return this.turns(() => this.give(task)) as Promise<CheckAnswers[Kind]>;
  }

  /** Ends the thread with what it is doing; nothing is answered any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.idle);
    await this.worker?.terminate();
  }

  private async give(task: CheckTask): Promise<unknown> {
    if (this.isClosed) throw new CheckLostError('the thread ended');
    clearTimeout(this.idle);
    const worker = (this.worker ??= this.start());
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        worker.off('message', take).off('error', lose).off('exit', end);
      };
      const take = (answer: unknown): void => {
        stop();
        this.idle = setTimeout(() => void worker.terminate(), IDLE_MS).unref();
        resolve(answer);
      };
      const lose = ({ message }: { readonly message: string }): void => {
        stop();
        this.forget(worker);
        void worker.terminate();
        reject(new CheckLostError(message));
      };
      const end = (): void => lose({ message: 'the thread ended' });
      const timer = setTimeout(
        () => lose({ message: `it takes more than ${this.timeoutMs} ms` }),
        this.timeoutMs,
      );
      worker.on('message', take).on('error', lose).on('exit', end);
      worker.postMessage(task);
    });
  }

  private start(): Worker {
    // Nothing of the service's environment: credentials are in it.
    const worker = new Worker(PROGRAM, { resourceLimits: LIMITS, env: {} });
    worker.unref();
    worker.on('error', () => this.forget(worker));
    worker.on('exit', () => this.forget(worker));
    return worker;
  }

  private forget(worker: Worker): void {
    if (this.worker === worker) this.worker = undefined;
  }
}
