import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Names that are of one asset. What events say stays under the names that they say; edges, columns and pairs are of assets. The graph is
 * marked stale: the service derives it again when it starts.
 */
export class LineageIdentity1795392000061 implements MigrationInterface {
  name = 'LineageIdentity1795392000061';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE lineage_identity_rule (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        definition jsonb NOT NULL,
        author text NOT NULL,
        reason text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        removed_by text,
        removal_reason text,
        removed_at timestamptz
      );
      CREATE INDEX lineage_identity_rule_in_force ON lineage_identity_rule (id) WHERE removed_at IS NULL;

      CREATE TABLE lineage_alias (
        raw_id uuid PRIMARY KEY,
        asset_id uuid NOT NULL,
        reason text NOT NULL,
        seq bigint GENERATED ALWAYS AS IDENTITY
      );
      CREATE INDEX lineage_alias_by_asset ON lineage_alias (asset_id, seq DESC);

      CREATE TABLE lineage_same (
        from_id uuid NOT NULL,
        to_id uuid NOT NULL,
        kind text NOT NULL CONSTRAINT lineage_same_kind CHECK (kind IN ('rename', 'symlink', 'table')),
        claim text COLLATE "C" NOT NULL,
        PRIMARY KEY (from_id, to_id, kind)
      );
      CREATE INDEX lineage_same_by_target ON lineage_same (to_id);

      ALTER TABLE lineage_graph
        ADD COLUMN identity_version bigint NOT NULL DEFAULT 1,
        ADD COLUMN builtin_rules text NOT NULL DEFAULT '';

      ALTER TABLE lineage_statement ADD COLUMN of_job_id uuid, ADD COLUMN of_output_id uuid;
      UPDATE lineage_statement SET of_job_id = job_id, of_output_id = output_id;
      ALTER TABLE lineage_statement ALTER COLUMN of_job_id SET NOT NULL, ALTER COLUMN of_output_id SET NOT NULL;
      CREATE INDEX lineage_statement_by_assets ON lineage_statement (of_job_id, of_output_id, kind, at, event_id);
      CREATE INDEX lineage_statement_by_output ON lineage_statement (output_id);

      ALTER TABLE lineage_drop ADD COLUMN of_asset_id uuid;
      UPDATE lineage_drop SET of_asset_id = asset_id;
      ALTER TABLE lineage_drop ALTER COLUMN of_asset_id SET NOT NULL;
      CREATE INDEX lineage_drop_by_asset ON lineage_drop (of_asset_id);

      ALTER TABLE lineage_run ADD COLUMN of_job_id uuid;
      UPDATE lineage_run SET of_job_id = job_id;
      ALTER TABLE lineage_run ALTER COLUMN of_job_id SET NOT NULL;
      CREATE INDEX lineage_run_of_job ON lineage_run (of_job_id, coalesce(first_event_at, '0001-01-01Z') DESC, run_id DESC);

      CREATE INDEX lineage_run_dataset_by_job ON lineage_run_dataset (job_id);
      CREATE INDEX lineage_pairing_by_input ON lineage_pairing (input_id);

      ALTER TABLE asset ADD COLUMN alias_of uuid;
      CREATE INDEX asset_by_alias ON asset (alias_of) WHERE alias_of IS NOT NULL;

      UPDATE lineage_graph SET is_stale = is_stale OR EXISTS (SELECT FROM lineage_event)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE asset DROP COLUMN alias_of;
      DROP INDEX lineage_run_dataset_by_job, lineage_pairing_by_input;
      ALTER TABLE lineage_run DROP COLUMN of_job_id;
      ALTER TABLE lineage_drop DROP COLUMN of_asset_id;
      ALTER TABLE lineage_statement DROP COLUMN of_job_id, DROP COLUMN of_output_id;
      DROP INDEX lineage_statement_by_output;
      ALTER TABLE lineage_graph DROP COLUMN identity_version, DROP COLUMN builtin_rules;
      DROP TABLE lineage_same, lineage_alias, lineage_identity_rule;
      UPDATE lineage_graph SET is_stale = EXISTS (SELECT FROM lineage_event)`);
  }
}
