import { Injectable } from '@nestjs/common';
import { Database, type PageRequest } from '../../platform/index.js';
import { type Direction, RUN_STATES, type RunState } from '../projection/facts.js';

/** A run as its events tell it. */
export interface LineageRun {
  readonly id: string;
  readonly jobId: string;
  readonly state: RunState;
  /** Of its START, else of the first event; null when only other runs spoke of it. */
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly parentRunId: string | null;
}

/** A dataset that a run read or wrote. */
export interface RunDataset {
  readonly assetId: string;
  readonly direction: Direction;
  readonly version: string | null;
}

/** A run with the key it has in the list of its job's runs. */
export interface ListedRun extends LineageRun {
  readonly sortedAt: string;
}

type RunRow = Omit<ListedRun, 'state'> & { readonly state: number };

/** Runs that only others spoke of come last. In microseconds, which a Date would lose. */
const SORTED_AT = `to_char(coalesce(first_event_at, '0001-01-01Z') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const RUN = `run_id AS id, job_id AS "jobId", state, coalesce(started_at, first_event_at) AS "startedAt", ended_at AS "endedAt",
  parent_run_id AS "parentRunId", ${SORTED_AT} AS "sortedAt"`;

const MAX_RUN_DATASETS = 2_000;

@Injectable()
export class RunRepository {
  constructor(private readonly database: Database) {}

  async find(runId: string): Promise<LineageRun | undefined> {
    const [row] = await this.database.query<RunRow>(`SELECT ${RUN} FROM lineage_run WHERE run_id = $1`, [
      runId,
    ]);
    return row === undefined ? undefined : toRun(row);
  }

  /** The newest first. */
  async ofJob(jobId: string, page: PageRequest<readonly [string, string]>): Promise<ListedRun[]> {
    const rows = await this.database.query<RunRow>(
      `SELECT ${RUN} FROM lineage_run
       WHERE job_id = $1 AND ($2::text IS NULL OR (coalesce(first_event_at, '0001-01-01Z'), run_id) < ($2::timestamptz, $3::uuid))
       ORDER BY coalesce(first_event_at, '0001-01-01Z') DESC, run_id DESC LIMIT $4`,
      [jobId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
    );
    return rows.map(toRun);
  }

  /** The first 2,000, by asset. */
  datasets(runId: string, direction: Direction): Promise<RunDataset[]> {
    return this.database.query(
      `SELECT DISTINCT ON (asset_id) asset_id AS "assetId", direction, version FROM lineage_run_dataset
       WHERE run_id = $1 AND direction = $2 ORDER BY asset_id, version_claim DESC NULLS LAST LIMIT ${MAX_RUN_DATASETS}`,
      [runId, direction],
    );
  }
}

function toRun(row: RunRow): ListedRun {
  return { ...row, state: RUN_STATES[row.state]! };
}
