import { Injectable } from '@nestjs/common';
import { type Asset, assetColumns } from '../../catalog/index.js';
import { AssetLineageService } from '../../lineage/index.js';
import { Database, prepared } from '../../platform/index.js';
import type { SearchDocument } from '../search-index.js';

const BATCH = 500;
/** By which an asset is found, those of the latest: engines may give a job a name each time that it runs. */
const MAX_OTHER_NAMES = 50;
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
      prepared(
        `SELECT ${assetColumns('a')} FROM asset AS a WHERE a.id = ANY($1::uuid[]) AND a.alias_of IS NULL`,
      ),
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
    const ids = assets.map(({ id }) => id);
    const [told, otherNames] = [await this.lineage.describe(ids), await this.otherNames(ids)];
    return assets.map((asset) => ({
      assetId: asset.id,
      kind: asset.kind,
      name: asset.identityName,
      identityNamespace: asset.identityNamespace,
      namespace: asset.namespace,
      tags: asset.tags,
      description: [asset.description, told.get(asset.id)?.documentation].filter(Boolean).join('\n'),
      columns: told.get(asset.id)?.columns.map(({ name }) => name) ?? [],
      otherNames: otherNames.get(asset.id) ?? [],
    }));
  }

  /** Those of the asset's own place in policy: who may not see another place must not find out its names by guessing. */
  private async otherNames(assetIds: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await this.database.query<{ id: string; names: string[] }>(
      prepared(`SELECT a.id, array_agg(n.identity_name) AS names
       FROM asset AS a CROSS JOIN LATERAL (
         SELECT identity_name FROM asset AS n WHERE n.alias_of = a.id AND n.namespace = a.namespace
         ORDER BY n.created_at DESC LIMIT ${MAX_OTHER_NAMES}) AS n
       WHERE a.id = ANY($1::uuid[]) GROUP BY a.id`),
      [assetIds],
    );
    return new Map(rows.map(({ id, names }) => [id, names]));
  }
}
