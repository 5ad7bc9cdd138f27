import type { MigrationInterface, QueryRunner } from 'typeorm';

const DERIVE_AGAIN = 'UPDATE lineage_graph SET is_stale = is_stale OR EXISTS (SELECT FROM lineage_event)';

/**
 * Events tell more: their SQL is read between outputs too, and where one `columnLineage` is that of several; a schema that only readers tell
 * gives way. The service derives the graph again when it starts.
 */
export class LineageSqlOutputs1795392000075 implements MigrationInterface {
  name = 'LineageSqlOutputs1795392000075';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(DERIVE_AGAIN);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DERIVE_AGAIN);
  }
}
