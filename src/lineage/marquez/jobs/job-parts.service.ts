import { Injectable } from '@nestjs/common';
import type { Asset } from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { NeighbourService } from '../../graph/neighbour.service.js';
import { RunService } from '../../runs/run.service.js';
import { RunViewService } from '../runs/run-view.service.js';
import type { JobParts } from './job-shape.js';

/** Gathers what the shapes of many jobs are made of. The callers of this may see the jobs. */
@Injectable()
export class JobPartsService {
  constructor(
    private readonly neighbours: NeighbourService,
    private readonly runs: RunService,
    private readonly runViews: RunViewService,
  ) {}

  /** @param runsEach runs of a job at most */
  async of(caller: Principal, jobs: readonly Asset[], runsEach: number): Promise<(job: Asset) => JobParts> {
    const ids = jobs.map(({ id }) => id);
    const neighbours = await this.neighbours.ofAssets(caller, ids);
    const runs = await this.runs.newest(ids, runsEach);
    const shapes = await this.runViews.brief(
      jobs.flatMap((job) => runs.get(job.id)!.map((run) => ({ run, job }))),
    );
    const parentOf = (id: string) => runs.get(id)![0]?.parentRunId ?? '';
    const parents = await this.runs.visible(
      caller,
      ids.map(parentOf).filter((id) => id !== ''),
    );
    const parentJobs = new Map(parents.map(({ run, job }) => [run.id, job]));
    return ({ id }) => ({
      neighbours: neighbours.get(id)!,
      parent: parentJobs.get(parentOf(id)),
      runs: runs.get(id)!.map((run) => shapes.get(run.id)!),
    });
  }
}
