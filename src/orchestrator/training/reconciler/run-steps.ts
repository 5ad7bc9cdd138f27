import { Inject, Injectable } from '@nestjs/common';
import { DomainError, type Lease } from '../../../platform/index.js';
import {
  EXECUTION_DRIVER,
  type ExecutionDriver,
  type ExecutionExit,
  type Observation,
} from '../../execution/execution-driver.js';
import { RunChangedError } from '../errors.js';
import { RunAccess } from '../run-access.js';
import type { TrainingRun } from '../training-run.js';
import { TrainingRunRepository } from '../training-run.repository.js';
import { RunMounts } from './run-mounts.js';
import { RunOutputs } from './run-outputs.js';
import { RunSurroundings } from './run-surroundings.js';
import { RunWriter } from './run-writer.js';
import { isForGood, reasonOf, reasonOfExit } from './reasons.js';

/** Between asking a command to end and ending it. */
const GRACE_MS = 10_000;

/** What became of a command is not known now. That ends no run. */
class NotSeen extends Error {
  override readonly name = 'NotSeen';
}

/**
 * One step of a run: looks at what is wanted and what is, and does what is next. Every step may be made again, by this process or
 * a later one.
 */
@Injectable()
export class RunSteps {
  constructor(
    private readonly runs: TrainingRunRepository,
    private readonly access: RunAccess,
    private readonly writer: RunWriter,
    private readonly mounts: RunMounts,
    private readonly outputs: RunOutputs,
    private readonly surroundings: RunSurroundings,
    @Inject(EXECUTION_DRIVER) private readonly driver: ExecutionDriver,
  ) {}

  /**
   * @param signal stops long work; what was done of it does not count
   * @param isLastTry whether a failure that might pass is to end the run
   * @returns whether anything changed, so that the next step may follow at once
   */
  async make(lease: Lease, run: TrainingRun, signal: AbortSignal, isLastTry: boolean): Promise<boolean> {
    try {
      return await this.next(lease, run, signal);
    } catch (error) {
      if (signal.aborted || error instanceof NotSeen || !isForGood(error, isLastTry)) throw error;
      await this.writer.advance(
        lease,
        await this.reread(run),
        { kind: 'failed' },
        { reason: reasonOf(error, run) },
      );
      return true;
    }
  }

  /** A step may have given the run a credential before it failed. @throws {RunChangedError} something else is wanted now */
  private async reread({ id, state, desired, version }: TrainingRun): Promise<TrainingRun> {
    const now = await this.runs.find(id);
    if (now?.state !== state || now.desired !== desired) throw new RunChangedError(id, version);
    return now;
  }

  private async next(lease: Lease, run: TrainingRun, signal: AbortSignal): Promise<boolean> {
    if (run.state === 'pending') {
      if (run.desired === 'cancel') return this.cancelled(lease, run);
      await this.writer.advance(lease, run, { kind: 'taken' });
      return true;
    }
    const seen = await this.look(run);
    if (run.state === 'starting') {
      if (seen.kind !== 'absent') await this.writer.advance(lease, run, { kind: 'started' });
      else if (run.desired === 'cancel') return this.cancelled(lease, run);
      else await this.launch(lease, run, signal);
      return true;
    }
    switch (seen.kind) {
      case 'running':
        if (run.desired === 'cancel') await this.driver.stop(run.id);
        return false;
      case 'exited':
        return this.finish(lease, run, seen.exit, signal);
      case 'gone':
      case 'absent': {
        const reason = 'it runs no longer, and how it ended cannot be known';
        await this.writer.advance(lease, run, { kind: 'vanished' }, { reason });
        return true;
      }
    }
  }

  /** Where commands run may be away for as long as it likes: what became of one is asked until it is told. */
  private async look(run: TrainingRun): Promise<Observation> {
    try {
      return await this.driver.observe(run.id);
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'unavailable')
        throw new NotSeen(error.message, { cause: error });
      throw error;
    }
  }

  private async launch(lease: Lease, run: TrainingRun, signal: AbortSignal): Promise<void> {
    const submitter = await this.access.submitterOf(run);
    await this.access.recheck(submitter, run);
    await this.driver.prepare(run.id, await this.mounts.of(submitter, run, signal));
    const { run: ready, secret } = await this.writer.issueToken(lease, run, this.driver.longestWaitMs);
    signal.throwIfAborted();
    await this.driver.start({
      id: run.id,
      command: run.command,
      environment: await this.surroundings.of(run, secret),
      timeoutMs: run.timeoutSeconds * 1_000,
      graceMs: GRACE_MS,
      demands: { image: run.image ?? undefined, resources: run.resources },
    });
    await this.writer.advance(lease, ready, { kind: 'started' });
  }

  private async finish(
    lease: Lease,
    run: TrainingRun,
    exit: ExecutionExit,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { exitCode } = exit;
    if (run.desired === 'cancel') return this.cancelled(lease, run, exitCode);
    if (exit.cause !== 'exit' || exitCode !== 0) {
      await this.writer.advance(
        lease,
        run,
        { kind: 'failed' },
        { exitCode, reason: reasonOfExit(exit, run) },
      );
      return true;
    }
    await this.outputs.commit(lease, run, await this.access.submitterOf(run), signal);
    return true;
  }

  private async cancelled(lease: Lease, run: TrainingRun, exitCode?: number): Promise<boolean> {
    await this.writer.advance(lease, run, { kind: 'stopped' }, { reason: 'it was cancelled', exitCode });
    return true;
  }
}
