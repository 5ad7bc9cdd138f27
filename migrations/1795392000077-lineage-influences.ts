import type { MigrationInterface, QueryRunner } from 'typeorm';

const DERIVE_AGAIN = 'UPDATE lineage_graph SET is_stale = is_stale OR EXISTS (SELECT FROM lineage_event)';

/**
 * What decides over a whole dataset goes into none of its columns, whatever its event calls it; SQL is read where columns are listed as written
 * and nothing goes into them. The service derives the graph again when it starts.
 */
export class LineageInfluences1795392000077 implements MigrationInterface {
  name = 'LineageInfluences1795392000077';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(DERIVE_AGAIN);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DERIVE_AGAIN);
  }
}
