import { Inject, Injectable } from '@nestjs/common';
import { TokenService } from '../../../identity/index.js';
import { Database, type Lease, Leases, LOGGER, type Logger } from '../../../platform/index.js';
import { LineageEmission } from '../../emission/index.js';
import { RunChangedError } from '../errors.js';
import { endedRuns, runDuration } from '../metrics.js';
import { eventOfRun } from '../run-events.js';
import { isFinal, nextRunState, type RunEvent } from '../run-state.js';
import type { TrainingRun } from '../training-run.js';
import { type RunChange, TrainingRunRepository } from '../training-run.repository.js';

/** How long a run's credential outlives its timeout: the time in which it may still be asked to end. */
const TOKEN_MARGIN_MS = 60_000;

/**
 * All that a controller writes about runs. Each write is one transaction that holds only if the lease is still held and the run
 * is as it was read; what follows from it (lineage, the end of the credential) is written with it.
 */
@Injectable()
export class RunWriter {
  constructor(
    private readonly database: Database,
    private readonly leases: Leases,
    private readonly runs: TrainingRunRepository,
    private readonly tokens: TokenService,
    private readonly emission: LineageEmission,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * Moves a run on.
   * @param and more that must happen with it, in the same transaction; gives what it adds to the change
   * @throws {LeaseLostError} @throws {RunChangedError}
   */
  async advance(
    lease: Lease,
    run: TrainingRun,
    event: RunEvent,
    change: RunChange = {},
    and: () => Promise<RunChange> = async () => ({}),
  ): Promise<TrainingRun> {
    const state = nextRunState(run.state, event);
    if (state === undefined) throw new RunChangedError(run.id, run.version);
    const at = new Date();
    const times = {
      ...(state === 'running' && { startedAt: at }),
      ...(isFinal(state) && { finishedAt: at }),
    };
    const next = await this.database.run(async () => {
      await this.leases.assertHeld(lease);
      const moved = await this.runs.change(run, { state, ...times, ...change, ...(await and()) });
      if (isFinal(state) && run.tokenId !== null) await this.tokens.revokeForRun(run.tokenId);
      const told = eventOfRun(moved);
      if (told !== undefined) await this.emission.append(told);
      return moved;
    });
    this.tell(next);
    return next;
  }

  /**
   * Issues the credential of a run that is about to start; one of an earlier attempt ends.
   * @param longestWaitMs between now and the beginning of the command
   * @returns the run, and the secret, which is kept nowhere
   */
  async issueToken(
    lease: Lease,
    run: TrainingRun,
    longestWaitMs: number,
  ): Promise<{ run: TrainingRun; secret: string }> {
    const expiresAt = new Date(Date.now() + longestWaitMs + run.timeoutSeconds * 1_000 + TOKEN_MARGIN_MS);
    return this.database.run(async () => {
      await this.leases.assertHeld(lease);
      if (run.tokenId !== null) await this.tokens.revokeForRun(run.tokenId);
      const { secret, token } = await this.tokens.issueForRun(
        run.principalId,
        `training run ${run.id}`,
        expiresAt,
        run.scope,
      );
      return { run: await this.runs.change(run, { tokenId: token.id }), secret };
    });
  }

  private tell({ id: runId, state, reason, exitCode, output, startedAt, finishedAt }: TrainingRun): void {
    if (!isFinal(state)) return this.log.info({ runId, state }, 'training run moved on');
    this.log.info({ runId, state, reason, exitCode, commitId: output.commitId }, 'training run ended');
    endedRuns.inc({ state });
    if (startedAt && finishedAt)
      runDuration.observe({ state }, (finishedAt.getTime() - startedAt.getTime()) / 1_000);
  }
}
