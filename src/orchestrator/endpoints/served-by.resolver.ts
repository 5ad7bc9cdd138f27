import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { AssetModel, AssetService } from '../../catalog/index.js';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { NotFoundError } from '../../platform/index.js';
import { type TrainingRunModel, TrainingService } from '../training/index.js';
import { ServedByRepository } from './served-by.repository.js';
import { ServedByModel } from './endpoint.model.js';
import { EndpointService } from './endpoint.service.js';

@Resolver(() => AssetModel)
export class ServedByResolver {
  constructor(
    private readonly served: ServedByRepository,
    private readonly service: EndpointService,
    private readonly assets: AssetService,
    private readonly trainings: TrainingService,
  ) {}

  @Access('governed')
  @ResolveField(() => [ServedByModel], {
    description:
      'Endpoints that answer now with a model that is this asset or was trained on it, also by way of other trainings, and at which commits. Those that you may not see are absent, as are those whose model you may not see.',
  })
  async servedBy(@Caller() caller: Principal, @Parent() asset: AssetModel): Promise<ServedByModel[]> {
    const found = await this.served.find(asset.id);
    const models = await this.assets.getVisible(caller, [...new Set(found.map((each) => each.modelAssetId))]);
    const rows: ServedByModel[] = [];
    for (const { endpoint: name, modelAssetId, trainingRunId, modelCommitId, dataCommitId } of found) {
      const model = models.get(modelAssetId);
      const endpoint = await orNull(this.service.get(caller, name));
      if (!model || !endpoint) continue;
      const trainingRun = trainingRunId === null ? null : await this.trainingRun(caller, trainingRunId);
      rows.push({ endpoint, model, modelCommitId, dataCommitId, trainingRun });
    }
    return rows;
  }

  private trainingRun(caller: Principal, id: string): Promise<TrainingRunModel | null> {
    return orNull(this.trainings.get(caller, id));
  }
}

/** What the caller may not see is not told of. */
async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
