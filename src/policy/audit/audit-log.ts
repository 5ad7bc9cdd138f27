import { AsyncLocalStorage } from 'node:async_hooks';
import { type OnApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Author, Change, Changes } from '../../identity/index.js';
import {
  Database,
  HealthChecks,
  Installation,
  isInTransaction,
  LOGGER,
  type Logger,
} from '../../platform/index.js';
import { type AuthoredChange, ChangeRepository } from './change.repository.js';
import type { Draft } from './chain/record.js';
import { SegmentWriter } from './chain/segment-writer.js';
import { AuditUnavailableError } from './errors.js';
import { chainedRecords, flushDuration, waitingRecords } from './metrics.js';
import { SigningKey } from './roots/signing-key.js';

const FLUSH_EVERY_MS = 200;
const FLUSH_AT = 1_000;
/** Records of one batch. */
const MAX_BATCH = 5_000;
/** Records that wait while the database is away; beyond it requests are refused rather than decided unlogged. */
const MAX_WAITING = 100_000;
/** Nothing is decided any more when nothing could be written for so long. */
const MAX_SILENCE_MS = 10_000;
/** How often it is looked for segments and changes that other processes left. */
const LOOK_EVERY_MS = 5_000;

interface Waiter {
  readonly upTo: number;
  /** Whether something was tried since it waits: what was under way before is not held against it. */
  isTried: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The audit log of this process: records wait in memory for at most 200 ms, or until somebody must know them on disk, and are written in
 * batches to a chain of their own.
 */
@Injectable()
export class AuditLog implements Changes, OnApplicationBootstrap, OnApplicationShutdown {
  private waiting: Draft[] = [];
  /** Being written. It is tried again as it is, so that the writer knows it again. */
  private batch: readonly Draft[] = [];
  private waiters: Waiter[] = [];
  private appended = 0;
  private written = 0;
  private hasChanges = true;
  private mustLook = false;
  private failingSince: number | undefined;
  private busySince: number | undefined;
  private running: Promise<void> | undefined;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly writer: SegmentWriter;
  /** What is written for many belongs to no request of theirs. */
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(
    private readonly database: Database,
    private readonly changes: ChangeRepository,
    installation: Installation,
    key: SigningKey,
    @Inject(LOGGER) private readonly log: Logger,
    health: HealthChecks,
  ) {
    this.writer = new SegmentWriter({
      connect: () => database.dedicated('cairn audit'),
      installation: () => installation.id(),
      sign: (text) => key.sign(text),
    });
    health.register('audit', async () => ({
      isReady: !this.isRefusing,
      report: {
        ...{ waiting: this.appended - this.written, segment: this.writer.current },
        ...{ key: (await key.public()).fingerprint },
      },
    }));
  }

  onApplicationBootstrap(): void {
    this.timers.push(setInterval(() => this.run(), FLUSH_EVERY_MS).unref());
    const look = (): void => {
      this.mustLook = true;
      this.hasChanges = true;
    };
    this.timers.push(setInterval(look, LOOK_EVERY_MS).unref());
  }

  /** After all that may still decide something has ended. */
  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.settled().catch(() => undefined);
    await this.running;
    await this.writer.stop();
  }

  /** Whether nothing may be decided now, because it could not be recorded. */
  get isRefusing(): boolean {
    const silentSince = this.failingSince ?? this.busySince ?? Infinity;
    return this.waiting.length >= MAX_WAITING || Date.now() - silentSince > MAX_SILENCE_MS;
  }

  /** @throws {AuditUnavailableError} */
  assertWritable(): void {
    if (this.isRefusing)
      throw new AuditUnavailableError(this.waiting.length >= MAX_WAITING ? 'full' : 'not written');
  }

  append(draft: Draft): void {
    this.waiting.push(draft);
    this.appended += 1;
    if (this.waiting.length === FLUSH_AT) this.run();
  }

  /**
   * Resolves once all that was appended so far is on disk. Those who ask at the same time share a batch.
   * @throws {AuditUnavailableError} it could not be written now; it is tried again all the same
   */
  settled(): Promise<void> {
    if (this.written >= this.appended) return Promise.resolve();
    const done = new Promise<void>((resolve, reject) => {
      this.waiters.push({ upTo: this.appended, isTried: false, resolve, reject });
    });
    this.run();
    return done;
  }

  /**
   * Records a change with it: both are committed, or neither. It gets its place in a chain right after.
   * @throws {TypeError} outside of a transaction
   */
  change(author: Author, change: Change): Promise<void> {
    return this.changeAll([{ author, change }]);
  }

  /** {@link change} for several at once. */
  async changeAll(entries: readonly AuthoredChange[]): Promise<void> {
    if (!isInTransaction()) throw new TypeError('a change is recorded within its transaction');
    await this.changes.insert(entries);
    this.database.afterCommit(() => {
      this.hasChanges = true;
      this.run();
    });
  }

  private run(): void {
    this.running ??= this.outside(async () => {
      // Whoever decides in this turn of the loop is in the first batch.
      await new Promise((resolve) => setImmediate(resolve));
      try {
        while (await this.step());
      } catch (error) {
        this.fail(error);
      }
      this.running = undefined;
      if (this.waiters.length > 0) this.run();
    });
  }

  /** What is to be done next, if anything is. @returns whether something was */
  private async step(): Promise<boolean> {
    for (const waiter of this.waiters) waiter.isTried = true;
    if (this.batch.length > 0 || this.waiting.length > 0) {
      if (this.batch.length === 0) this.batch = this.waiting.splice(0, MAX_BATCH);
      const count = this.batch.length;
      await this.timed(() => this.writer.write(this.batch));
      this.batch = [];
      this.written += count;
      chainedRecords.inc({ kind: 'decision' }, count);
      this.succeed();
      return true;
    }
    if (this.hasChanges) {
      this.hasChanges = false;
      const { count, mayBeMore } = await this.timed(() => this.writer.chainChanges());
      chainedRecords.inc({ kind: 'change' }, count);
      this.hasChanges ||= mayBeMore;
      this.succeed();
      return true;
    }
    const mustLook = this.mustLook;
    this.mustLook = false;
    if (mustLook) await this.timed(() => this.writer.closeAbandoned());
    return mustLook;
  }

  private async timed<T>(work: () => Promise<T>): Promise<T> {
    this.busySince = Date.now();
    const stop = flushDuration.startTimer();
    try {
      const result = await work();
      stop({ outcome: 'written' });
      return result;
    } catch (error) {
      stop({ outcome: 'failed' });
      throw error;
    } finally {
      this.busySince = undefined;
    }
  }

  private succeed(): void {
    this.failingSince = undefined;
    waitingRecords.set(this.appended - this.written);
    const done = this.waiters.filter(({ upTo }) => upTo <= this.written);
    this.waiters = this.waiters.filter(({ upTo }) => upTo > this.written);
    for (const { resolve } of done) resolve();
  }

  private fail(error: unknown): void {
    this.failingSince ??= Date.now();
    this.hasChanges = true;
    const waiting = this.appended - this.written;
    waitingRecords.set(waiting);
    this.log.error({ err: error, waiting }, 'audit: the log cannot be written');
    const tried = this.waiters.filter(({ isTried }) => isTried);
    this.waiters = this.waiters.filter(({ isTried }) => !isTried);
    for (const { reject } of tried) reject(new AuditUnavailableError('not written', { cause: error }));
  }
}
