import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The decision log. Append-only. */
export class Policy1795392000003 implements MigrationInterface {
  name = 'Policy1795392000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE policy_decision (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        decided_at timestamptz NOT NULL,
        request_id text,
        subject text NOT NULL,
        action text NOT NULL,
        namespace text,
        kind text,
        name text,
        is_allowed boolean NOT NULL,
        rules text[] NOT NULL,
        reason text NOT NULL,
        bundle text NOT NULL
      );
      CREATE INDEX policy_decision_by_time ON policy_decision (decided_at DESC, id DESC);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE policy_decision');
  }
}
