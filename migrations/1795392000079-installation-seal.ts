import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an installation seals texts with that clients carry and must not read: ends of pages. */
export class InstallationSeal1795392000079 implements MigrationInterface {
  name = 'InstallationSeal1795392000079';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE installation ADD COLUMN seal text NOT NULL DEFAULT (gen_random_uuid()::text || gen_random_uuid()::text)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE installation DROP COLUMN seal');
  }
}
