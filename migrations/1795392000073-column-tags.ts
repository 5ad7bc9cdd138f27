import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Classifications of single columns. Those of an asset (`asset.tags`) hold all of its columns' too. */
export class ColumnTags1795392000073 implements MigrationInterface {
  name = 'ColumnTags1795392000073';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE column_tag (
        asset_id uuid NOT NULL REFERENCES asset (id),
        column_name text COLLATE "C" NOT NULL,
        tag text NOT NULL,
        PRIMARY KEY (asset_id, column_name, tag)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE column_tag');
  }
}
