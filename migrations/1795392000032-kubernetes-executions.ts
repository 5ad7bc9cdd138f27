import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Executions as Jobs of a cluster: what must be known of one when its Job and its pod are gone. A row stays for ever: it is what keeps an
 * execution from being run a second time. `tokens` are the SHA-256 of the staging credentials of all attempts to start, and that
 * of the Job alone once it is known. Runs say which image and resources they ask for.
 */
export class KubernetesExecutions1795392000032 implements MigrationInterface {
  name = 'KubernetesExecutions1795392000032';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE kubernetes_execution (
        id uuid PRIMARY KEY,
        mounts text[] NOT NULL DEFAULT '{}',
        tokens text[] NOT NULL DEFAULT '{}',
        job_uid text,
        pod_uid text,
        stop_requested_at timestamptz,
        outputs text NOT NULL DEFAULT 'open' CONSTRAINT kubernetes_execution_outputs
          CHECK (outputs IN ('open', 'sealed', 'refused')),
        refusal jsonb,
        ending jsonb,
        kept text NOT NULL DEFAULT 'all' CONSTRAINT kubernetes_execution_kept CHECK (kept IN ('all', 'log', 'nothing')),
        prepared_at timestamptz NOT NULL DEFAULT now(),
        ended_at timestamptz,
        CONSTRAINT kubernetes_execution_ended CHECK ((ending IS NULL) = (ended_at IS NULL))
      );
      CREATE TABLE kubernetes_execution_file (
        execution_id uuid NOT NULL CONSTRAINT kubernetes_execution_file_execution REFERENCES kubernetes_execution (id),
        position integer NOT NULL,
        mount text,
        path text NOT NULL,
        sha256 text NOT NULL,
        size_bytes bigint NOT NULL,
        PRIMARY KEY (execution_id, position)
      );
      CREATE TABLE kubernetes_execution_output (
        execution_id uuid NOT NULL CONSTRAINT kubernetes_execution_output_execution REFERENCES kubernetes_execution (id),
        path text COLLATE "C" NOT NULL,
        sha256 text NOT NULL,
        size_bytes bigint NOT NULL,
        PRIMARY KEY (execution_id, path)
      );
      CREATE TABLE kubernetes_execution_log (
        execution_id uuid PRIMARY KEY CONSTRAINT kubernetes_execution_log_execution REFERENCES kubernetes_execution (id),
        gzip bytea NOT NULL
      );
      ALTER TABLE training_run ADD COLUMN image text;
      ALTER TABLE training_run ADD COLUMN resources jsonb NOT NULL DEFAULT '{}';`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE training_run DROP COLUMN resources;
      ALTER TABLE training_run DROP COLUMN image;
      DROP TABLE kubernetes_execution_log;
      DROP TABLE kubernetes_execution_output;
      DROP TABLE kubernetes_execution_file;
      DROP TABLE kubernetes_execution`);
  }
}
