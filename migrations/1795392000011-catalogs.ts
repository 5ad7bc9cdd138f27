import type { MigrationInterface, QueryRunner } from 'typeorm';

/** External sources, the tables that scans found there, and the changes between scans. */
export class Catalogs1795392000011 implements MigrationInterface {
  name = 'Catalogs1795392000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE catalog_connection (
        name text PRIMARY KEY,
        type text NOT NULL CONSTRAINT catalog_connection_type CHECK (type IN ('postgres', 's3')),
        settings jsonb NOT NULL,
        credentials text,
        subject text NOT NULL,
        interval_seconds integer NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        scan integer NOT NULL DEFAULT 0,
        succeeded_at timestamptz,
        stale_since timestamptz,
        problem text,
        next_scan_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX catalog_connection_due ON catalog_connection (next_scan_at);
      CREATE TABLE catalog_table (
        connection text NOT NULL CONSTRAINT catalog_table_connection REFERENCES catalog_connection (name) ON DELETE CASCADE,
        identity_namespace text NOT NULL,
        identity_name text NOT NULL,
        asset_id uuid NOT NULL,
        columns jsonb NOT NULL,
        description text,
        statistics jsonb NOT NULL,
        content_version text,
        problems jsonb NOT NULL DEFAULT '[]',
        scan integer NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT now(),
        changed_at timestamptz NOT NULL DEFAULT now(),
        removed_at timestamptz,
        PRIMARY KEY (connection, identity_namespace, identity_name)
      );
      CREATE INDEX catalog_table_by_asset ON catalog_table (asset_id);
      CREATE TABLE catalog_change (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        connection text NOT NULL CONSTRAINT catalog_change_connection REFERENCES catalog_connection (name) ON DELETE CASCADE,
        asset_id uuid NOT NULL,
        diff jsonb NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX catalog_change_by_asset ON catalog_change (asset_id, id DESC);
      CREATE INDEX catalog_change_by_age ON catalog_change (changed_at);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE catalog_change; DROP TABLE catalog_table; DROP TABLE catalog_connection');
  }
}
