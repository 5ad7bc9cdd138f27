import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The audit log: chained records by months, the segments that they form, changes that wait for their place in a chain, the roots that were
 * signed, and legal holds. What the decision log had stays as it was, under another name: nobody can vouch for it now.
 */
export class Audit1795392000071 implements MigrationInterface {
  name = 'Audit1795392000071';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE policy_decision RENAME TO policy_decision_archive;
      CREATE TABLE audit_segment (
        id uuid PRIMARY KEY,
        opened_at timestamptz NOT NULL,
        process text NOT NULL,
        closed_at timestamptz,
        rooted_to bigint NOT NULL DEFAULT -1,
        is_rooted boolean NOT NULL DEFAULT false
      );
      CREATE INDEX audit_segment_unrooted ON audit_segment (opened_at) WHERE NOT is_rooted;
      CREATE TABLE audit_record (
        segment uuid NOT NULL,
        seq bigint NOT NULL,
        at timestamptz NOT NULL,
        hash bytea NOT NULL,
        kind text NOT NULL,
        subject text,
        action text,
        namespace text,
        object text,
        is_allowed boolean,
        body text NOT NULL,
        PRIMARY KEY (segment, seq, at)
      ) PARTITION BY RANGE (at);
      CREATE TABLE audit_record_other PARTITION OF audit_record DEFAULT;
      CREATE INDEX audit_record_by_time ON audit_record (at, segment, seq);
      CREATE TABLE audit_change (
        id uuid PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        body text NOT NULL
      );
      CREATE INDEX audit_change_by_time ON audit_change (at);
      CREATE TABLE audit_root (
        number bigint PRIMARY KEY,
        at timestamptz NOT NULL,
        document text NOT NULL
      );
      CREATE TABLE audit_hold (
        id uuid PRIMARY KEY,
        subject text,
        object text,
        from_time timestamptz,
        to_time timestamptz,
        reason text NOT NULL,
        author text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        released_at timestamptz,
        released_by text
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE audit_hold;
      DROP TABLE audit_root;
      DROP TABLE audit_change;
      DROP TABLE audit_record;
      DROP TABLE audit_segment;
      ALTER TABLE policy_decision_archive RENAME TO policy_decision;`);
  }
}
