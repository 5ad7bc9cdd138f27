import { Injectable } from '@nestjs/common';
import { policyColumns } from '../../catalog/index.js';
import { Database, type PageRequest } from '../../platform/index.js';
import { currentTraceparent } from '../../platform/tracing/index.js';
import { type Plan, planToSql } from '../../policy/index.js';
import { RunChangedError } from './errors.js';
import type { DesiredRun, RunState } from './run-state.js';
import type { TrainingRun } from './training-run.js';

/** A run before anything happened to it. */
export type NewTrainingRun = Omit<
  TrainingRun,
  | 'state'
  | 'desired'
  | 'version'
  | 'metrics'
  | 'exitCode'
  | 'reason'
  | 'tokenId'
  | 'kept'
  | 'traceparent'
  | 'createdAt'
  | 'startedAt'
  | 'finishedAt'
>;

/** What a controller may write to a run. What is absent stays. */
export type RunChange = Partial<
  Pick<TrainingRun, 'state' | 'metrics' | 'exitCode' | 'reason' | 'tokenId' | 'startedAt' | 'finishedAt'>
> & { readonly outputCommitId?: string };

/** A run that is not over, in short. */
export interface UnfinishedRun {
  readonly id: string;
  readonly state: RunState;
  readonly desired: DesiredRun;
}

const UNFINISHED = `('pending', 'starting', 'running')`;

const RUN = `r.id, r.name, r.state, r.desired, r.version, r.submitted_by AS "submittedBy", r.principal_id AS "principalId", r.scope,
  r.job_asset_id AS "jobAssetId", r.code, r.command, r.parameters, r.seed, r.timeout_seconds AS "timeoutSeconds",
  r.environment_id AS "environmentId", r.image, r.resources, r.content_hash AS "contentHash", r.metrics, r.exit_code AS "exitCode", r.reason,
  r.token_id AS "tokenId", r.kept, r.traceparent, r.created_at AS "createdAt", r.started_at AS "startedAt", r.finished_at AS "finishedAt",
  jsonb_strip_nulls(jsonb_build_object('repository', r.output_repository, 'assetId', r.output_asset_id,
    'branch', r.output_branch, 'commitId', r.output_commit_id)) AS output,
  (SELECT jsonb_agg(jsonb_build_object('mount', i.mount, 'repository', i.repository, 'assetId', i.asset_id,
     'revision', i.revision, 'commitId', i.commit_id) ORDER BY i.position)
   FROM training_run_input AS i WHERE i.run_id = r.id) AS inputs`;

/** Columns of {@link RunChange}. */
const COLUMNS: Readonly<Record<keyof RunChange, string>> = {
  state: 'state',
  metrics: 'metrics',
  exitCode: 'exit_code',
  reason: 'reason',
  tokenId: 'token_id',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  outputCommitId: 'output_commit_id',
};

@Injectable()
export class TrainingRunRepository {
  constructor(private readonly database: Database) {}

  async insert(run: NewTrainingRun): Promise<void> {
    const { output } = run;
    await this.database.query(
      `INSERT INTO training_run (id, name, submitted_by, principal_id, job_asset_id, code, command, parameters, seed,
         timeout_seconds, environment_id, content_hash, output_repository, output_asset_id, output_branch, traceparent,
         image, resources, scope)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
      [
        ...[run.id, run.name, run.submittedBy, run.principalId, run.jobAssetId, JSON.stringify(run.code)],
        ...[run.command, JSON.stringify(run.parameters), run.seed, run.timeoutSeconds, run.environmentId],
        ...[run.contentHash, output.repository, output.assetId, output.branch, currentTraceparent()],
        ...[run.image, JSON.stringify(run.resources), run.scope],
      ],
    );
    await this.database.query(
      `INSERT INTO training_run_input (run_id, position, mount, repository, asset_id, revision, commit_id)
       SELECT $1, e.position, e.value->>'mount', e.value->>'repository', (e.value->>'assetId')::uuid, e.value->>'revision',
         e.value->>'commitId'
       FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS e (value, position)`,
      [run.id, JSON.stringify(run.inputs)],
    );
  }

  async find(id: string): Promise<TrainingRun | undefined> {
    const [run] = await this.database.query<TrainingRun>(
      `SELECT ${RUN} FROM training_run AS r WHERE r.id = $1`,
      [id],
    );
    return run;
  }

  /** The newest first; those whose job the plan shows. */
  list(visible: Plan, page: PageRequest<readonly [string]>): Promise<TrainingRun[]> {
    const parameters: unknown[] = [page.after?.[0] ?? null, page.limit];
    const predicate = planToSql(visible, policyColumns('a'), parameters);
    return this.database.query<TrainingRun>(
      `SELECT ${RUN} FROM training_run AS r JOIN asset AS a ON a.id = r.job_asset_id
       WHERE ($1::uuid IS NULL OR r.id < $1) AND ${predicate} ORDER BY r.id DESC LIMIT $2`,
      parameters,
    );
  }

  /** The oldest first. */
  unfinished(): Promise<UnfinishedRun[]> {
    return this.database.query(
      `SELECT id, state, desired FROM training_run WHERE state IN ${UNFINISHED} ORDER BY id`,
    );
  }

  async countUnfinished(): Promise<number> {
    const [row] = await this.database.query<{ n: string }>(
      `SELECT count(*) AS n FROM training_run WHERE state IN ${UNFINISHED}`,
    );
    return Number(row!.n);
  }

  /** Asks for the end of a run; one that is over stays as it is. */
  async cancel(id: string): Promise<void> {
    await this.database.query(
      `UPDATE training_run SET desired = 'cancel', version = version + 1
       WHERE id = $1 AND desired = 'run' AND state IN ${UNFINISHED}`,
      [id],
    );
  }

  /**
   * Changes a run that is still as it was read.
   * @returns it as it is then
   * @throws {RunChangedError}
   */
  async change(
    { id, version }: Pick<TrainingRun, 'id' | 'version'>,
    change: RunChange,
  ): Promise<TrainingRun> {
    const entries = Object.entries(change) as [keyof RunChange, unknown][];
    const sets = entries.map(([field], i) => `${COLUMNS[field]} = $${i + 3}`);
    const rows = await this.database.query(
      `UPDATE training_run SET version = version + 1${sets.map((set) => `, ${set}`).join('')}
       WHERE id = $1 AND version = $2 AND state IN ${UNFINISHED} RETURNING 1`,
      [
        id,
        version,
        ...entries.map(([field, value]) => (field === 'metrics' ? JSON.stringify(value) : value)),
      ],
    );
    if (rows.length === 0) throw new RunChangedError(id, version);
    return (await this.find(id))!;
  }

  /** Notes what is still there of the folder of a run that is over. */
  async keep(id: string, kept: 'log' | 'nothing'): Promise<void> {
    await this.database.query('UPDATE training_run SET kept = $2 WHERE id = $1', [id, kept]);
  }

  /**
   * Ended runs of whose folders less is to be kept: more than the log, or a log that is too old or of too old a run.
   * @param logDays of logs @param logRuns how many of the last ended runs keep their log
   */
  overdue(
    logDays: number,
    logRuns: number,
    limit: number,
  ): Promise<{ id: string; keep: 'log' | 'nothing' }[]> {
    return this.database.query(
      `SELECT id, CASE WHEN is_old THEN 'nothing' ELSE 'log' END AS keep
       FROM (SELECT id, kept, finished_at < now() - $1 * interval '1 day'
               OR row_number() OVER (ORDER BY finished_at DESC) > $2 AS is_old
             FROM training_run WHERE kept <> 'nothing' AND state NOT IN ${UNFINISHED}) AS ended
       WHERE is_old OR kept = 'all' LIMIT $3`,
      [logDays, logRuns, limit],
    );
  }
}
