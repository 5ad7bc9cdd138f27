import { Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { Caller, type Principal } from '../../../identity/index.js';
import { validate } from '../../../platform/index.js';
import { limit, NAME, SLICE, UUID } from '../http/inputs.js';
import { MarquezController } from '../http/marquez-controller.js';
import { DatasetService } from './dataset.service.js';
import type { DatasetShape } from './dataset-shape.js';
import { DatasetVersionService } from './dataset-version.service.js';
import type { DatasetVersionShape } from './dataset-version-shape.js';

export const DATASET_PATH = z.object({ namespace: NAME, dataset: NAME });
const VERSION_PATH = DATASET_PATH.extend({ version: UUID });
/** Each version is read out of the events of its run. */
const VERSION_SLICE = SLICE.extend({ limit: limit(100, 100) });

/** Marquez's `DatasetResource`, what it reads. */
@MarquezController('api/v1/namespaces/:namespace/datasets')
export class MarquezDatasetsController {
  constructor(
    private readonly datasets: DatasetService,
    private readonly versions: DatasetVersionService,
  ) {}

  @Get()
  list(
    @Caller() caller: Principal,
    @Param('namespace') namespace: string,
    @Query() query: unknown,
  ): Promise<{ datasets: DatasetShape[]; totalCount: number }> {
    return this.datasets.list(caller, validate(NAME, namespace, 'namespace'), validate(SLICE, query));
  }

  @Get(':dataset')
  async dataset(@Caller() caller: Principal, @Param() path: unknown): Promise<DatasetShape> {
    const { namespace, dataset } = validate(DATASET_PATH, path);
    return this.datasets.one(caller, await this.datasets.find(caller, namespace, dataset));
  }

  @Get(':dataset/versions')
  async listVersions(
    @Caller() caller: Principal,
    @Param() path: unknown,
    @Query() query: unknown,
  ): Promise<{ versions: DatasetVersionShape[]; totalCount: number }> {
    const { namespace, dataset } = validate(DATASET_PATH, path);
    const slice = validate(VERSION_SLICE, query);
    return this.versions.list(caller, await this.datasets.find(caller, namespace, dataset), slice);
  }

  @Get(':dataset/versions/:version')
  async version(@Caller() caller: Principal, @Param() path: unknown): Promise<DatasetVersionShape> {
    const { namespace, dataset, version } = validate(VERSION_PATH, path);
    return this.versions.get(caller, await this.datasets.find(caller, namespace, dataset), version);
  }
}
