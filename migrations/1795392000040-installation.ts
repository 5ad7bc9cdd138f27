import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The name of this installation; one row. */
export class Installation1795392000040 implements MigrationInterface {
  name = 'Installation1795392000040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE installation (
        id uuid NOT NULL,
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE installation');
  }
}
