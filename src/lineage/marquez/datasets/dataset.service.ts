import { Injectable } from '@nestjs/common';
import { type Asset, AssetService } from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { NotFoundError } from '../../../platform/index.js';
import { AssetLineageService } from '../../assets/asset-lineage.service.js';
import { NeighbourService } from '../../graph/neighbour.service.js';
import { grouped } from '../grouped.js';
import type { Slice } from '../http/inputs.js';
import { NameService } from '../names/name.service.js';
import {
  type DatasetDataShape,
  datasetData,
  type DatasetShape,
  datasetShape,
  latest,
} from './dataset-shape.js';
import { DatasetVersionService } from './dataset-version.service.js';

const DATA_FACETS = ['schema', 'documentation', 'lifecycleStateChange'];

/** Datasets and models in Marquez's shape. */
@Injectable()
export class DatasetService {
  constructor(
    private readonly assets: AssetService,
    private readonly names: NameService,
    private readonly lineage: AssetLineageService,
    private readonly neighbours: NeighbourService,
    private readonly versions: DatasetVersionService,
  ) {}

  /** @throws {NotFoundError} also when the caller may not know of it */
  async find(caller: Principal, namespace: string, name: string): Promise<Asset> {
    return this.assets.getByName(caller, 'dataset', namespace, name).catch((error: unknown) => {
      throw error instanceof NotFoundError ? new NotFoundError('Dataset', `${namespace} ${name}`) : error;
    });
  }

  /** By name; `currentVersion` is told of single datasets only. */
  async list(
    caller: Principal,
    namespace: string,
    slice: Slice,
  ): Promise<{ datasets: DatasetShape[]; totalCount: number }> {
    const { assets, total } = await this.names.list(caller, 'data', namespace, slice);
    return { datasets: await this.whole(caller, assets), totalCount: total };
  }

  async one(caller: Principal, asset: Asset): Promise<DatasetShape> {
    const [dataset] = await this.whole(caller, [asset]);
    return { ...dataset!, currentVersion: await this.versions.current(caller, asset) };
  }

  /** As graphs have them. The caller of this may see them. */
  async data(caller: Principal, assets: readonly Asset[]): Promise<DatasetDataShape[]> {
    const ids = assets.map(({ id }) => id);
    const valueOf = await this.lineage.values('asset', ids, DATA_FACETS);
    const lastModifiedAt = await this.lastModifiedAt(caller, ids);
    return assets.map((asset) =>
      datasetData(asset, (name) => valueOf(asset.id, name), lastModifiedAt(asset.id)),
    );
  }

  private async whole(caller: Principal, assets: readonly Asset[]): Promise<DatasetShape[]> {
    const ids = assets.map(({ id }) => id);
    const facets = await this.lineage.facetsOf(caller, 'asset', ids);
    const lastModifiedAt = await this.lastModifiedAt(caller, ids);
    const columns = grouped(await this.neighbours.columnsInto(caller, ids), ({ toAsset }) => toAsset.id);
    return assets.map((asset) =>
      datasetShape(asset, facets.get(asset.id)!, lastModifiedAt(asset.id), columns.get(asset.id) ?? [], null),
    );
  }

  private async lastModifiedAt(
    caller: Principal,
    ids: readonly string[],
  ): Promise<(id: string) => Date | null> {
    const neighbours = await this.neighbours.ofAssets(caller, ids);
    return (id) => latest(neighbours.get(id)!.inputs.map(({ lastSeenAt }) => lastSeenAt));
  }
}
