import { Injectable } from '@nestjs/common';
import type { Asset } from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { NotFoundError } from '../../../platform/index.js';
import { Policy } from '../../../policy/index.js';
import { AssetLineageService } from '../../assets/asset-lineage.service.js';
import { RunService } from '../../runs/run.service.js';
import type { Slice } from '../http/inputs.js';
import { RunViewService } from '../runs/run-view.service.js';
import { ToldFacetService } from '../told/told-facet.service.js';
import { onlyVersion } from '../version-ids.js';
import { DatasetVersionRepository, type DatasetVersionRow } from './dataset-version.repository.js';
import { type DatasetVersionShape, datasetVersionShape } from './dataset-version-shape.js';

const ONE: Slice = { limit: 1, offset: 0 };

/**
 * Versions of a dataset as Marquez has them: each that a producer named, and one for each run that wrote it without naming one. A
 * dataset without any has the one that stands for it as it is. The callers of this may see the dataset.
 */
@Injectable()
export class DatasetVersionService {
  constructor(
    private readonly repository: DatasetVersionRepository,
    private readonly policy: Policy,
    private readonly lineage: AssetLineageService,
    private readonly runs: RunService,
    private readonly runViews: RunViewService,
    private readonly told: ToldFacetService,
  ) {}

  /** The newest first. */
  async list(
    caller: Principal,
    asset: Asset,
    slice: Slice,
  ): Promise<{ versions: DatasetVersionShape[]; totalCount: number }> {
    const visible = await this.policy.plan(caller, 'list');
    const { versions, total } = await this.repository.list(asset.id, visible, slice);
    const isOnly = total === 0;
    const rows = isOnly ? [onlyOf(asset)].slice(slice.offset, slice.offset + slice.limit) : versions;
    const newest = slice.offset === 0 ? rows[0] : undefined;
    return { versions: await this.shown(caller, asset, rows, newest?.id), totalCount: isOnly ? 1 : total };
  }

  /** @throws {NotFoundError} */
  async get(caller: Principal, asset: Asset, id: string): Promise<DatasetVersionShape> {
    const row = id === onlyVersion(asset.id) ? onlyOf(asset) : await this.row(caller, asset, id);
    const [version] = await this.shown(caller, asset, [row], await this.current(caller, asset));
    return version!;
  }

  /** As of when a version's own lineage is looked at. @throws {NotFoundError} */
  async instantOf(caller: Principal, asset: Asset, id: string): Promise<Date> {
    return (await this.row(caller, asset, id)).asOf;
  }

  /** The id of the newest version. */
  async current(caller: Principal, asset: Asset): Promise<string> {
    const visible = await this.policy.plan(caller, 'list');
    const { versions } = await this.repository.list(asset.id, visible, ONE);
    return versions[0]?.id ?? onlyVersion(asset.id);
  }

  private async row(caller: Principal, asset: Asset, id: string): Promise<DatasetVersionRow> {
    const visible = await this.policy.plan(caller, 'list');
    const { versions } = await this.repository.list(asset.id, visible, ONE, id);
    if (versions[0] === undefined) throw new NotFoundError('Dataset version', id);
    return versions[0];
  }

  /** Facets are what the run told of a version; of the newest, where no run tells, those of now. */
  private async shown(
    caller: Principal,
    asset: Asset,
    rows: readonly DatasetVersionRow[],
    newest: string | undefined,
  ): Promise<DatasetVersionShape[]> {
    const runIds = rows.flatMap(({ runId }) => runId ?? []);
    const seen = await this.runs.visible(caller, runIds);
    const runs = new Map((await this.runViews.whole(caller, seen)).map((run) => [run.id, run]));
    const told = await this.told.ofOutput(caller, asset, runIds);
    const now = await this.lineage.facets(caller, 'asset', asset.id);
    return rows.map((row) => {
      const ofRun = row.runId === null ? undefined : told.get(row.runId);
      const facets = ofRun ?? (row.id === newest || row.id === onlyVersion(asset.id) ? now : {});
      return datasetVersionShape(asset, row, facets, (row.runId && runs.get(row.runId)) || null);
    });
  }
}

function onlyOf(asset: Asset): DatasetVersionRow {
  return { id: onlyVersion(asset.id), at: asset.createdAt, asOf: asset.createdAt, runId: null };
}
