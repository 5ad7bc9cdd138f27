import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import {
  ControlLoop,
  HealthChecks,
  type Lease,
  LeaseLostError,
  Leases,
  LOGGER,
  type Logger,
} from '../../../platform/index.js';
import { noteworthy, tentatively, withTraceparent } from '../../../platform/tracing/index.js';
import { EXECUTION_DRIVER, type ExecutionDriver } from '../../execution/execution-driver.js';
import { RunChangedError } from '../errors.js';
import { failedSteps, unfinishedRuns } from '../metrics.js';
import type { TrainingRun } from '../training-run.js';
import { TrainingRunRepository, type UnfinishedRun } from '../training-run.repository.js';
import { Housekeeping } from './housekeeping.js';
import { RunSteps } from './run-steps.js';

const LEASE = 'training';
const LEASE_MS = 6_000;
/** How often runs that are under way are looked at; a command's end is seen no later. */
const BUSY_MS = 200;
/** How often the lease is renewed when nothing is under way. Submitting and cancelling wake the loop at once. */
const IDLE_MS = 2_000;
const HOUSEKEEPING_MS = 600_000;
/** Tries of a step that fails for a reason which may pass; with the pauses below about three minutes. */
const MAX_TRIES = 10;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 30_000;
const SHUTDOWN_MS = 10_000;

/** A step that is being made. */
interface StepUnderWay {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/**
 * Brings training runs from what they are to what is wanted of them, whatever happened before: level-triggered, under a lease, so
 * that one process does it at a time, and with every write fenced by the lease's epoch. As many runs are under way at once
 * as the execution driver takes; the others wait in the order of their submission.
 */
@Injectable()
export class TrainingReconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stepsUnderWay = new Map<string, StepUnderWay>();
  private readonly failures = new Map<string, { readonly tries: number; readonly until: number }>();
  private readonly loop = new ControlLoop(
    () => this.look(),
    (error) => {
      this.log.error({ err: error }, 'training: the reconciler could not look');
      return IDLE_MS;
    },
    'training',
  );
  private isHolding = false;
  private clearedAt = 0;
  private clearing: Promise<void> | undefined;

  constructor(
    private readonly leases: Leases,
    private readonly runs: TrainingRunRepository,
    private readonly steps: RunSteps,
    private readonly housekeeping: Housekeeping,
    @Inject(EXECUTION_DRIVER) private readonly driver: ExecutionDriver,
    @Inject(LOGGER) private readonly log: Logger,
    health: HealthChecks,
  ) {
    health.register('training', async () => ({
      isReady: true,
      isDegraded: this.loop.isStale,
      report: {
        isHolding: this.isHolding,
        stepsUnderWay: this.stepsUnderWay.size,
        failing: this.failures.size,
      },
    }));
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  /** Stops looking, gives up long work, and hands the lease over. Commands go on; who holds the lease next takes them up. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    const steps = [...this.stepsUnderWay.values()];
    for (const { stop } of steps) stop.abort();
    const ended = Promise.all([this.clearing, ...steps.map(({ done }) => done)]).then(() => true);
    const isQuiet = await Promise.race([ended, after(SHUTDOWN_MS, false)]);
    if (isQuiet) await this.leases.release(LEASE);
  }

  /** Looks again now. */
  readonly wake = (): void => this.loop.wake();

  /** @returns milliseconds until the next look */
  private async look(): Promise<number> {
    const lease = await this.leases.acquire(LEASE, LEASE_MS);
    this.isHolding = lease !== undefined;
    const runs = lease === undefined ? [] : await this.runs.unfinished();
    for (const state of ['pending', 'starting', 'running'] as const)
      unfinishedRuns.set({ state }, runs.filter((run) => run.state === state).length);
    if (lease === undefined) {
      for (const { stop } of this.stepsUnderWay.values()) stop.abort();
      return IDLE_MS;
    }
    let active = runs.filter(({ state }) => state !== 'pending').length;
    for (const run of runs) {
      const isQueued = run.state === 'pending' && run.desired === 'run';
      if (isQueued && active >= this.driver.capacity) continue;
      if (isQueued) active++;
      this.take(lease, run);
    }
    if (Date.now() - this.clearedAt > HOUSEKEEPING_MS) this.clearing ??= this.clear();
    return active > 0 ? BUSY_MS : IDLE_MS;
  }

  /** Begins a step, unless one is being made; that one is stopped if it works for what is no longer wanted. */
  private take(lease: Lease, { id, state, desired }: UnfinishedRun): void {
    const underWay = this.stepsUnderWay.get(id);
    if (underWay) {
      if (desired === 'cancel' && state !== 'pending') underWay.stop.abort();
      return;
    }
    if ((this.failures.get(id)?.until ?? 0) > Date.now()) return;
    const stop = new AbortController();
    const done = this.step(lease, id, stop.signal).finally(() => this.stepsUnderWay.delete(id));
    this.stepsUnderWay.set(id, { stop, done });
  }

  private async step(lease: Lease, id: string, signal: AbortSignal): Promise<void> {
    const tries = this.failures.get(id)?.tries ?? 0;
    try {
      const run = await this.runs.find(id);
      const hasChanged = await this.trace(run!, () =>
        this.steps.make(lease, run!, signal, tries + 1 >= MAX_TRIES),
      );
      this.failures.delete(id);
      if (!hasChanged) return;
      this.clearedAt = 0;
      this.wake();
    } catch (error) {
      if (signal.aborted || error instanceof RunChangedError || error instanceof LeaseLostError) {
        this.log.info({ runId: id, reason: String(error) }, 'training: a step was given up');
        return;
      }
      failedSteps.inc();
      const waitMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** tries);
      this.failures.set(id, { tries: tries + 1, until: Date.now() + waitMs });
      this.log.warn(
        { err: error, runId: id, tries: tries + 1, waitMs },
        'training: a step failed and is made again',
      );
    }
  }

  /** A step goes on in the trace of the run's submission, if it changes anything. */
  private trace({ id, state, traceparent }: TrainingRun, step: () => Promise<boolean>): Promise<boolean> {
    const attributes = { 'cairn.training.run_id': id, 'cairn.training.state': state };
    return withTraceparent(traceparent, () =>
      tentatively('training step', { attributes }, async () => {
        const hasChanged = await step();
        if (hasChanged) noteworthy();
        return hasChanged;
      }),
    );
  }

  /** Apart from the loop, since removing many files takes its time. */
  private async clear(): Promise<void> {
    this.clearedAt = Date.now();
    try {
      if ((await this.housekeeping.clear()) > 0) this.clearedAt = 0;
    } catch (error) {
      this.log.warn({ err: error }, 'training: folders of ended runs could not be cleared');
    } finally {
      this.clearing = undefined;
    }
  }
}

function after<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, ms, value).unref());
}
