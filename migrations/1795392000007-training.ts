import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Training runs: what is wanted (`desired`) beside what is (`state`), and what a run reads, pinned to commits. `version` grows with
 * every change, so that a writer who saw an earlier one is refused.
 */
export class Training1795392000007 implements MigrationInterface {
  name = 'Training1795392000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE training_run (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        state text NOT NULL DEFAULT 'pending' CONSTRAINT training_run_state
          CHECK (state IN ('pending', 'starting', 'running', 'succeeded', 'failed', 'cancelled', 'lost')),
        desired text NOT NULL DEFAULT 'run' CONSTRAINT training_run_desired CHECK (desired IN ('run', 'cancel')),
        version integer NOT NULL DEFAULT 1,
        submitted_by text NOT NULL,
        principal_id uuid NOT NULL CONSTRAINT training_run_principal REFERENCES principal (id),
        job_asset_id uuid NOT NULL CONSTRAINT training_run_job REFERENCES asset (id),
        code jsonb,
        command text[] NOT NULL,
        parameters jsonb NOT NULL,
        seed integer NOT NULL,
        timeout_seconds integer NOT NULL,
        environment_id text NOT NULL,
        content_hash text NOT NULL,
        output_repository text NOT NULL,
        output_asset_id uuid NOT NULL CONSTRAINT training_run_output REFERENCES asset (id),
        output_branch text NOT NULL,
        output_commit_id text,
        metrics jsonb,
        exit_code integer,
        reason text,
        token_id uuid,
        kept text NOT NULL DEFAULT 'all' CONSTRAINT training_run_kept CHECK (kept IN ('all', 'log', 'nothing')),
        created_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        finished_at timestamptz,
        CONSTRAINT training_run_committed CHECK ((state = 'succeeded') = (output_commit_id IS NOT NULL))
      );
      CREATE INDEX training_run_unfinished ON training_run (id) WHERE state IN ('pending', 'starting', 'running');
      CREATE INDEX training_run_kept_folder ON training_run (finished_at) WHERE kept <> 'nothing';
      CREATE INDEX training_run_by_job ON training_run (job_asset_id, id);
      CREATE UNIQUE INDEX training_run_by_output ON training_run (output_asset_id, output_commit_id)
        WHERE output_commit_id IS NOT NULL;
      CREATE TABLE training_run_input (
        run_id uuid NOT NULL CONSTRAINT training_run_input_run REFERENCES training_run (id),
        position integer NOT NULL,
        mount text NOT NULL,
        repository text NOT NULL,
        asset_id uuid NOT NULL CONSTRAINT training_run_input_asset REFERENCES asset (id),
        revision text NOT NULL,
        commit_id text NOT NULL,
        PRIMARY KEY (run_id, position)
      );
      CREATE INDEX training_run_input_by_asset ON training_run_input (asset_id, run_id);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE training_run_input; DROP TABLE training_run');
  }
}
