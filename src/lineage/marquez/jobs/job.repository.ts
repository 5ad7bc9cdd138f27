import { Injectable } from '@nestjs/common';
import { type Asset, assetColumns, policyColumns } from '../../../catalog/index.js';
import { Database } from '../../../platform/index.js';
import { planToSql, type VisibilityPlan } from '../../../policy/index.js';
import { RUN_STATES, type RunState } from '../../projection/facts.js';
import type { Slice } from '../http/inputs.js';

/** Which jobs a list shows; absent means any. */
export interface JobFilter {
  readonly namespace: string | undefined;
  /** States of a job's latest run. */
  readonly lastStates: readonly RunState[] | undefined;
}

@Injectable()
export class JobRepository {
  constructor(private readonly database: Database) {}

  /** Those that ran last first, and how many there are. */
  async list(
    { namespace, lastStates }: JobFilter,
    visible: VisibilityPlan,
    { limit, offset }: Slice,
  ): Promise<{ assets: Asset[]; total: number }> {
    const states = lastStates?.map((state) => RUN_STATES.indexOf(state)) ?? null;
    const parameters: unknown[] = [namespace ?? null, states];
    const latest = `LEFT JOIN LATERAL (SELECT state, first_event_at FROM lineage_run WHERE of_job_id = a.id
      ORDER BY coalesce(first_event_at, '0001-01-01Z') DESC, run_id DESC LIMIT 1) AS r ON true`;
    const where = `WHERE a.alias_of IS NULL AND a.space = 'job' AND ($1::text IS NULL OR a.identity_namespace = $1)
      AND ($2::smallint[] IS NULL OR r.state = ANY($2)) AND ${planToSql(visible.plan, policyColumns('a'), parameters)}`;
    const [row] = await this.database.query<{ total: number }>(
      `SELECT count(*)::int AS total FROM asset AS a ${latest} ${where}`,
      parameters,
    );
    const assets = await this.database.query<Asset>(
      `SELECT ${assetColumns('a')} FROM asset AS a ${latest} ${where}
       ORDER BY r.first_event_at DESC NULLS LAST, a.identity_name, a.id
       LIMIT $${parameters.length + 1} OFFSET $${parameters.length + 2}`,
      [...parameters, limit, offset],
    );
    return { assets, total: row!.total };
  }
}
