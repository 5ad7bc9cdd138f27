import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The catalog: assets, repositories, refs, commits. An asset's id is derived from its identity, so that a rebuild from events
 * gives the same ids.
 */
export class Catalog1795392000004 implements MigrationInterface {
  name = 'Catalog1795392000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE asset (
        id uuid PRIMARY KEY,
        space text NOT NULL CONSTRAINT asset_space CHECK (space IN ('data', 'job')),
        kind text NOT NULL CONSTRAINT asset_kind CHECK (kind IN ('dataset', 'model', 'job', 'endpoint', 'workload')),
        identity_namespace text NOT NULL,
        identity_name text NOT NULL,
        namespace text NOT NULL,
        is_managed boolean NOT NULL DEFAULT false,
        description text,
        owners text[] NOT NULL DEFAULT '{}',
        tags text[] NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT asset_identity UNIQUE (space, identity_namespace, identity_name)
      );
      CREATE INDEX asset_by_name ON asset (identity_name, id);
      CREATE INDEX asset_by_namespace ON asset (namespace, kind);
      CREATE INDEX asset_by_tag ON asset USING gin (tags);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE asset');
  }
}
