import { Injectable } from '@nestjs/common';
import { type Asset, AssetService } from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { NotFoundError } from '../../../platform/index.js';
import { Policy } from '../../../policy/index.js';
import { AssetLineageService } from '../../assets/asset-lineage.service.js';
import type { Slice } from '../http/inputs.js';
import { NameService } from '../names/name.service.js';
import { JobPartsService } from './job-parts.service.js';
import { type JobFilter, JobRepository } from './job.repository.js';
import { type JobDataShape, jobData, type JobShape, jobShape } from './job-shape.js';

/** Runs of a job in a list: as many as Marquez's pages draw. */
const LATEST_RUNS = 10;
const DATA_FACETS = ['jobType', 'sourceCodeLocation', 'documentation'];

/** Jobs, workloads and endpoints in Marquez's shape. */
@Injectable()
export class JobService {
  constructor(
    private readonly assets: AssetService,
    private readonly jobs: JobRepository,
    private readonly names: NameService,
    private readonly policy: Policy,
    private readonly lineage: AssetLineageService,
    private readonly parts: JobPartsService,
  ) {}

  /** @throws {NotFoundError} also when the caller may not know of it */
  async find(caller: Principal, namespace: string, name: string): Promise<Asset> {
    return this.assets.getByName(caller, 'job', namespace, name).catch((error: unknown) => {
      throw error instanceof NotFoundError ? new NotFoundError('Job', `${namespace} ${name}`) : error;
    });
  }

  /** Those that ran last first. @throws {NotFoundError} for a namespace in which the caller may know of nothing */
  async list(
    caller: Principal,
    filter: JobFilter,
    slice: Slice,
  ): Promise<{ jobs: JobShape[]; totalCount: number }> {
    const visible = await this.policy.plan(caller, 'list');
    const { assets, total } = await this.jobs.list(filter, visible, slice);
    if (total === 0 && filter.namespace !== undefined) await this.names.namespace(caller, filter.namespace);
    return { jobs: await this.whole(caller, assets), totalCount: total };
  }

  /** The caller of this may see them. */
  async whole(caller: Principal, assets: readonly Asset[]): Promise<JobShape[]> {
    const ids = assets.map(({ id }) => id);
    const partsOf = await this.parts.of(caller, assets, LATEST_RUNS);
    const facets = await this.lineage.facetsOf(caller, 'asset', ids);
    return assets.map((asset) => jobShape(asset, partsOf(asset), facets.get(asset.id)!));
  }

  /** As graphs have them. The caller of this may see them. */
  async data(caller: Principal, assets: readonly Asset[]): Promise<JobDataShape[]> {
    const partsOf = await this.parts.of(caller, assets, 1);
    const valueOf = await this.lineage.values(
      'asset',
      assets.map(({ id }) => id),
      DATA_FACETS,
    );
    return assets.map((asset) => jobData(asset, partsOf(asset), (name) => valueOf(asset.id, name)));
  }
}
