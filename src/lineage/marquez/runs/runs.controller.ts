import { Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { Caller, type Principal } from '../../../identity/index.js';
import { validate } from '../../../platform/index.js';
import { AssetLineageService } from '../../assets/asset-lineage.service.js';
import type { JsonObject } from '../../events/json.js';
import { UUID } from '../http/inputs.js';
import { MarquezController } from '../http/marquez-controller.js';
import { ToldFacetService } from '../told/told-facet.service.js';
import type { RunShape } from './run-shape.js';
import { RunViewService } from './run-view.service.js';

const FACETS = z.object({
  type: z
    .string({ error: 'must be run or job' })
    .transform((type) => type.toLowerCase())
    .pipe(z.enum(['run', 'job'], { error: 'must be run or job' })),
});

/** Marquez's `RunResource`. */
@MarquezController('api/v1/jobs/runs')
export class MarquezRunsController {
  constructor(
    private readonly runs: RunViewService,
    private readonly lineage: AssetLineageService,
    private readonly told: ToldFacetService,
  ) {}

  @Get(':id')
  async run(@Caller() caller: Principal, @Param('id') id: string): Promise<RunShape> {
    const seen = await this.runs.get(caller, validate(UUID, id, 'id'));
    const [run] = await this.runs.whole(caller, [seen]);
    return run!;
  }

  /** Of the job as the run told them; as they are now where the log has nothing left of the run. */
  @Get(':id/facets')
  async facets(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query() query: unknown,
  ): Promise<{ runId: string; facets: JsonObject }> {
    const { type } = validate(FACETS, query);
    const { run, job } = await this.runs.get(caller, validate(UUID, id, 'id'));
    const facets =
      type === 'run'
        ? await this.lineage.facets(caller, 'run', run.id)
        : ((await this.told.ofJob(caller, run.id)) ?? (await this.lineage.facets(caller, 'asset', job.id)));
    return { runId: run.id, facets };
  }
}
