import { Injectable } from '@nestjs/common';
import { type Asset, assetColumns } from '../../catalog/index.js';
import { AssetLineageService } from '../../lineage/index.js';
import { Database } from '../../platform/index.js';
import type { SearchDocument } from '../search-index.js';

const BATCH = 500;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Reads what the index should know, from the catalog and from what events say. */
@Injectable()
export class DocumentRepository {
  constructor(
    private readonly database: Database,
    private readonly lineage: AssetLineageService,
  ) {}

  /** Documents of those of the assets that exist and are no other's name. */
  async find(assetIds: readonly string[]): Promise<SearchDocument[]> {
    const assets = await this.database.query<Asset>(
      `SELECT ${assetColumns('a')} FROM asset AS a WHERE a.id = ANY($1) AND a.alias_of IS NULL`,
      [assetIds],
    );
    return this.describe(assets);
  }

  /** Documents of all assets, 500 at a time. */
  async *all(): AsyncGenerator<readonly SearchDocument[]> {
    for (let after = FIRST_ID; ;) {
      const assets = await this.database.query<Asset>(
        `SELECT ${assetColumns('a')} FROM asset AS a WHERE a.id > $1 AND a.alias_of IS NULL ORDER BY a.id LIMIT ${BATCH}`,
        [after],
      );
      const last = assets.at(-1);
      if (last === undefined) return;
      yield await this.describe(assets);
      after = last.id;
    }
  }

  private async describe(assets: readonly Asset[]): Promise<SearchDocument[]> {
    const told = await this.lineage.describe(assets.map(({ id }) => id));
    return assets.map((asset) => ({
      assetId: asset.id,
      kind: asset.kind,
      name: asset.identityName,
      identityNamespace: asset.identityNamespace,
      namespace: asset.namespace,
      tags: asset.tags,
      description: [asset.description, told.get(asset.id)?.documentation].filter(Boolean).join('\n'),
      columns: told.get(asset.id)?.columns.map(({ name }) => name) ?? [],
    }));
  }
}
