import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Long work as rows, and what is staged on branches before it is committed. `staged_change.path` sorts as trees do: by its bytes.
 * Rows of a staging area are removed after it was closed, some at a time.
 */
export class Versions1795392000051 implements MigrationInterface {
  name = 'Versions1795392000051';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE repository ADD COLUMN deleted_at timestamptz;
      ALTER TABLE repository ADD COLUMN checks jsonb NOT NULL DEFAULT '{}';
      ALTER TABLE commit ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY;

      CREATE TABLE operation (
        id uuid PRIMARY KEY,
        seq bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT operation_seq UNIQUE,
        kind text NOT NULL,
        repository_id uuid CONSTRAINT operation_repository REFERENCES repository (id),
        serial_key text,
        input jsonb NOT NULL,
        state text NOT NULL DEFAULT 'queued'
          CONSTRAINT operation_state CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
        progress jsonb NOT NULL DEFAULT '{"done":0}',
        result jsonb,
        problem jsonb,
        requested_by text NOT NULL,
        cancel_requested_at timestamptz,
        epoch integer NOT NULL DEFAULT 0,
        attempts integer NOT NULL DEFAULT 0,
        alive_until timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        finished_at timestamptz
      );
      CREATE INDEX operation_unfinished ON operation (seq) WHERE state IN ('queued', 'running');
      CREATE INDEX operation_serial ON operation (serial_key, seq) WHERE state IN ('queued', 'running');
      CREATE INDEX operation_by_repository ON operation (repository_id, seq DESC);
      CREATE INDEX operation_by_end ON operation (finished_at);

      CREATE TABLE staging_area (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        repository_id uuid NOT NULL CONSTRAINT staging_area_repository REFERENCES repository (id),
        branch text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        sealed_at timestamptz,
        closed_at timestamptz,
        operation_id uuid
      );
      CREATE UNIQUE INDEX staging_area_open ON staging_area (repository_id, branch) WHERE sealed_at IS NULL AND closed_at IS NULL;
      CREATE INDEX staging_area_by_branch ON staging_area (repository_id, branch, id) WHERE closed_at IS NULL;
      CREATE INDEX staging_area_closed ON staging_area (id) WHERE closed_at IS NOT NULL;
      CREATE INDEX staging_area_of_operation ON staging_area (operation_id) WHERE operation_id IS NOT NULL;
      CREATE TABLE staged_change (
        area_id bigint NOT NULL,
        path text COLLATE "C" NOT NULL,
        sha256 text,
        size_bytes bigint,
        content_type text,
        metadata jsonb,
        staged_by text NOT NULL,
        staged_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (area_id, path)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE staged_change, staging_area, operation;
      ALTER TABLE commit DROP COLUMN seq;
      ALTER TABLE repository DROP COLUMN checks, DROP COLUMN deleted_at;`);
  }
}
