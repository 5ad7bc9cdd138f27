import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Lineage that is true at any instant. What is derived from the log is emptied and marked stale: the service derives it again when it
 * starts.
 */
export class LineageTime1795392000060 implements MigrationInterface {
  name = 'LineageTime1795392000060';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      TRUNCATE lineage_edge, lineage_column_edge, lineage_run, lineage_run_dataset, lineage_facet, lineage_version;

      CREATE TABLE lineage_graph (
        is_only boolean PRIMARY KEY DEFAULT true CONSTRAINT lineage_graph_is_only CHECK (is_only),
        epoch bigint NOT NULL DEFAULT 1,
        is_stale boolean NOT NULL DEFAULT false
      );
      INSERT INTO lineage_graph (is_stale) SELECT EXISTS (SELECT FROM lineage_event);

      ALTER TABLE lineage_edge
        ADD COLUMN valid tstzmultirange NOT NULL,
        ADD COLUMN changed_by xid8 NOT NULL DEFAULT pg_current_xact_id();
      CREATE INDEX lineage_edge_by_change ON lineage_edge (changed_by);

      ALTER TABLE lineage_column_edge
        DROP COLUMN first_seen_at,
        DROP COLUMN last_seen_at,
        ADD COLUMN job_id uuid NOT NULL,
        ADD COLUMN kind text NOT NULL CONSTRAINT lineage_column_edge_kind CHECK (kind IN ('lineage', 'columns')),
        ADD COLUMN subtype text NOT NULL DEFAULT '',
        ADD COLUMN is_masking boolean NOT NULL DEFAULT false,
        ADD COLUMN said tstzmultirange NOT NULL,
        ADD COLUMN valid tstzmultirange NOT NULL,
        ADD COLUMN changed_by xid8 NOT NULL DEFAULT pg_current_xact_id();
      CREATE INDEX lineage_column_edge_by_change ON lineage_column_edge (changed_by);
      DROP INDEX lineage_column_edge_upstream;
      CREATE INDEX lineage_column_edge_upstream ON lineage_column_edge (target_id, job_id);

      CREATE TABLE lineage_pairing (
        job_id uuid NOT NULL,
        output_id uuid NOT NULL,
        input_id uuid NOT NULL,
        kind text NOT NULL CONSTRAINT lineage_pairing_kind CHECK (kind IN ('lineage', 'columns')),
        valid tstzmultirange NOT NULL,
        changed_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
        PRIMARY KEY (job_id, output_id, input_id, kind)
      );
      CREATE INDEX lineage_pairing_by_change ON lineage_pairing (changed_by);

      CREATE TABLE lineage_statement (
        job_id uuid NOT NULL,
        output_id uuid NOT NULL,
        kind text NOT NULL CONSTRAINT lineage_statement_kind CHECK (kind IN ('lineage', 'columns')),
        at timestamptz NOT NULL,
        event_id text COLLATE "C" NOT NULL,
        value_id uuid NOT NULL,
        PRIMARY KEY (job_id, output_id, kind, at, event_id)
      );

      ALTER TABLE lineage_run_dataset
        ADD COLUMN first_at timestamptz,
        ADD COLUMN last_at timestamptz,
        ADD COLUMN job_id uuid NOT NULL,
        DROP CONSTRAINT lineage_run_dataset_pkey,
        ADD PRIMARY KEY (run_id, job_id, direction, asset_id);
      CREATE INDEX lineage_run_dataset_by_asset ON lineage_run_dataset (asset_id, direction, job_id);

      ALTER TABLE lineage_run
        ADD COLUMN completed_at timestamptz,
        ADD COLUMN failed_at timestamptz,
        ADD COLUMN aborted_at timestamptz,
        ADD COLUMN last_event_at timestamptz;

      CREATE TABLE lineage_drop (
        asset_id uuid NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (asset_id, at)
      );

      `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE lineage_drop, lineage_statement, lineage_pairing, lineage_graph;
      DROP INDEX lineage_run_dataset_by_asset, lineage_edge_by_change, lineage_column_edge_by_change;
      DROP INDEX lineage_column_edge_upstream;
      CREATE INDEX lineage_column_edge_upstream ON lineage_column_edge (target_id);
      TRUNCATE lineage_edge, lineage_column_edge, lineage_run, lineage_run_dataset, lineage_facet, lineage_version;
      ALTER TABLE lineage_run DROP COLUMN completed_at, DROP COLUMN failed_at, DROP COLUMN aborted_at, DROP COLUMN last_event_at;
      ALTER TABLE lineage_run_dataset DROP CONSTRAINT lineage_run_dataset_pkey, DROP COLUMN first_at, DROP COLUMN last_at,
        DROP COLUMN job_id, ADD PRIMARY KEY (run_id, direction, asset_id);
      ALTER TABLE lineage_edge DROP COLUMN valid, DROP COLUMN changed_by;
      ALTER TABLE lineage_column_edge
        DROP COLUMN job_id, DROP COLUMN kind, DROP COLUMN subtype, DROP COLUMN is_masking, DROP COLUMN said, DROP COLUMN valid, DROP COLUMN changed_by,
        ADD COLUMN first_seen_at timestamptz NOT NULL,
        ADD COLUMN last_seen_at timestamptz NOT NULL;`);
  }
}
