import { Delete, HttpCode, Param, Post, Put } from '@nestjs/common';
import { z } from 'zod';
import { AssetService } from '../../../catalog/index.js';
import { Caller, type Principal } from '../../../identity/index.js';
import { validate } from '../../../platform/index.js';
import { DatasetService } from '../datasets/dataset.service.js';
import type { DatasetShape } from '../datasets/dataset-shape.js';
import { DATASET_PATH } from '../datasets/datasets.controller.js';
import { NAME } from '../http/inputs.js';
import { MarquezWriteController } from '../http/marquez-controller.js';
import { JobService } from '../jobs/job.service.js';
import type { JobShape } from '../jobs/job-shape.js';
import { JOB_PATH } from '../jobs/jobs.controller.js';
import { type TagShape, tagShape } from './tag-shape.js';

const DATASET_TAG = 'namespaces/:namespace/datasets/:dataset/tags/:tag';
const JOB_TAG = 'namespaces/:namespace/jobs/:job/tags/:tag';
const DATASET_TAG_PATH = DATASET_PATH.extend({ tag: NAME });
const JOB_TAG_PATH = JOB_PATH.extend({ tag: NAME });
const TAG_PATH = z.object({ tag: NAME.regex(/^[a-z]/, 'must be a classification like pii or pii.email') });

/** What Marquez's clients may write here: classifications, under policy's `manage`. */
@MarquezWriteController()
export class MarquezTaggingController {
  constructor(
    private readonly assets: AssetService,
    private readonly datasets: DatasetService,
    private readonly jobs: JobService,
  ) {}

  /** A classification is there once something has it: there is nothing to create, and no description to keep. */
  @Put('tags/:tag')
  @HttpCode(200)
  create(@Param() path: unknown): TagShape {
    return tagShape(validate(TAG_PATH, path).tag);
  }

  @Post(DATASET_TAG)
  @HttpCode(200)
  tagDataset(@Caller() caller: Principal, @Param() path: unknown): Promise<DatasetShape> {
    const { tag } = validate(DATASET_TAG_PATH, path);
    return this.editDataset(caller, path, { add: [tag] });
  }

  @Delete(DATASET_TAG)
  untagDataset(@Caller() caller: Principal, @Param() path: unknown): Promise<DatasetShape> {
    const { tag } = validate(DATASET_TAG_PATH, path);
    return this.editDataset(caller, path, { remove: [tag] });
  }

  @Post(JOB_TAG)
  @HttpCode(200)
  tagJob(@Caller() caller: Principal, @Param() path: unknown): Promise<JobShape> {
    const { tag } = validate(JOB_TAG_PATH, path);
    return this.editJob(caller, path, { add: [tag] });
  }

  @Delete(JOB_TAG)
  untagJob(@Caller() caller: Principal, @Param() path: unknown): Promise<JobShape> {
    const { tag } = validate(JOB_TAG_PATH, path);
    return this.editJob(caller, path, { remove: [tag] });
  }

  private async editDataset(caller: Principal, path: unknown, change: TagChange): Promise<DatasetShape> {
    const { namespace, dataset } = validate(DATASET_TAG_PATH, path);
    const { id } = await this.datasets.find(caller, namespace, dataset);
    return this.datasets.one(caller, await this.assets.tag(caller, id, change));
  }

  private async editJob(caller: Principal, path: unknown, change: TagChange): Promise<JobShape> {
    const { namespace, job } = validate(JOB_TAG_PATH, path);
    const { id } = await this.jobs.find(caller, namespace, job);
    const [shape] = await this.jobs.whole(caller, [await this.assets.tag(caller, id, change)]);
    return shape!;
  }
}

type TagChange = Parameters<AssetService['tag']>[2];
