import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Events by the time of what they tell, for lists that begin or end at an instant. */
export class EventTimes1795392000066 implements MigrationInterface {
  name = 'EventTimes1795392000066';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX lineage_event_by_time ON lineage_event (event_time, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX lineage_event_by_time');
  }
}
