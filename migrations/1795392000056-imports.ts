import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Objects that stay where they are: where that is, and what they were when they were imported. */
export class Imports1795392000056 implements MigrationInterface {
  name = 'Imports1795392000056';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE imported_object (
        sha256 text COLLATE "C" PRIMARY KEY,
        source text NOT NULL,
        key text NOT NULL,
        etag text NOT NULL,
        size_bytes bigint NOT NULL,
        imported_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX imported_object_by_source ON imported_object (source);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE imported_object');
  }
}
