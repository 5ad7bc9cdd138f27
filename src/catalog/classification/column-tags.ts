import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import { WHOLE_ASSET } from './claim.js';

/** Which columns of assets carry which classifications. */
@Injectable()
export class ColumnTags {
  constructor(private readonly database: Database) {}

  /** The classifications of an asset's columns, by column; a column without any is left out. Fields of structs as `struct.field`. */
  async of(assetId: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await this.database.query<{ column: string; tags: string[] }>(
      `SELECT column_name AS "column", array_agg(tag ORDER BY tag) AS tags FROM column_tag WHERE asset_id = $1 AND column_name <> $2
       GROUP BY 1 ORDER BY 1`,
      [assetId, WHOLE_ASSET],
    );
    return new Map(rows.map(({ column, tags }) => [column, tags]));
  }
}
