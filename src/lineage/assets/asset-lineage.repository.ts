import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';

/** A version of a dataset that a run read or wrote. */
export interface AssetVersion {
  readonly assetId: string;
  readonly version: string;
  /** When it was first seen. */
  readonly seenAt: Date;
  /** The run that wrote it, else one that read it; null when no run did. */
  readonly runId: string | null;
}

/** What events say of assets and runs, read from the projections. */
@Injectable()
export class AssetLineageRepository {
  constructor(private readonly database: Database) {}

  /** One facet of an asset; undefined when there is none. */
  async facet(assetId: string, name: string): Promise<unknown> {
    const [row] = await this.database.query<{ value: unknown }>(
      `SELECT v.value FROM lineage_facet AS f JOIN lineage_facet_value AS v ON v.id = f.value_id
       WHERE f.holder_id = $1 AND f.holder = 'asset' AND f.name = $2`,
      [assetId, name],
    );
    return row?.value;
  }

  /** Facets of many assets or runs. @param names all when absent */
  facetsOf(
    holder: 'asset' | 'run',
    ids: readonly string[],
    names?: readonly string[],
  ): Promise<{ id: string; name: string; value: unknown }[]> {
    return this.database.query(
      `SELECT f.holder_id AS id, f.name, v.value FROM lineage_facet AS f JOIN lineage_facet_value AS v ON v.id = f.value_id
       WHERE f.holder_id = ANY($1) AND f.holder = $2 AND ($3::text[] IS NULL OR f.name = ANY($3)) ORDER BY f.name`,
      [ids, holder, names ?? null],
    );
  }

  /** The newest first. */
  versions(assetId: string, limit: number): Promise<AssetVersion[]> {
    return this.database.query(
      `SELECT asset_id AS "assetId", version, seen_at AS "seenAt", run_id AS "runId" FROM lineage_version
       WHERE asset_id = $1 ORDER BY seen_at DESC, version LIMIT $2`,
      [assetId, limit],
    );
  }
}
