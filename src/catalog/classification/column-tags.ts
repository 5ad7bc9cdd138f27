import { Injectable } from '@nestjs/common';
import { batched, Database, prepared } from '../../platform/index.js';
import { WHOLE_ASSET } from './claim.js';

type TagsByColumn = ReadonlyMap<string, readonly string[]>;

/** Which columns of assets carry which classifications. */
@Injectable()
export class ColumnTags {
  constructor(private readonly database: Database) {}

  /** The classifications of an asset's columns, by column; a column without any is left out. Fields of structs as `struct.field`. */
  async of(assetId: string): Promise<TagsByColumn> {
    return (await this.find(assetId)) ?? new Map();
  }

  private readonly find = batched<TagsByColumn>(async (assetIds) => {
    const rows = await this.database.query<{ assetId: string; column: string; tags: string[] }>(
      prepared(`SELECT asset_id AS "assetId", column_name AS "column", array_agg(tag ORDER BY tag) AS tags FROM column_tag
       WHERE asset_id = ANY($1::uuid[]) AND column_name <> $2 GROUP BY 1, 2 ORDER BY 1, 2`),
      [assetIds, WHOLE_ASSET],
    );
    const found = new Map<string, Map<string, readonly string[]>>();
    for (const { assetId, column, tags } of rows)
      found.set(assetId, (found.get(assetId) ?? new Map()).set(column, tags));
    return found;
  });
}
