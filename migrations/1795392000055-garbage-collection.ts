import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The ledger of stored objects, and what garbage collections did. An object's row is written before its bytes get their name, and
 * removed after they are gone.
 */
export class GarbageCollection1795392000055 implements MigrationInterface {
  name = 'GarbageCollection1795392000055';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE garbage_collection (
        operation_id uuid PRIMARY KEY,
        seq bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT garbage_collection_seq UNIQUE,
        is_dry_run boolean NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now(),
        removed_from_at timestamptz,
        undone_at timestamptz,
        undone_by text
      );
      CREATE TABLE stored_object (
        sha256 text COLLATE "C" PRIMARY KEY,
        size_bytes bigint NOT NULL,
        touched_at timestamptz NOT NULL DEFAULT now(),
        condemned_at timestamptz,
        condemned_by uuid,
        removing_at timestamptz
      );
      CREATE INDEX stored_object_condemned ON stored_object (condemned_at) WHERE condemned_at IS NOT NULL;
      ALTER TABLE commit ADD COLUMN collected_at timestamptz, ADD COLUMN collected_by uuid;
      CREATE INDEX commit_collected ON commit (collected_by) WHERE collected_by IS NOT NULL;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE commit DROP COLUMN collected_at, DROP COLUMN collected_by;
      DROP TABLE stored_object, garbage_collection;`);
  }
}
