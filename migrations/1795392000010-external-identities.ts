import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Principals that come by an identity provider: who they are there, and the groups it named last. */
export class ExternalIdentities1795392000010 implements MigrationInterface {
  name = 'ExternalIdentities1795392000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE principal ADD groups text[] NOT NULL DEFAULT '{}', ADD groups_until timestamptz;
      CREATE TABLE external_identity (
        issuer text NOT NULL,
        external_subject text NOT NULL,
        principal_id uuid NOT NULL CONSTRAINT external_identity_principal REFERENCES principal (id),
        first_seen_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (issuer, external_subject)
      );
      CREATE INDEX external_identity_by_principal ON external_identity (principal_id);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE external_identity; ALTER TABLE principal DROP groups, DROP groups_until');
  }
}
