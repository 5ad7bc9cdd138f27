import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Classifications in force: of single columns, and of whole assets under the empty name. An asset's own list (`asset.tags`) holds those of
 * all its columns too.
 */
export class ColumnTags1795392000073 implements MigrationInterface {
  name = 'ColumnTags1795392000073';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE column_tag (
        asset_id uuid NOT NULL REFERENCES asset (id),
        column_name text COLLATE "C" NOT NULL,
        tag text COLLATE "C" NOT NULL,
        is_own boolean NOT NULL DEFAULT true,
        is_flowed boolean NOT NULL DEFAULT false,
        PRIMARY KEY (asset_id, column_name, tag)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE column_tag');
  }
}
