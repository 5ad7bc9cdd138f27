import { Injectable } from '@nestjs/common';
import { Database, type PageRequest } from '../../platform/index.js';
import { namesOf } from '../identity/names-of.js';
import { type Direction, RUN_STATES, type RunState } from '../projection/facts.js';
import type { Rhythm } from './run-verdict.js';

/** A run as its events tell it. */
export interface LineageRun {
  readonly id: string;
  readonly jobId: string;
  readonly state: RunState;
  /** Of its START, else of the first event; null when only other runs spoke of it. */
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly parentRunId: string | null;
  /** Of its own events. */
  readonly lastEventAt: Date | null;
  /** Of the latest COMPLETE, FAIL, ABORT. */
  readonly completedAt: Date | null;
  readonly failedAt: Date | null;
  readonly abortedAt: Date | null;
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

const RUN = `run_id AS id, of_job_id AS "jobId", state, coalesce(started_at, first_event_at) AS "startedAt", ended_at AS "endedAt",
  parent_run_id AS "parentRunId", last_event_at AS "lastEventAt", completed_at AS "completedAt", failed_at AS "failedAt",
  aborted_at AS "abortedAt", ${SORTED_AT} AS "sortedAt"`;

/** Ended runs that tell how long a job takes. */
const RHYTHM_RUNS = 20;
const MAX_RUN_DATASETS = 2_000;
/** Of each run, where many are asked about. */
const MAX_DATASETS_EACH = 100;

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
       WHERE of_job_id = $1 AND ($2::text IS NULL OR (coalesce(first_event_at, '0001-01-01Z'), run_id) < ($2::timestamptz, $3::uuid))
       ORDER BY coalesce(first_event_at, '0001-01-01Z') DESC, run_id DESC LIMIT $4`,
      [jobId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
    );
    return rows.map(toRun);
  }

  async findMany(runIds: readonly string[]): Promise<LineageRun[]> {
    const rows = await this.database.query<RunRow>(
      `SELECT ${RUN} FROM lineage_run WHERE run_id = ANY($1) ORDER BY run_id`,
      [runIds],
    );
    return rows.map(toRun);
  }

  /** Part of a job's runs, the newest first. */
  async slice(jobId: string, limit: number, offset: number): Promise<LineageRun[]> {
    const rows = await this.database.query<RunRow>(
      `SELECT ${RUN} FROM lineage_run WHERE of_job_id = $1
       ORDER BY coalesce(first_event_at, '0001-01-01Z') DESC, run_id DESC LIMIT $2 OFFSET $3`,
      [jobId, limit, offset],
    );
    return rows.map(toRun);
  }

  async count(jobId: string): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM lineage_run WHERE of_job_id = $1',
      [jobId],
    );
    return row!.count;
  }

  /** The newest runs of each of the jobs, the newest first. @param each runs of a job at most */
  async newest(jobIds: readonly string[], each: number): Promise<LineageRun[]> {
    const rows = await this.database.query<RunRow>(
      `SELECT r.* FROM unnest($1::uuid[]) AS j (id) CROSS JOIN LATERAL (
         SELECT ${RUN} FROM lineage_run WHERE of_job_id = j.id
         ORDER BY coalesce(first_event_at, '0001-01-01Z') DESC, run_id DESC LIMIT $2) AS r`,
      [jobIds, each],
    );
    return rows.map(toRun);
  }

  /** What many runs read and wrote, of each run the first 100 of either. */
  datasetsOf(runIds: readonly string[]): Promise<(RunDataset & { readonly runId: string })[]> {
    return this.database.query(
      `SELECT d.* FROM unnest($1::uuid[]) AS r (id) CROSS JOIN unnest('{input,output}'::text[]) AS w (direction)
       CROSS JOIN LATERAL (
         SELECT DISTINCT ON (2) d.run_id AS "runId", coalesce(a.asset_id, d.asset_id) AS "assetId", d.direction, d.version
         FROM lineage_run_dataset AS d LEFT JOIN lineage_alias AS a ON a.raw_id = d.asset_id
         WHERE d.run_id = r.id AND d.direction = w.direction ORDER BY 2, d.version_claim DESC NULLS LAST
         LIMIT ${MAX_DATASETS_EACH}) AS d`,
      [runIds],
    );
  }

  /** How a job runs, by its last 20 ended runs and its `jobType`. */
  async rhythm(jobId: string): Promise<Rhythm> {
    const [row] = await this.database.query<{ longestMs: number | null; isStreaming: boolean }>(
      `SELECT (SELECT max(extract(epoch FROM ended_at - started_at) * 1000)::float8 FROM (
           SELECT ended_at, started_at FROM lineage_run WHERE of_job_id = $1 AND ended_at >= started_at
           ORDER BY coalesce(first_event_at, '0001-01-01Z') DESC, run_id DESC LIMIT ${RHYTHM_RUNS}) AS last) AS "longestMs",
         EXISTS (SELECT FROM lineage_facet AS f JOIN lineage_facet_value AS v ON v.id = f.value_id WHERE f.holder_id IN (${namesOf('$1')})
           AND f.holder = 'asset' AND f.name = 'jobType' AND upper(v.value->>'processingType') = 'STREAMING') AS "isStreaming"`,
      [jobId],
    );
    return row!;
  }

  /** The first 2,000, by asset. */
  datasets(runId: string, direction: Direction): Promise<RunDataset[]> {
    return this.database.query(
      `SELECT DISTINCT ON (1) coalesce(a.asset_id, d.asset_id) AS "assetId", d.direction, d.version
       FROM lineage_run_dataset AS d LEFT JOIN lineage_alias AS a ON a.raw_id = d.asset_id
       WHERE d.run_id = $1 AND d.direction = $2 ORDER BY 1, d.version_claim DESC NULLS LAST LIMIT ${MAX_RUN_DATASETS}`,
      [runId, direction],
    );
  }
}

function toRun(row: RunRow): ListedRun {
  return { ...row, state: RUN_STATES[row.state]! };
}
