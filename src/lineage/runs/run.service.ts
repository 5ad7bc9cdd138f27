import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Asset, AssetService } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import {
  InvalidInputError,
  NotFoundError,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { instantOf } from '../events/instant.js';
import { type LineageNode, Views } from '../graph/view.js';
import type { Direction } from '../projection/facts.js';
import { type LineageRun, RunRepository } from './run.repository.js';
import { isOpen, type RunVerdict, verdictOf } from './run-verdict.js';

const RUN_ID = z.uuid({ error: 'must be the id of a run (a UUID)' });

/** A dataset of a run as a caller sees it. */
export interface SeenRunDataset {
  readonly asset: LineageNode;
  /** Null also where the caller may not know of the dataset. */
  readonly version: string | null;
  readonly direction: Direction;
  readonly run: LineageRun;
}

/** A dataset of one of several runs, which the caller may see. */
export interface VisibleRunDataset {
  readonly runId: string;
  readonly direction: Direction;
  readonly asset: Asset;
  readonly version: string | null;
}

/** Runs: seen by those who may see their jobs. */
@Injectable()
export class RunService {
  constructor(
    private readonly runs: RunRepository,
    private readonly assets: AssetService,
    private readonly views: Views,
  ) {}

  /** @throws {NotFoundError} also when the caller may not know of its job */
  async get(caller: Principal, runId: string): Promise<LineageRun> {
    const run = await this.runs.find(validate(RUN_ID, runId, 'id').toLowerCase());
    const visible = run === undefined ? undefined : await this.assets.getVisible(caller, [run.jobId]);
    if (run === undefined || !visible!.has(run.jobId)) throw new NotFoundError('LineageRun', runId);
    return run;
  }

  /** Runs of a job, the newest first. The caller of this may see the job. */
  async ofJob(jobId: string, args: PageArgs): Promise<Page<LineageRun>> {
    const request = pageRequest<readonly [string, string]>(args, 2);
    if (
      request.after !== undefined &&
      (instantOf(request.after[0]) === undefined || !RUN_ID.safeParse(request.after[1]).success)
    ) {
      throw new InvalidInputError('after', 'must be the endCursor of an earlier page of this list');
    }
    return pageOf(await this.runs.ofJob(jobId, request), request, (run) => [run.sortedAt, run.id]);
  }

  /** Part of a job's runs, the newest first, and how many there are. The caller of this may see the job. */
  async slice(
    jobId: string,
    { limit, offset }: { readonly limit: number; readonly offset: number },
  ): Promise<{ runs: LineageRun[]; total: number }> {
    return { runs: await this.runs.slice(jobId, limit, offset), total: await this.runs.count(jobId) };
  }

  /** The newest runs of each of the jobs, by job. The caller of this may see the jobs. @param each runs of a job at most */
  async newest(jobIds: readonly string[], each: number): Promise<Map<string, LineageRun[]>> {
    const found = new Map<string, LineageRun[]>(jobIds.map((id) => [id, []]));
    for (const run of await this.runs.newest(jobIds, each)) found.get(run.jobId)!.push(run);
    return found;
  }

  /** Those of the runs whose jobs the caller may see, with these. */
  async visible(
    caller: Principal,
    runIds: readonly string[],
  ): Promise<{ readonly run: LineageRun; readonly job: Asset }[]> {
    const runs = await this.runs.findMany([...new Set(runIds)]);
    const jobs = await this.assets.getVisible(caller, [...new Set(runs.map(({ jobId }) => jobId))]);
    return runs.flatMap((run) => {
      const job = jobs.get(run.jobId);
      return job === undefined ? [] : [{ run, job }];
    });
  }

  /** The jobs of the runs that the newest runs of the jobs name as their parents, by job, as far as the caller may see them. */
  async parentJobs(caller: Principal, jobIds: readonly string[]): Promise<Map<string, Asset>> {
    const newest = await this.runs.newest(jobIds, 1);
    const parents = await this.visible(
      caller,
      newest.flatMap(({ parentRunId }) => parentRunId ?? []),
    );
    const byRun = new Map(parents.map(({ run, job }) => [run.id, job]));
    return new Map(
      newest.flatMap(({ jobId, parentRunId }) => {
        const parent = byRun.get(parentRunId ?? '');
        return parent === undefined || parent.id === jobId ? [] : [[jobId, parent] as const];
      }),
    );
  }

  /** What many runs read and wrote, the first 100 of either; what the caller may not see is left out. */
  async datasetsOf(caller: Principal, runIds: readonly string[]): Promise<VisibleRunDataset[]> {
    const rows = await this.runs.datasetsOf(runIds);
    const assets = await this.assets.getVisible(caller, [...new Set(rows.map(({ assetId }) => assetId))]);
    return rows.flatMap(({ assetId, ...row }) => {
      const asset = assets.get(assetId);
      return asset === undefined ? [] : [{ ...row, asset }];
    });
  }

  /** What is thought of a run that the caller may see. */
  async verdict(run: LineageRun): Promise<RunVerdict> {
    return verdictOf(run, isOpen(run) ? await this.runs.rhythm(run.jobId) : undefined, new Date());
  }

  /** What a run read or wrote; what the caller may not see is opaque. */
  async datasets(caller: Principal, run: LineageRun, direction: Direction): Promise<SeenRunDataset[]> {
    const rows = await this.runs.datasets(run.id, direction);
    const view = await this.views.of(
      caller,
      rows.map(({ assetId }) => assetId),
    );
    return rows.map(({ assetId, version }) => ({
      asset: view.node(assetId, 1),
      version: view.sees(assetId) ? version : null,
      ...{ direction, run },
    }));
  }
}
