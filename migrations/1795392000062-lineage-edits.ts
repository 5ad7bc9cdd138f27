import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Edges that people add, remove or confirm, beside what events say. An edit is told of names; `of_…_id` are the assets that these stand
 * for. One whose ends came to be one asset holds at no time.
 */
export class LineageEdits1795392000062 implements MigrationInterface {
  name = 'LineageEdits1795392000062';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE lineage_edit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        action text NOT NULL CONSTRAINT lineage_edit_action CHECK (action IN ('add', 'remove', 'confirm')),
        source_id uuid NOT NULL,
        target_id uuid NOT NULL,
        of_source_id uuid NOT NULL,
        of_target_id uuid NOT NULL,
        reason text NOT NULL,
        author text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz CONSTRAINT lineage_edit_expiry CHECK (expires_at > created_at),
        withdrawn_at timestamptz CONSTRAINT lineage_edit_withdrawal CHECK (withdrawn_at >= created_at),
        withdrawn_by text,
        withdrawal_reason text,
        valid tstzmultirange NOT NULL GENERATED ALWAYS AS (
          CASE WHEN of_source_id = of_target_id THEN tstzmultirange()
            ELSE tstzmultirange(tstzrange(created_at, least(expires_at, withdrawn_at))) END) STORED,
        changed_by xid8 NOT NULL DEFAULT pg_current_xact_id()
      );
      CREATE INDEX lineage_edit_by_source ON lineage_edit (of_source_id);
      CREATE INDEX lineage_edit_by_target ON lineage_edit (of_target_id);
      CREATE INDEX lineage_edit_by_author ON lineage_edit (author, id);
      CREATE INDEX lineage_edit_by_change ON lineage_edit (changed_by);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE lineage_edit');
  }
}
