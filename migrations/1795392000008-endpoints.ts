import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Endpoints: what is wanted (`desired`, `revision`) beside what is (`observed`, `served_revision`). A revision never changes; it
 * is pinned to a commit, a path and the bytes there, and `run_id` is the lineage run of its serving.
 */
export class Endpoints1795392000008 implements MigrationInterface {
  name = 'Endpoints1795392000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE endpoint (
        name text PRIMARY KEY,
        asset_id uuid NOT NULL CONSTRAINT endpoint_asset REFERENCES asset (id),
        desired text NOT NULL CONSTRAINT endpoint_desired CHECK (desired IN ('serving', 'stopped')),
        observed text NOT NULL CONSTRAINT endpoint_observed CHECK (observed IN ('pending', 'ready', 'failed', 'stopped')),
        reason text,
        revision integer NOT NULL,
        served_revision integer,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX endpoint_by_asset ON endpoint (asset_id);
      CREATE TABLE endpoint_revision (
        endpoint text NOT NULL CONSTRAINT endpoint_revision_endpoint REFERENCES endpoint (name),
        number integer NOT NULL,
        repository text NOT NULL,
        model_asset_id uuid NOT NULL CONSTRAINT endpoint_revision_model REFERENCES asset (id),
        commit_id text NOT NULL,
        path text NOT NULL,
        sha256 text NOT NULL,
        size_bytes bigint NOT NULL,
        training_run_id uuid CONSTRAINT endpoint_revision_training REFERENCES training_run (id),
        run_id uuid NOT NULL,
        deployed_by text NOT NULL,
        refusal text,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (endpoint, number)
      );
      CREATE INDEX endpoint_revision_by_model ON endpoint_revision (model_asset_id);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE endpoint_revision; DROP TABLE endpoint');
  }
}
