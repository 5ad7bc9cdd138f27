import { newRunId } from '@cairn/openlineage-client';
import { Inject, Injectable } from '@nestjs/common';
import { AssetService, MANAGED_IDENTITY_NAMESPACE } from '../../catalog/index.js';
import { type Principal, subjectOf } from '../../identity/index.js';
import { CONFIG, type Config, Database, validate } from '../../platform/index.js';
import { EXECUTION_DRIVER, type ExecutionDriver } from '../execution/execution-driver.js';
import { runContentHash } from './content-hash.js';
import { TooManyRunsError } from './errors.js';
import { TrainingReconciler } from './reconciler/training-reconciler.js';
import { RunAccess } from './run-access.js';
import { type SubmitInput, submitSchema } from './run-input.js';
import { type TrainingRun, trainingJobName } from './training-run.js';
import { TrainingRunRepository } from './training-run.repository.js';

/** Runs that wait or run at most, in all. */
const MAX_UNFINISHED = 1_000;

/** Takes training runs in: checked, allowed, pinned to commits. */
@Injectable()
export class Submission {
  constructor(
    private readonly database: Database,
    private readonly runs: TrainingRunRepository,
    private readonly access: RunAccess,
    private readonly assets: AssetService,
    @Inject(EXECUTION_DRIVER) private readonly driver: ExecutionDriver,
    private readonly reconciler: TrainingReconciler,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Submits a run, which waits for its turn then. It acts as the caller, and its revisions mean what they mean now.
   * @throws {AccessDeniedError} naming the rule; see {@link RunAccess}
   * @throws {NotFoundError} @throws {InvalidInputError} @throws {TooManyRunsError}
   */
  async submit(caller: Principal, given: SubmitInput): Promise<TrainingRun> {
    const input = validate(submitSchema(this.config.CAIRN_RUN_TIMEOUT_MAX_SECONDS), given, 'input');
    const { output, ...pinned } = await this.access.pin(caller, input);
    const { name, command, parameters, seed, timeoutSeconds } = input;
    const { image = null, resources, environmentId } = this.driver.settle(input);
    const decisive = {
      ...pinned,
      command: command as [string, ...string[]],
      parameters,
      seed,
      ...{ environmentId, resources },
    };
    const id = newRunId();
    return this.database.run(async () => {
      if ((await this.runs.countUnfinished()) >= MAX_UNFINISHED) throw new TooManyRunsError(MAX_UNFINISHED);
      const jobAssetId = await this.assets.manage(
        {
          space: 'job',
          kind: 'job',
          identityNamespace: MANAGED_IDENTITY_NAMESPACE,
          identityName: trainingJobName(output.repository.name),
          namespace: output.asset.namespace,
        },
        {},
      );
      await this.runs.insert({
        ...decisive,
        ...{ id, name, image, timeoutSeconds, jobAssetId, contentHash: runContentHash(decisive) },
        ...{ submittedBy: subjectOf(caller), principalId: caller.id, scope: caller.scope ?? null },
        output: { repository: output.repository.name, assetId: output.asset.id, branch: input.output.branch },
      });
      await this.assets.changed(caller, 'run.submitted', output.asset, {
        run: id,
        name,
        branch: input.output.branch,
      });
      this.database.afterCommit(() => this.reconciler.wake());
      return (await this.runs.find(id))!;
    });
  }
}
