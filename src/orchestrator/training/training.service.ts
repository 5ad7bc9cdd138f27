import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Asset, AssetService, RepositoryService } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import {
  Database,
  NotFoundError,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { Policy } from '../../policy/index.js';
import { EXECUTION_DRIVER, type ExecutionDriver } from '../execution/execution-driver.js';
import { TrainingReconciler } from './reconciler/training-reconciler.js';
import type { TrainingRun } from './training-run.js';
import { TrainingRunRepository } from './training-run.repository.js';

const RUN_ID = z.uuid({ error: 'must be the id of a training run (a UUID)' });
const CURSOR = z.tuple([z.uuid()], { error: 'must be the endCursor of an earlier page of this list' });
const TAIL_LINES = z.int().min(1, 'must be 1 to 10,000').max(10_000, 'must be 1 to 10,000');

/** Training runs as people see them. Who may see a run's job sees the run, without the names of inputs that they may not see. */
@Injectable()
export class TrainingService {
  constructor(
    private readonly database: Database,
    private readonly runs: TrainingRunRepository,
    private readonly repositories: RepositoryService,
    private readonly assets: AssetService,
    private readonly policy: Policy,
    @Inject(EXECUTION_DRIVER) private readonly driver: ExecutionDriver,
    private readonly reconciler: TrainingReconciler,
  ) {}

  /** @throws {NotFoundError} also when the caller may not know of its job */
  async get(caller: Principal, id: string): Promise<TrainingRun> {
    const [run] = await this.seen(caller, [await this.whole(caller, id)]);
    return run!;
  }

  /** The newest first; what the caller may not see is absent. */
  async list(caller: Principal, args: PageArgs): Promise<Page<TrainingRun>> {
    const request = pageRequest<readonly [string]>(args, 1);
    if (request.after !== undefined) validate(CURSOR, request.after, 'after');
    const { plan } = await this.policy.plan(caller, 'list');
    const page = pageOf(await this.runs.list(plan, request), request, ({ id }) => [id]);
    return { ...page, nodes: await this.seen(caller, page.nodes) };
  }

  /** Asks for the end of a run. One that is over stays as it is. Needs `run` on the output. */
  async cancel(caller: Principal, id: string): Promise<TrainingRun> {
    const { output } = await this.whole(caller, id);
    const { asset } = await this.repositories.open(caller, output.repository, 'run', {
      branch: output.branch,
    });
    await this.database.run(async () => {
      await this.runs.cancel(id);
      await this.assets.changed(caller, 'run.cancelled', asset, { run: id });
      this.database.afterCommit(() => this.reconciler.wake());
    });
    return this.get(caller, id);
  }

  /**
   * The end of a run's log, as far as it is kept; see {@link Housekeeping}. A log may tell of all that the run read: it needs
   * `read` on the job and on every input.
   * @param tailLines 1–10,000
   * @throws {AccessDeniedError} naming the rule
   */
  async log(caller: Principal, id: string, tailLines: number): Promise<string> {
    const lines = validate(TAIL_LINES, tailLines, 'tailLines');
    const run = await this.whole(caller, id);
    const ids = [run.jobAssetId, ...run.inputs.map(({ assetId }) => assetId)];
    const visible = await this.assets.getVisible(caller, ids);
    for (const assetId of ids) await this.assets.authorize(caller, 'read', this.known(visible, assetId));
    if (run.kept === 'nothing') return '[cairn] the log of this run is no longer kept';
    return this.driver.log(run.id, lines);
  }

  private async whole(caller: Principal, id: string): Promise<TrainingRun> {
    const run = await this.runs.find(validate(RUN_ID, id, 'id'));
    if (run === undefined || !(await this.assets.getVisible(caller, [run.jobAssetId])).has(run.jobAssetId))
      throw new NotFoundError('TrainingRun', id);
    return run;
  }

  private known(visible: ReadonlyMap<string, Asset>, assetId: string): Asset {
    const asset = visible.get(assetId);
    if (asset === undefined) throw new NotFoundError('Asset', 'an input of the run');
    return asset;
  }

  /** Takes out what the caller may not know of. */
  private async seen(caller: Principal, runs: readonly TrainingRun[]): Promise<TrainingRun[]> {
    const named = runs.flatMap(({ inputs, code }) => [...inputs, ...(code ? [code] : [])]);
    const visible = await this.assets.getVisible(caller, [...new Set(named.map(({ assetId }) => assetId))]);
    return runs.map((run) => ({
      ...run,
      inputs: run.inputs.filter(({ assetId }) => visible.has(assetId)),
      code: run.code && visible.has(run.code.assetId) ? run.code : null,
    }));
  }
}
