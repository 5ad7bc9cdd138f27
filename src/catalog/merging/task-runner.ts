import { type ChildProcess, fork } from 'node:child_process';

import { Injectable, type OnModuleDestroy } from '@nestjs/common';

import { builtProgram, DomainError } from '../../platform/index.js';
import type { TableTask, TaskAnswers, TaskMessage } from './table-task.js';

const PROGRAM = builtProgram(import.meta.url, 'tables-worker.js');
/** Children at once; each may hold its files, its heap and what DuckDB may. */
const AT_ONCE = 2;
/** A task with more bytes than this runs alone, so that memory is bounded by one large task. */
const LARGE_BYTES = 64 * 1024 * 1024;
const HEAP_MEGABYTES = 512;
/** A child that has nothing to do this long is let go. */
const IDLE_MS = 30_000;

/** Tasks that wait for their turn. */
const MAX_WAITING = 500;

/** What became of a task: its answer, or why the file has none. */
export type TaskResult<T> =
  { readonly kind: 'answer'; readonly answer: T } | { readonly kind: 'lost'; readonly reason: string };

/** Too many files are being read, or the service is stopping. */
export class TablesBusyError extends DomainError {
  readonly kind = 'unavailable';
  constructor(reason: string) {
    super(`Rows of files cannot be read now: ${reason}. Try again.`, { reason });
  }
}

/**
 * Runs work on users' files in child processes, so that neither a broken file nor a large one stops the service. A task that
 * takes too long, or breaks its child, costs the child.
 */
@Injectable()
export class TaskRunner implements OnModuleDestroy {
  private readonly idle: ChildProcess[] = [];
  private readonly waiting: { readonly weight: number; readonly begin: () => void }[] = [];
  private readonly children = new Set<ChildProcess>();
  private active = 0;
  private isClosed = false;

  /**
   * @param sizeBytes of the task's files together
   * @param timeoutMs for the work itself, not for its turn
   * @throws {TablesBusyError}
   */
  async run<Kind extends keyof TaskAnswers>(
    task: TableTask & { readonly kind: Kind },
    sizeBytes: number,
    timeoutMs: number,
  ): Promise<TaskResult<TaskAnswers[Kind]>> {
    const weight = sizeBytes > LARGE_BYTES ? AT_ONCE : 1;
    await this.turn(weight);
    try {
      return (await this.give(task, timeoutMs)) as TaskResult<TaskAnswers[Kind]>;
    } finally {
      this.active -= weight;
      this.beginNext();
    }
  }

  /** In the order of asking, so that small tasks do not keep a large one waiting for ever. */
  private turn(weight: number): Promise<void> {
    if (this.waiting.length >= MAX_WAITING) throw new TablesBusyError('too many files wait');
    return new Promise((begin) => {
      this.waiting.push({ weight, begin });
      this.beginNext();
    });
  }

  private beginNext(): void {
    for (let [next] = this.waiting; next && this.active + next.weight <= AT_ONCE; [next] = this.waiting) {
      this.waiting.shift();
      this.active += next.weight;
      next.begin();
    }
  }

  onModuleDestroy(): void {
    this.isClosed = true;
    for (const child of this.children) child.kill('SIGKILL');
  }

  private give(task: TableTask, timeoutMs: number): Promise<TaskResult<unknown>> {
    if (this.isClosed) return Promise.reject(new TablesBusyError('the service is stopping'));
    const child = this.idle.pop() ?? this.start();
    return new Promise((resolve, reject) => {
      const end = (result: TaskResult<unknown>, isReusable: boolean): void => {
        clearTimeout(timer);
        child.off('message', take);
        child.off('exit', lose);
        if (isReusable) this.rest(child);
        else child.kill('SIGKILL');
        resolve(result);
      };
      const take = (message: TaskMessage): void => {
        if ('answer' in message) end({ kind: 'answer', answer: message.answer }, true);
        else end({ kind: 'lost', reason: message.failed }, false);
      };
      const lose = (_code: number | null, signal: string | null): void => {
        if (this.isClosed) return reject(new TablesBusyError('the service is stopping'));
        // V8 aborts when its heap is full.
        const reason =
          signal === 'SIGABRT' ? 'it needs more memory than is allowed' : 'the reader of the file broke';
        end({ kind: 'lost', reason }, false);
      };
      const timer = setTimeout(() => {
        end({ kind: 'lost', reason: `it takes more than ${timeoutMs} ms` }, false);
      }, timeoutMs).unref();
      child.on('message', take);
      child.on('exit', lose);
      child.send(task);
    });
  }

  private start(): ChildProcess {
    const child = fork(PROGRAM, {
      execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`],
      // Nothing of the service's environment: credentials are in it.
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    child.unref();
    child.channel?.unref();
    this.children.add(child);
    child.on('exit', () => {
      this.children.delete(child);
      const at = this.idle.indexOf(child);
      if (at >= 0) this.idle.splice(at, 1);
    });
    // Of a send to a child that is gone; its exit tells the task.
    child.on('error', () => undefined);
    return child;
  }

  private rest(child: ChildProcess): void {
    this.idle.push(child);
    setTimeout(() => {
      const at = this.idle.indexOf(child);
      if (at >= 0) {
        this.idle.splice(at, 1);
        child.kill('SIGKILL');
      }
    }, IDLE_MS).unref();
  }
}
