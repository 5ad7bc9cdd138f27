import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What follows later from a piece of work goes on in its trace: the W3C `traceparent` is kept with it. */
export class TraceContext1795392000020 implements MigrationInterface {
  name = 'TraceContext1795392000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE outbox_message ADD COLUMN traceparent text;
      ALTER TABLE training_run ADD COLUMN traceparent text;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE training_run DROP COLUMN traceparent;
      ALTER TABLE outbox_message DROP COLUMN traceparent;`);
  }
}
