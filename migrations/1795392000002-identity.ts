import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Principals and their API tokens. Only a token's SHA-256 is kept. */
export class Identity1795392000002 implements MigrationInterface {
  name = 'Identity1795392000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE principal (
        id uuid PRIMARY KEY,
        kind text NOT NULL CONSTRAINT principal_kind CHECK (kind IN ('user', 'service')),
        name text NOT NULL,
        display_name text NOT NULL,
        attributes jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        disabled_at timestamptz,
        CONSTRAINT principal_subject UNIQUE (kind, name)
      );
      CREATE TABLE api_token (
        id uuid PRIMARY KEY,
        principal_id uuid NOT NULL CONSTRAINT api_token_principal REFERENCES principal (id),
        sha256 text NOT NULL CONSTRAINT api_token_sha256 UNIQUE,
        label text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz
      );
      CREATE INDEX api_token_by_principal ON api_token (principal_id);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE api_token; DROP TABLE principal');
  }
}
