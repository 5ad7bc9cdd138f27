import { Injectable } from '@nestjs/common';
import { Database, prepared } from '../../platform/index.js';
import { namesOf } from '../identity/names-of.js';

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
    const [row] = await this.facetsOf('asset', [assetId], [name]);
    return row?.value;
  }

  /** The latest whole facets of many assets, each under all of its names, or of runs. @param names all when absent */
  facetsOf(
    holder: 'asset' | 'run',
    ids: readonly string[],
    names?: readonly string[],
  ): Promise<{ id: string; name: string; value: unknown }[]> {
    return this.database.query(
      prepared(`SELECT f.asset_id AS id, f.name, v.value FROM (
         SELECT DISTINCT ON (a.id, f.name) a.id AS asset_id, f.name, f.value_id
         FROM unnest($1::uuid[]) AS a (id) CROSS JOIN LATERAL (${namesOf('a.id')}) AS n
         JOIN lineage_facet AS f ON f.holder_id = n.raw_id AND f.holder = $2 AND ($3::text[] IS NULL OR f.name = ANY($3::text[]))
         ORDER BY a.id, f.name, f.claim DESC
       ) AS f JOIN lineage_facet_value AS v ON v.id = f.value_id ORDER BY f.name`),
      [ids, holder, names ?? null],
    );
  }

  /** The newest first. What several names of the asset had is one version. */
  versions(assetId: string, limit: number): Promise<AssetVersion[]> {
    return this.database.query(
      `SELECT $1::uuid AS "assetId", version, min(seen_at) AS "seenAt", (array_agg(run_id ORDER BY run_claim))[1] AS "runId"
       FROM lineage_version WHERE asset_id IN (${namesOf('$1')}) GROUP BY version ORDER BY "seenAt" DESC, version LIMIT $2`,
      [assetId, limit],
    );
  }
}
