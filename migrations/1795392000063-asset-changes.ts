import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The transaction that last changed an asset, for whoever follows the catalog. */
export class AssetChanges1795392000063 implements MigrationInterface {
  name = 'AssetChanges1795392000063';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE asset ADD COLUMN changed_by bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
      ALTER TABLE asset ALTER COLUMN changed_by DROP DEFAULT;
      CREATE INDEX asset_by_change ON asset (changed_by);
      CREATE FUNCTION asset_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          NEW.changed_by := pg_current_xact_id()::text::bigint;
          RETURN NEW;
        END $$;
      CREATE TRIGGER asset_changed BEFORE INSERT OR UPDATE ON asset FOR EACH ROW EXECUTE FUNCTION asset_changed();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER asset_changed ON asset;
      DROP FUNCTION asset_changed;
      DROP INDEX asset_by_change;
      ALTER TABLE asset DROP COLUMN changed_by;
    `);
  }
}
