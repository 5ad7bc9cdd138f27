import type { MigrationInterface, QueryRunner } from 'typeorm';

const DERIVE_AGAIN = 'UPDATE lineage_graph SET is_stale = is_stale OR EXISTS (SELECT FROM lineage_event)';

/** Columns are spelled as the schemas of their events have them, and those that a schema denies are none. The service derives the graph again when it starts. */
export class LineageColumnNames1795392000076 implements MigrationInterface {
  name = 'LineageColumnNames1795392000076';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(DERIVE_AGAIN);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DERIVE_AGAIN);
  }
}
