import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { JsonObject } from '../events/json.js';
import { namesOf } from '../identity/names-of.js';

/** A version of a dataset that a run read or wrote. */
export interface AssetVersion {
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

  /** The latest whole facets by name: of an asset, under all of its names. */
  async facets(holder: 'asset' | 'run', id: string): Promise<JsonObject> {
    const rows = await this.database.query<{ name: string; value: unknown }>(
      `SELECT f.name, v.value FROM (
         SELECT DISTINCT ON (name) name, value_id FROM lineage_facet
         WHERE holder_id IN (${namesOf('$1')}) AND holder = $2 ORDER BY name, claim DESC
       ) AS f JOIN lineage_facet_value AS v ON v.id = f.value_id ORDER BY f.name`,
      [id, holder],
    );
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  /** One facet of an asset; undefined when there is none. */
  async facet(assetId: string, name: string): Promise<unknown> {
    const [row] = await this.facetsOf([assetId], [name]);
    return row?.value;
  }

  /** Facets of these names, of many assets. */
  facetsOf(
    assetIds: readonly string[],
    names: readonly string[],
  ): Promise<{ assetId: string; name: string; value: unknown }[]> {
    return this.database.query(
      `SELECT f.asset_id AS "assetId", f.name, v.value FROM (
         SELECT DISTINCT ON (a.id, f.name) a.id AS asset_id, f.name, f.value_id
         FROM unnest($1::uuid[]) AS a (id) CROSS JOIN LATERAL (${namesOf('a.id')}) AS n
         JOIN lineage_facet AS f ON f.holder_id = n.raw_id AND f.holder = 'asset' AND f.name = ANY($2)
         ORDER BY a.id, f.name, f.claim DESC
       ) AS f JOIN lineage_facet_value AS v ON v.id = f.value_id`,
      [assetIds, names],
    );
  }

  /** The newest first. What several names of the asset had is one version. */
  versions(assetId: string, limit: number): Promise<AssetVersion[]> {
    return this.database.query(
      `SELECT version, min(seen_at) AS "seenAt", (array_agg(run_id ORDER BY run_claim))[1] AS "runId" FROM lineage_version
       WHERE asset_id IN (${namesOf('$1')}) GROUP BY version ORDER BY 2 DESC, version LIMIT $2`,
      [assetId, limit],
    );
  }
}
