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
        tags text[] NOT NULL DEFAULT '{unclassified}',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT asset_identity UNIQUE (space, identity_namespace, identity_name)
      );
      CREATE INDEX asset_by_name ON asset (identity_name, id);
      CREATE INDEX asset_by_namespace ON asset (namespace, kind);
      CREATE INDEX asset_by_tag ON asset USING gin (tags);

      CREATE TABLE repository (
        id uuid PRIMARY KEY,
        name text NOT NULL CONSTRAINT repository_name UNIQUE,
        kind text NOT NULL CONSTRAINT repository_kind CHECK (kind IN ('dataset', 'model')),
        asset_id uuid NOT NULL CONSTRAINT repository_asset REFERENCES asset (id),
        default_branch text NOT NULL DEFAULT 'main',
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT repository_of_asset UNIQUE (asset_id)
      );
      CREATE TABLE repository_object (
        repository_id uuid NOT NULL REFERENCES repository (id),
        sha256 text NOT NULL,
        size_bytes bigint NOT NULL,
        uploaded_by text NOT NULL,
        uploaded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (repository_id, sha256)
      );
      CREATE TABLE commit (
        repository_id uuid NOT NULL REFERENCES repository (id),
        id text NOT NULL,
        tree text NOT NULL,
        parents text[] NOT NULL,
        author text NOT NULL,
        committer text NOT NULL,
        committed_at timestamptz NOT NULL,
        message text NOT NULL,
        metadata jsonb NOT NULL,
        PRIMARY KEY (repository_id, id)
      );
      CREATE INDEX commit_by_prefix ON commit (repository_id, id text_pattern_ops);
      CREATE TABLE ref (
        repository_id uuid NOT NULL,
        type text NOT NULL CONSTRAINT ref_type CHECK (type IN ('branch', 'tag')),
        name text NOT NULL,
        commit_id text NOT NULL,
        is_protected boolean NOT NULL DEFAULT false,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (repository_id, type, name),
        CONSTRAINT ref_commit FOREIGN KEY (repository_id, commit_id) REFERENCES commit (repository_id, id)
      );
      CREATE TABLE reflog (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        repository_id uuid NOT NULL REFERENCES repository (id),
        type text NOT NULL,
        name text NOT NULL,
        from_commit text,
        to_commit text,
        actor text NOT NULL,
        reason text NOT NULL,
        at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX reflog_by_ref ON reflog (repository_id, type, name, id DESC);
      CREATE TABLE content_profile (
        sha256 text NOT NULL,
        hint text NOT NULL,
        profile jsonb NOT NULL,
        PRIMARY KEY (sha256, hint)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE content_profile, reflog, ref, commit, repository_object, repository, asset',
    );
  }
}
