import type { MigrationInterface, QueryRunner } from 'typeorm';

const DERIVE_AGAIN = 'UPDATE lineage_graph SET is_stale = is_stale OR EXISTS (SELECT FROM lineage_event)';

/**
 * What decides over a whole dataset goes into none of its columns, whatever its event calls it; more is read out of the SQL of events, and some
 * of it otherwise. The service derives the graph again when it starts.
 */
export class LineageReadAnew1795392000077 implements MigrationInterface {
  name = 'LineageReadAnew1795392000077';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(DERIVE_AGAIN);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DERIVE_AGAIN);
  }
}
