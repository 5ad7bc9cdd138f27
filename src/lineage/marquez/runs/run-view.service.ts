import { Injectable } from '@nestjs/common';
import type { Asset } from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { NotFoundError } from '../../../platform/index.js';
import { AssetLineageService } from '../../assets/asset-lineage.service.js';
import type { LineageRun } from '../../runs/run.repository.js';
import { RunService } from '../../runs/run.service.js';
import { type RunShape, runShape } from './run-shape.js';

/** A run and its job, which the caller may see. */
export interface SeenRun {
  readonly run: LineageRun;
  readonly job: Asset;
}

/** Runs in Marquez's shape. */
@Injectable()
export class RunViewService {
  constructor(
    private readonly runs: RunService,
    private readonly lineage: AssetLineageService,
  ) {}

  /** @throws {NotFoundError} also when the caller may not know of its job */
  async get(caller: Principal, runId: string): Promise<SeenRun> {
    const [seen] = await this.runs.visible(caller, [runId]);
    if (seen === undefined) throw new NotFoundError('Run', runId);
    return seen;
  }

  /** With their facets, and the versions that they read and wrote. */
  async whole(caller: Principal, seen: readonly SeenRun[]): Promise<RunShape[]> {
    const ids = seen.map(({ run }) => run.id);
    const facets = await this.lineage.facetsOf(caller, 'run', ids);
    const datasets = await this.runs.datasetsOf(caller, ids);
    const nominalTime = await this.nominalTimes(ids);
    return seen.map(({ run, job }) =>
      runShape(run, job, {
        nominalTime: nominalTime(run.id),
        facets: facets.get(run.id)!,
        datasets: datasets.filter(({ runId }) => runId === run.id),
      }),
    );
  }

  /** Without facets and versions, where many stand beside their jobs. */
  async brief(seen: readonly SeenRun[]): Promise<Map<string, RunShape>> {
    const nominalTime = await this.nominalTimes(seen.map(({ run }) => run.id));
    return new Map(
      seen.map(({ run, job }) => [
        run.id,
        runShape(run, job, { nominalTime: nominalTime(run.id), facets: {}, datasets: [] }),
      ]),
    );
  }

  private async nominalTimes(runIds: readonly string[]) {
    const valueOf = await this.lineage.values('run', runIds, ['nominalTime']);
    return (runId: string) => valueOf(runId, 'nominalTime');
  }
}
