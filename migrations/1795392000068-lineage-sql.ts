import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['lineage_pairing', 'lineage_column_edge'] as const;

/** What the SQL of events was read to tell stands beside what their facets say. The service derives the graph again when it starts. */
export class LineageSql1795392000068 implements MigrationInterface {
  name = 'LineageSql1795392000068';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE lineage_pairing
        ADD COLUMN said tstzmultirange NOT NULL DEFAULT '{}',
        ADD COLUMN read tstzmultirange NOT NULL DEFAULT '{}';
      UPDATE lineage_pairing SET said = valid;
      ALTER TABLE lineage_column_edge ADD COLUMN read tstzmultirange NOT NULL DEFAULT '{}';
      ALTER TABLE lineage_statement DROP CONSTRAINT lineage_statement_kind,
        ADD CONSTRAINT lineage_statement_kind CHECK (kind IN ('lineage', 'columns', 'sql'));
      UPDATE lineage_graph SET is_stale = is_stale OR EXISTS (SELECT FROM lineage_event)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM lineage_statement WHERE kind = 'sql';
      ${TABLES.map((table) => `UPDATE ${table} SET valid = '{}' WHERE said = '{}';`).join('\n      ')}
      ALTER TABLE lineage_statement DROP CONSTRAINT lineage_statement_kind,
        ADD CONSTRAINT lineage_statement_kind CHECK (kind IN ('lineage', 'columns'));
      ALTER TABLE lineage_pairing DROP COLUMN said, DROP COLUMN read;
      ALTER TABLE lineage_column_edge DROP COLUMN read;
      UPDATE lineage_graph SET is_stale = is_stale OR EXISTS (SELECT FROM lineage_event)`);
  }
}
