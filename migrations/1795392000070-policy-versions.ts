import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Versions of the policy, which of them is live, every move of that, and what its source gave. */
export class PolicyVersions1795392000070 implements MigrationInterface {
  name = 'PolicyVersions1795392000070';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE policy_version (
        version text PRIMARY KEY CHECK (version ~ '^[0-9a-f]{64}$'),
        digest text NOT NULL,
        files jsonb NOT NULL,
        manifest text,
        signature text,
        signed_by text,
        source text NOT NULL,
        source_ref text,
        stored_by text NOT NULL,
        reason text NOT NULL,
        report jsonb NOT NULL,
        stored_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE policy_live (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        version text NOT NULL REFERENCES policy_version,
        generation bigint NOT NULL,
        sequence bigint,
        sequence_digest text,
        changed_at timestamptz NOT NULL DEFAULT now(),
        changed_by text NOT NULL
      );

      CREATE TABLE policy_move (
        generation bigint PRIMARY KEY,
        version text NOT NULL REFERENCES policy_version,
        from_version text REFERENCES policy_version,
        source text NOT NULL,
        source_ref text,
        signed_by text,
        sequence bigint,
        moved_by text NOT NULL,
        reason text NOT NULL,
        moved_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX policy_move_by_version ON policy_move (version);

      CREATE TABLE policy_source (
        source text PRIMARY KEY,
        taken_digest text NOT NULL,
        taken_version text NOT NULL REFERENCES policy_version,
        taken_ref text,
        taken_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE policy_attempt (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        source text NOT NULL,
        kind text NOT NULL,
        source_ref text,
        digest text NOT NULL,
        version text,
        outcome text NOT NULL CHECK (outcome IN ('taken', 'unchanged', 'held', 'refused', 'failed')),
        refusal text,
        message text NOT NULL,
        findings jsonb NOT NULL,
        attempted_by text NOT NULL,
        attempted_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX policy_attempt_by_source ON policy_attempt (source, id DESC);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE policy_attempt;
      DROP TABLE policy_source;
      DROP TABLE policy_move;
      DROP TABLE policy_live;
      DROP TABLE policy_version;`);
  }
}
