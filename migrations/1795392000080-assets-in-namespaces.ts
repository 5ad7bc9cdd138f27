import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The assets of a namespace in the order of lists, for who sees few namespaces. */
export class AssetsInNamespaces1795392000080 implements MigrationInterface {
  name = 'AssetsInNamespaces1795392000080';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX asset_by_namespace;
      CREATE INDEX asset_by_namespace ON asset (namespace, identity_name, id);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX asset_by_namespace;
      CREATE INDEX asset_by_namespace ON asset (namespace, kind);`);
  }
}
