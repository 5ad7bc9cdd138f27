import { Injectable } from '@nestjs/common';
import { policyColumns } from '../../../catalog/index.js';
import { Database } from '../../../platform/index.js';
import { namesOf } from '../../identity/names-of.js';
import { planToSql, type VisibilityPlan } from '../../../policy/index.js';
import type { Slice } from '../http/inputs.js';
import { versionIdSql } from '../version-ids.js';

/** A version of a dataset: one that a producer named, or what a run wrote without naming one. */
export interface DatasetVersionRow {
  /** See `versionId`. */
  readonly id: string;
  readonly at: Date;
  /** The first whole millisecond that is not before it: what it came with holds then, which it may not at `at`, a Date being without microseconds. */
  readonly asOf: Date;
  /** What wrote it; null when no run did, or none of a job that the caller may see. */
  readonly runId: string | null;
}

@Injectable()
export class DatasetVersionRepository {
  constructor(private readonly database: Database) {}

  /** The newest first, and how many there are. Runs of jobs that the caller may not see make none. @param id one version; all when absent */
  async list(
    assetId: string,
    visible: VisibilityPlan,
    { limit, offset }: Slice,
    id?: string,
  ): Promise<{ versions: DatasetVersionRow[]; total: number }> {
    const parameters: unknown[] = [assetId, id ?? null];
    const versions = `WITH written AS (
        SELECT DISTINCT ON (d.run_id) d.run_id, d.version, d.last_at FROM lineage_run_dataset AS d JOIN asset AS j ON j.id = d.job_id
        WHERE d.asset_id IN (${namesOf('$1')}) AND d.direction = 'output' AND d.run_id <> d.job_id AND d.last_at IS NOT NULL
          AND ${planToSql(visible.plan, policyColumns('j'), parameters)}
        ORDER BY d.run_id, d.version_claim DESC NULLS LAST),
      versions AS (
        SELECT ${versionIdSql('$1::text', "'version'", 'v.version')} AS id, v.seen_at AS at, w.run_id AS "runId"
        FROM (
          SELECT version, min(seen_at) AS seen_at, (array_agg(run_id ORDER BY run_claim))[1] AS run_id FROM lineage_version
          WHERE asset_id IN (${namesOf('$1')}) GROUP BY version
        ) AS v LEFT JOIN written AS w ON w.run_id = v.run_id AND w.version = v.version
        UNION ALL
        SELECT ${versionIdSql('$1::text', "'run'", 'w.run_id::text')}, w.last_at, w.run_id FROM written AS w WHERE w.version IS NULL)`;
    const from = 'FROM versions WHERE $2::uuid IS NULL OR id = $2';
    const [row] = await this.database.query<{ total: number }>(
      `${versions} SELECT count(*)::int AS total ${from}`,
      parameters,
    );
    const rows = await this.database.query<DatasetVersionRow>(
      `${versions} SELECT *, date_trunc('milliseconds', at + interval '999 microseconds') AS "asOf" ${from} ORDER BY at DESC, id LIMIT $${parameters.length + 1} OFFSET $${parameters.length + 2}`,
      [...parameters, limit, offset],
    );
    return { versions: rows, total: row!.total };
  }
}
