import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Lineage: the log of events, append-only, and what is derived from it. Everything but `lineage_event` and `lineage_secret` can be
 * rebuilt. Claims (`INSTANT|EVENT ID`) are compared as bytes, so that the same one wins in every database.
 */
export class Lineage1795392000005 implements MigrationInterface {
  name = 'Lineage1795392000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE lineage_event (
        id text COLLATE "C" PRIMARY KEY,
        seq bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT lineage_event_seq UNIQUE,
        kind text NOT NULL CONSTRAINT lineage_event_kind CHECK (kind IN ('run', 'job', 'dataset')),
        event_time timestamptz NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        principal text NOT NULL,
        subject_id uuid NOT NULL,
        asset_ids uuid[] NOT NULL,
        run_id uuid,
        body jsonb NOT NULL,
        warnings jsonb NOT NULL,
        withheld uuid[] NOT NULL,
        projection_error text
      );
      CREATE INDEX lineage_event_by_subject ON lineage_event (subject_id, seq DESC);
      CREATE INDEX lineage_event_by_run ON lineage_event (run_id, seq DESC) WHERE run_id IS NOT NULL;
      CREATE INDEX lineage_event_unprojected ON lineage_event (seq) WHERE projection_error IS NOT NULL;

      CREATE TABLE lineage_edge (
        source_id uuid NOT NULL,
        target_id uuid NOT NULL,
        first_seen_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL,
        PRIMARY KEY (source_id, target_id)
      );
      CREATE INDEX lineage_edge_upstream ON lineage_edge (target_id, source_id);

      CREATE TABLE lineage_column_edge (
        id uuid PRIMARY KEY,
        source_id uuid NOT NULL,
        source_column text NOT NULL,
        target_id uuid NOT NULL,
        target_column text NOT NULL,
        transformation text NOT NULL CONSTRAINT lineage_column_edge_transformation CHECK (transformation IN ('direct', 'indirect')),
        first_seen_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL
      );
      CREATE INDEX lineage_column_edge_downstream ON lineage_column_edge (source_id);
      CREATE INDEX lineage_column_edge_upstream ON lineage_column_edge (target_id);

      CREATE TABLE lineage_run (
        run_id uuid PRIMARY KEY,
        job_id uuid NOT NULL,
        job_claim text COLLATE "C" NOT NULL,
        state smallint NOT NULL,
        started_at timestamptz,
        ended_at timestamptz,
        first_event_at timestamptz,
        parent_run_id uuid,
        parent_claim text COLLATE "C"
      );
      CREATE INDEX lineage_run_by_job ON lineage_run (job_id, coalesce(first_event_at, '0001-01-01Z') DESC, run_id DESC);

      CREATE TABLE lineage_run_dataset (
        run_id uuid NOT NULL,
        asset_id uuid NOT NULL,
        direction text NOT NULL CONSTRAINT lineage_run_dataset_direction CHECK (direction IN ('input', 'output')),
        version text,
        version_claim text COLLATE "C",
        PRIMARY KEY (run_id, direction, asset_id)
      );

      CREATE TABLE lineage_facet_value (
        id uuid PRIMARY KEY,
        value jsonb NOT NULL
      );
      CREATE TABLE lineage_facet (
        holder_id uuid NOT NULL,
        holder text NOT NULL CONSTRAINT lineage_facet_holder CHECK (holder IN ('asset', 'run')),
        name text NOT NULL,
        value_id uuid,
        claim text COLLATE "C" NOT NULL,
        PRIMARY KEY (holder_id, holder, name)
      );

      CREATE TABLE lineage_version (
        asset_id uuid NOT NULL,
        version text NOT NULL,
        seen_at timestamptz NOT NULL,
        run_id uuid,
        run_claim text COLLATE "C" NOT NULL,
        PRIMARY KEY (asset_id, version)
      );
      CREATE INDEX lineage_version_by_time ON lineage_version (asset_id, seen_at DESC, version);

      CREATE TABLE lineage_secret (
        is_only boolean PRIMARY KEY DEFAULT true CONSTRAINT lineage_secret_is_only CHECK (is_only),
        secret text NOT NULL
      );
      INSERT INTO lineage_secret (secret) VALUES (gen_random_uuid()::text || gen_random_uuid()::text);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE lineage_secret, lineage_version, lineage_facet, lineage_facet_value, lineage_run_dataset, lineage_run,
      lineage_column_edge, lineage_edge, lineage_event`);
  }
}
