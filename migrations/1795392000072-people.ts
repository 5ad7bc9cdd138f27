import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What credentials are for; access that people ask for and are granted for a time; emergencies. A grant and an emergency are never
 * deleted: what was decided under them stays to be explained.
 */
export class People1795392000072 implements MigrationInterface {
  name = 'People1795392000072';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE api_token ADD COLUMN scope jsonb;
      ALTER TABLE access_key ADD COLUMN scope jsonb;
      ALTER TABLE operation ADD COLUMN scope jsonb;
      ALTER TABLE training_run ADD COLUMN scope jsonb;

      CREATE TABLE access_request (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        requester text NOT NULL,
        namespace text NOT NULL,
        kind text,
        name text,
        actions text[] NOT NULL,
        role text,
        reason text NOT NULL,
        wanted_until timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        decision text CHECK (decision IN ('approved', 'denied', 'withdrawn')),
        decided_at timestamptz,
        decided_by text,
        decision_reason text,
        granted_until timestamptz,
        revoked_at timestamptz,
        revoked_by text,
        revocation_reason text,
        CONSTRAINT access_request_object CHECK ((kind IS NULL) = (name IS NULL)),
        CONSTRAINT access_request_wanted CHECK ((role IS NULL) = (cardinality(actions) > 0)),
        CONSTRAINT access_request_decided CHECK ((decision IS NULL) = (decided_at IS NULL)),
        CONSTRAINT access_request_granted CHECK ((decision IS NOT DISTINCT FROM 'approved') = (granted_until IS NOT NULL)),
        CONSTRAINT access_request_two_people CHECK (decision <> 'approved' OR decided_by <> requester)
      );
      CREATE INDEX access_request_by_requester ON access_request (requester, id);
      CREATE INDEX access_request_open ON access_request (id) WHERE decision IS NULL;
      CREATE INDEX access_request_granted_until ON access_request (granted_until) WHERE decision = 'approved' AND revoked_at IS NULL;

      CREATE TABLE emergency (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        subject text NOT NULL,
        namespace text NOT NULL,
        kind text,
        name text,
        actions text[] NOT NULL CHECK (cardinality(actions) > 0),
        reason text NOT NULL,
        opened_at timestamptz NOT NULL,
        until timestamptz NOT NULL CHECK (until > opened_at AND until <= opened_at + interval '240 minutes'),
        closed_at timestamptz,
        closed_by text,
        reviewed_at timestamptz,
        reviewed_by text,
        review text,
        CONSTRAINT emergency_object CHECK ((kind IS NULL) = (name IS NULL)),
        CONSTRAINT emergency_two_people CHECK (reviewed_by <> subject)
      );
      CREATE INDEX emergency_by_subject ON emergency (subject, id);
      CREATE INDEX emergency_unreviewed ON emergency (id) WHERE reviewed_at IS NULL;

      CREATE TABLE policy_overlay (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        generation bigint NOT NULL
      );
      INSERT INTO policy_overlay (generation) VALUES (0);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE policy_overlay;
      DROP TABLE emergency;
      DROP TABLE access_request;
      ALTER TABLE training_run DROP COLUMN scope;
      ALTER TABLE operation DROP COLUMN scope;
      ALTER TABLE access_key DROP COLUMN scope;
      ALTER TABLE api_token DROP COLUMN scope;`);
  }
}
