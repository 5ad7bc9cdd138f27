import { Injectable } from '@nestjs/common';
import { Database, prepared } from '../../../platform/index.js';
import type { Asset } from '../../assets/asset.js';
import { assetColumns } from '../../assets/asset-columns.js';

/** SQL of what scanners look at. */
@Injectable()
export class ScanRepository {
  constructor(private readonly database: Database) {}

  /** The tree of an asset's default branch; undefined for what is not versioned here. */
  async headOf(assetId: string): Promise<{ tree: string } | undefined> {
    const [row] = await this.database.query<{ tree: string }>(
      `SELECT c.tree FROM repository AS r
       JOIN ref AS f ON f.repository_id = r.id AND f.type = 'branch' AND f.name = r.default_branch
       JOIN commit AS c ON c.repository_id = r.id AND c.id = f.commit_id WHERE r.asset_id = $1 AND r.deleted_at IS NULL`,
      [assetId],
    );
    return row;
  }

  /** The trees of two commits; undefined when one of them is gone. */
  async treesOf(
    assetId: string,
    from: string,
    to: string,
  ): Promise<{ asset: Asset; from: string; to: string; isExamined: boolean } | undefined> {
    type Row = Asset & { from: string; to: string; isExamined: boolean };
    const [row] = await this.database.query<Row>(
      prepared(`SELECT ${assetColumns('a')}, b.tree AS "from", c.tree AS "to", a.examined_at IS NOT NULL AS "isExamined"
       FROM repository AS r JOIN asset AS a ON a.id = r.asset_id
       JOIN commit AS b ON b.repository_id = r.id AND b.id = $2 JOIN commit AS c ON c.repository_id = r.id AND c.id = $3
       WHERE r.asset_id = $1 AND r.deleted_at IS NULL AND b.collected_at IS NULL AND c.collected_at IS NULL`),
      [assetId, from, to],
    );
    if (row === undefined) return undefined;
    const { from: before, to: after, isExamined, ...asset } = row;
    return { asset, from: before, to: after, isExamined };
  }
}
