import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Problem } from '../model/statement.js';
import { problem } from '../model/problems.js';
import type { ParsedStatement } from './front-end.js';

const WORKER = fileURLToPath(new URL('./parser-worker.js', import.meta.url));
const LIMITS = { stackSizeMb: 8, maxOldGenerationSizeMb: 512 } as const;
const START_TIMEOUT_MS = 30_000;
const TOO_DEEP = problem('too-complex', 'nested too deeply', 0);

/** What became of a text: its statements, or why the parser could not tell. */
export type Parsed = { readonly statements: readonly ParsedStatement[] } | { readonly problem: Problem };

type Message =
  | { readonly ready: true }
  | { readonly id: number; readonly statements: readonly ParsedStatement[] }
  | { readonly id: number; readonly failed: string };

interface Waiting {
  readonly id: number;
  readonly text: string;
  readonly resolve: (parsed: Parsed) => void;
}

/**
 * PostgreSQL's parser in a worker thread: one text at a time, in the order of asking. A text that takes too long, or breaks the
 * parser, costs the worker; the next text gets another one.
 */
export class PostgresParser {
  private readonly queue: Waiting[] = [];
  private worker: Worker | undefined;
  private isReady = false;
  private timer: NodeJS.Timeout | undefined;
  private nextId = 0;
  private isClosed = false;

  /** @param timeoutMs for one text */
  constructor(private readonly timeoutMs: number) {}

  /** Never rejects: what goes wrong is told of the text. */
  parse(text: string): Promise<Parsed> {
    return new Promise((resolve) => {
      this.queue.push({ id: this.nextId++, text, resolve });
      if (this.queue.length === 1) this.next();
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.answer({ problem: problem('parser-failed', 'the service is stopping', -1) });
    await this.worker?.terminate();
  }

  private next(): void {
    const [current] = this.queue;
    if (current === undefined) return;
    if (this.isClosed)
      return this.answer({ problem: problem('parser-failed', 'the service is stopping', -1) });
    const { worker, isReady } = this.started();
    if (isReady) worker.postMessage({ id: current.id, text: current.text });
    // The time to start is not the text's.
    this.watch(worker, isReady ? this.timeoutMs : START_TIMEOUT_MS);
  }

  private started(): { worker: Worker; isReady: boolean } {
    if (this.worker !== undefined) return { worker: this.worker, isReady: this.isReady };
    const worker = new Worker(WORKER, { resourceLimits: LIMITS });
    worker.unref();
    worker.on('message', (message: Message) => this.take(worker, message));
    // A tree that this thread's stack cannot take over; the worker is well.
    worker.on('messageerror', () => {
      if (worker === this.worker) this.answer({ problem: TOO_DEEP });
    });
    worker.on('error', (error) => this.lose(worker, error.message));
    worker.on('exit', () => this.lose(worker, 'it ended'));
    this.worker = worker;
    this.isReady = false;
    return { worker, isReady: false };
  }

  private watch(worker: Worker, ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.worker === worker) this.worker = undefined;
      void worker.terminate();
      this.answer({ problem: problem('timeout', `${ms} ms`, -1) });
    }, ms).unref();
  }

  private take(worker: Worker, message: Message): void {
    if (worker !== this.worker) return;
    if ('ready' in message) {
      this.isReady = true;
      this.next();
      return;
    }
    if (message.id !== this.queue[0]?.id) return;
    if ('statements' in message) return this.answer({ statements: message.statements });
    this.worker = undefined;
    const isStack = /call stack|memory access|unreachable/.test(message.failed);
    this.answer({ problem: isStack ? TOO_DEEP : problem('parser-failed', message.failed, 0) });
  }

  /** A worker that is gone takes the text that it had with it. */
  private lose(worker: Worker, reason: string): void {
    if (worker !== this.worker) return;
    this.worker = undefined;
    this.answer({ problem: problem('parser-failed', reason, 0) });
  }

  private answer(parsed: Parsed): void {
    clearTimeout(this.timer);
    this.queue.shift()?.resolve(parsed);
    this.next();
  }
}
