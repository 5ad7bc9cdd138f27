import { Injectable } from '@nestjs/common';
import type { Asset } from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { AssetLineageService } from '../../assets/asset-lineage.service.js';
import type { JsonObject } from '../../events/json.js';
import { lastTold } from './last-told.js';
import { ToldFacetRepository } from './told-facet.repository.js';

/** What a run itself told of its job and its outputs: facets as they were then. Facets that name what the caller may not see are left out. */
@Injectable()
export class ToldFacetService {
  constructor(
    private readonly facets: ToldFacetRepository,
    private readonly lineage: AssetLineageService,
  ) {}

  /** Facets of a dataset by the run that wrote it; a run of which the log has nothing left is absent. */
  async ofOutput(
    caller: Principal,
    asset: Asset,
    runIds: readonly string[],
  ): Promise<Map<string, JsonObject>> {
    const told = await this.facets.ofOutput(runIds, asset.id);
    return this.lineage.withoutHidden(caller, lastTold(told));
  }

  /** Facets of the job of a run; undefined when the log has nothing left of them. */
  async ofJob(caller: Principal, runId: string): Promise<JsonObject | undefined> {
    const told = await this.lineage.withoutHidden(caller, lastTold(await this.facets.ofJob(runId)));
    return told.get(runId);
  }
}
