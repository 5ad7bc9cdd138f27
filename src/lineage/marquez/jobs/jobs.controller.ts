import { Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { Caller, type Principal } from '../../../identity/index.js';
import { NotFoundError, validate } from '../../../platform/index.js';
import { RUN_STATES as STATES } from '../../projection/facts.js';
import { RunService } from '../../runs/run.service.js';
import { NAME, SLICE, UUID } from '../http/inputs.js';
import { MarquezController } from '../http/marquez-controller.js';
import { RUN_STATES, type RunShape, STATE } from '../runs/run-shape.js';
import { RunViewService } from '../runs/run-view.service.js';
import { JobService } from './job.service.js';
import { type JobShape, type JobVersionShape, jobVersionShape } from './job-shape.js';

export const JOB_PATH = z.object({ namespace: NAME, job: NAME });
const VERSION_PATH = JOB_PATH.extend({ version: UUID });

const STATE_NAME = z.enum(RUN_STATES, { error: `must be of ${RUN_STATES.join(', ')}` });
const JOB_LIST = SLICE.extend({
  lastRunStates: z
    .union([z.array(STATE_NAME).max(20), STATE_NAME.transform((one) => [one])])
    .optional()
    .transform((names) => names && STATES.filter((state) => names.includes(STATE[state]))),
});

interface JobList {
  readonly jobs: readonly JobShape[];
  readonly totalCount: number;
}

/** Marquez's `JobResource`, what it reads. */
@MarquezController()
export class MarquezJobsController {
  constructor(
    private readonly jobs: JobService,
    private readonly runs: RunService,
    private readonly runViews: RunViewService,
  ) {}

  @Get('jobs')
  listAll(@Caller() caller: Principal, @Query() query: unknown): Promise<JobList> {
    return this.list(caller, undefined, query);
  }

  @Get('namespaces/:namespace/jobs')
  listOne(
    @Caller() caller: Principal,
    @Param('namespace') namespace: string,
    @Query() query: unknown,
  ): Promise<JobList> {
    return this.list(caller, validate(NAME, namespace, 'namespace'), query);
  }

  @Get('namespaces/:namespace/jobs/:job')
  job(@Caller() caller: Principal, @Param() path: unknown): Promise<JobShape> {
    return this.one(caller, path);
  }

  @Get('namespaces/:namespace/jobs/:job/versions')
  async versions(
    @Caller() caller: Principal,
    @Param() path: unknown,
    @Query() query: unknown,
  ): Promise<{ versions: JobVersionShape[] }> {
    const { limit, offset } = validate(SLICE, query);
    const versions = [jobVersionShape(await this.one(caller, path))];
    return { versions: versions.slice(offset, offset + limit) };
  }

  @Get('namespaces/:namespace/jobs/:job/versions/:version')
  async version(@Caller() caller: Principal, @Param() path: unknown): Promise<JobVersionShape> {
    const { version } = validate(VERSION_PATH, path);
    const job = await this.one(caller, path);
    if (version !== job.currentVersion) throw new NotFoundError('Job version', version);
    return jobVersionShape(job);
  }

  @Get('namespaces/:namespace/jobs/:job/runs')
  async listRuns(
    @Caller() caller: Principal,
    @Param() path: unknown,
    @Query() query: unknown,
  ): Promise<{ runs: RunShape[]; totalCount: number }> {
    const { namespace, job: name } = validate(JOB_PATH, path);
    const slice = validate(SLICE, query);
    const job = await this.jobs.find(caller, namespace, name);
    const { runs, total } = await this.runs.slice(job.id, slice);
    const seen = runs.map((run) => ({ run, job }));
    return { runs: await this.runViews.whole(caller, seen), totalCount: total };
  }

  private list(caller: Principal, namespace: string | undefined, query: unknown): Promise<JobList> {
    const { lastRunStates, ...slice } = validate(JOB_LIST, query);
    return this.jobs.list(caller, { namespace, lastStates: lastRunStates }, slice);
  }

  private async one(caller: Principal, path: unknown): Promise<JobShape> {
    const { namespace, job } = validate(JOB_PATH, path);
    const [shape] = await this.jobs.whole(caller, [await this.jobs.find(caller, namespace, job)]);
    return shape!;
  }
}
