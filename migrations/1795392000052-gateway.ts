import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The S3 gateway: keys that requests are signed by, uploads in parts, and who read and wrote which content. */
export class Gateway1795392000052 implements MigrationInterface {
  name = 'Gateway1795392000052';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE access_key (
        id text PRIMARY KEY,
        principal_id uuid NOT NULL CONSTRAINT access_key_principal REFERENCES principal (id),
        sealed_secret bytea NOT NULL,
        label text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        last_used_at timestamptz,
        revoked_at timestamptz
      );
      CREATE INDEX access_key_by_principal ON access_key (principal_id);

      CREATE TABLE content_access (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        repository_id uuid NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        subject text NOT NULL,
        door text NOT NULL CONSTRAINT content_access_door CHECK (door IN ('s3', 'rest', 'mlflow')),
        action text NOT NULL CONSTRAINT content_access_action CHECK (action IN ('read', 'list', 'write', 'delete')),
        commit_id text,
        is_staged boolean NOT NULL,
        revision text NOT NULL,
        path text COLLATE "C" NOT NULL,
        range_start bigint,
        range_end bigint,
        request_id text
      );
      CREATE INDEX content_access_of_repository ON content_access (repository_id, id);
      CREATE INDEX content_access_of_path ON content_access (repository_id, path, id);
      CREATE INDEX content_access_by_age ON content_access USING brin (at);

      CREATE TABLE multipart_upload (
        id uuid PRIMARY KEY,
        repository_id uuid NOT NULL CONSTRAINT multipart_upload_repository REFERENCES repository (id) ON DELETE CASCADE,
        branch text NOT NULL,
        path text COLLATE "C" NOT NULL,
        content_type text,
        metadata jsonb NOT NULL,
        checksum text,
        initiated_by text NOT NULL,
        initiated_at timestamptz NOT NULL DEFAULT now(),
        claim uuid,
        claimed_until timestamptz,
        result jsonb
      );
      CREATE INDEX multipart_upload_of_branch ON multipart_upload (repository_id, branch, path, id);
      CREATE INDEX multipart_upload_by_age ON multipart_upload (initiated_at);

      CREATE TABLE multipart_part (
        upload_id uuid NOT NULL CONSTRAINT multipart_part_upload REFERENCES multipart_upload (id) ON DELETE CASCADE,
        number integer NOT NULL,
        sha256 text NOT NULL,
        size_bytes bigint NOT NULL,
        checksum text,
        uploaded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (upload_id, number)
      );
      CREATE INDEX multipart_part_by_object ON multipart_part (sha256);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE multipart_part; DROP TABLE multipart_upload; DROP TABLE content_access; DROP TABLE access_key',
    );
  }
}
