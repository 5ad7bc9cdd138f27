import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The keys by which files of a repository merge row by row. */
export class RowKeys1795392000053 implements MigrationInterface {
  name = 'RowKeys1795392000053';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE row_key_rule (
        repository_id uuid NOT NULL CONSTRAINT row_key_rule_repository REFERENCES repository (id) ON DELETE CASCADE,
        position integer NOT NULL,
        pattern text NOT NULL,
        columns text[] NOT NULL,
        is_append_only boolean NOT NULL CONSTRAINT row_key_rule_is_one CHECK (is_append_only = (columns = '{}')),
        PRIMARY KEY (repository_id, position)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE row_key_rule');
  }
}
